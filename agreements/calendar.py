"""Working days by a calendar of public holidays and make-up days that a bureau can edit (``working_days.toml``).

政务数据共享条例 counts in 工作日; the State Council names holidays and make-up days each November for one year. Years
that the calendar does not know are counted by weekends alone, and ``knows`` says so, so that a date can be shown as
provisional.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from catalog.errors import DeclarationError
from catalog.typed import from_toml

CHINA: Final = ZoneInfo("Asia/Shanghai")
_DAY: Final = timedelta(days=1)


class Calendar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``holidays`` are free days, ``make_up`` weekend days that are worked; ``deadlines`` are working days by state."""

    years: tuple[int, ...]
    holidays: frozenset[date]
    make_up: frozenset[date]
    deadlines: dict[str, int] = msgspec.field(default_factory=dict)
    remind_days: tuple[int, ...] = (5, 1)
    renew_days: int = 60

    def knows(self, day: date) -> bool:
        """Whether the day's year was announced when the calendar was written."""
        return day.year in self.years

    def works(self, day: date) -> bool:
        """Whether it is a working day."""
        return day in self.make_up or (day.weekday() < 5 and day not in self.holidays)

    def after(self, start: date, days: int) -> date:
        """The ``days``-th working day after ``start``, which itself does not count (民法典 第二百零一条)."""
        day = start
        while days > 0:
            day += _DAY
            days -= self.works(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and with ``end``; negative when ``end`` is past."""
        if end < start:
            return -self.between(end, start)
        return sum(self.works(start + n * _DAY) for n in range(1, (end - start).days + 1))


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline: the last day, and whether the calendar knew its year."""

    day: date
    provisional: bool = field(default=False)


def read_calendar(path: Path | None = None) -> Calendar:
    """The bureau's calendar, or the shipped one. DeclarationError when it is malformed or contradicts itself."""
    place = path or files("agreements") / "working_days.toml"
    try:
        found = from_toml(place.read_text(encoding="utf-8"), Calendar)
    except (OSError, UnicodeDecodeError, msgspec.DecodeError):
        raise DeclarationError(
            "The calendar of working days is missing or malformed.",
            todo="Compare it with agreements/working_days.toml.",
        ) from None
    stray = [day for day in found.holidays | found.make_up if day.year not in found.years]
    if stray or found.holidays & found.make_up or any(day.weekday() < 5 for day in found.make_up):
        raise DeclarationError(
            "The calendar of working days contradicts itself.",
            todo="List each day once, make-up days on weekends, and name all years.",
        )
    return found


def due(calendar: Calendar, start: datetime, days: int) -> Due:
    """The deadline ``days`` working days after the Chinese day of ``start``."""
    day = calendar.after(start.astimezone(CHINA).date(), days)
    return Due(day, not calendar.knows(day))
