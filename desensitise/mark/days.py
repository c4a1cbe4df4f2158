"""A day, month or moment in any spelling: which part is what, as far as the text itself tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final, TypeAlias

_Day: TypeAlias = tuple[int, int, int]
"""Year, month and day of the month; the last is 0 for a whole month."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = re.compile(
    r"[t\s]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]+)?)?\s*([ap]m)?\s*(z|utc|gmt|[+-][0-9]{2}:?[0-9]{2})?\Z"
)
_PART = re.compile(r"[0-9]+|[a-z]+")
_FIRST_DAY: Final = date(1899, 12, 30)
"""The day before a spreadsheet's first, as it takes 1900 for a leap year."""
_HERE: Final = timedelta(hours=8)
"""China's time, in which days are meant that a program told in another zone's."""


def readings(text: str) -> tuple[str, ...]:
    """What a canonical text may say: ``2026-11-22``, ``2026-11`` or ``2026-11-22 08:30:00``, the likeliest first."""
    if text.isascii() and text.replace(".", "", 1).isdecimal() and (numbered := _numbered(text)):
        return numbered
    said = _TIME.search(text)
    days = list(dict.fromkeys(_days(text[: said.start()] if said else text)))
    if said is None:
        return tuple(_day(*one) for one in days)
    return tuple(moment for one in days if one[2] for moment in _moments(one, said))


def _numbered(text: str) -> tuple[str, ...]:
    """Days as spreadsheets and programs count them, and those written without anything between their parts."""
    whole, _, part = text.partition(".")
    if len(whole) == 5:
        days = timedelta(int(whole), round(float(f"0.{part or 0}") * 86_400))
        return (_moment(datetime.combine(_FIRST_DAY, datetime.min.time()) + days),)
    if len(whole) in {10, 13}:
        since = datetime.fromtimestamp(int(whole[:10]), UTC).replace(tzinfo=None)
        return _moment(since + _HERE), _moment(since)
    if not part and len(whole) in {6, 8}:
        return (f"{text[:4]}-{text[4:6]}{'-' * (len(text) > 6)}{text[6:]}",)
    return ()


def _days(text: str) -> Iterator[_Day]:
    """The days and months that the parts of a text may name."""
    parts = _PART.findall(text)
    numbers = [part for part in parts if part.isdecimal()]
    named = [_MONTHS.index(part[:3]) + 1 for part in parts if part[:3] in _MONTHS]
    if not all(len(number) in {1, 2, 4} for number in numbers) or len(numbers) + len(named[:1]) not in {2, 3}:
        return
    year_first, year_last = len(numbers[0]) == 4, len(numbers[-1]) == 4
    values = [int(number) for number in numbers]
    if named:
        day = [*values, 0] if len(values) == 1 else values
        orders = [(day[0], day[1])] if year_first or len(values) == 1 else [(day[1], day[0]), (day[0], day[1])]
        yield from (found for year, last in orders for found in _valid(year, named[0], last))
    elif len(values) == 2:
        year, month = values if year_first else values[::-1]
        yield from _valid(year, month, 0) if year_first or year_last else ()
        if year_first and numbers[1] == "1":
            yield year, 10, 0  # a number lost the nought at its end
    else:
        first, middle, last = values
        orders3 = [] if year_last else [(first, middle, last)]
        orders3 += [] if year_first else [(last, first, middle), (last, middle, first)]
        yield from (found for one in orders3 for found in _valid(*one))


def _valid(year: int, month: int, day: int) -> list[_Day]:
    try:
        whole = date(year + 2000 if year < 100 else year, month, day or 1)
    except ValueError:
        return []
    return [(whole.year, month, day)]


def _moments(day: _Day, said: re.Match[str]) -> Iterator[str]:
    hour = int(said[1])
    if said[4]:
        hour = hour % 12 + 12 * (said[4] == "pm")
    try:
        moment = datetime(*day, hour, int(said[2]), int(said[3] or 0))  # noqa: DTZ001 - the zone is the text's own
        yield _moment(moment)
        if said[5]:
            sign, digits = said[5][0], re.sub("[^0-9]", "", said[5]) or "0000"
            ahead = timedelta(hours=int(digits[:2]), minutes=int(digits[2:])) * (-1 if sign == "-" else 1)
            yield _moment(moment + (_HERE - ahead))
    except (ValueError, OverflowError):
        return  # no such moment, or none in another zone: forms tell "for ever" as the last second of 9999


def _moment(moment: datetime) -> str:
    """A moment as a text; midnight is left out."""
    return str(moment).removesuffix(" 00:00:00")


def _day(year: int, month: int, day: int) -> str:
    return f"{year:04}-{month:02}" + (f"-{day:02}" if day else "")
