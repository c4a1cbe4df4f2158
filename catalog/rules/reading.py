r"""How a cell is read: the one definition of blank, of each kind's texts and of the native values it takes.

Both verdicts stand on this module: the row verdict calls ``read``, the column verdict uses the same constants and
patterns and is held equal by a property test.

- Blank: nothing, or a text of nothing but white space (``characters.WHITE``). A list is blank when all its texts are.
- Texts are trimmed. Codes, numbers, dates and texts with a pattern or a check are narrowed from full-width forms.
- Text holds no control characters but tab and line breaks (XML could not carry it). Whole numbers and dates are read
  as their text; other native values in a text field break its type.
- Whole numbers: at most 18 digits, no leading +, no grouping. Numbers: as many decimals as declared (more only if they
  are zero), at most 18 digits in all. Native floats are rounded half to even at the declared scale.
- Dates are ``YYYY-MM-DD`` of the years 1000 to 9999; a native moment is read as its day at +08:00.
- Moments are ISO 8601 with minutes at least; without an offset they are +08:00; fractions of seconds are cut.
- Booleans are true, false, 1, 0, 是, 否.
- JSON is an object or a list, kept in canonical form (sorted keys, no spaces).
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Context, Decimal
from enum import Enum
from typing import Any

from catalog.identifiers.characters import narrow, trim
from catalog.model import Field, Kind
from catalog.rules.model import LISTS

CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
WHOLE = r"-?[0-9]{1,18}"
DAY = r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
OFFSET = r"[+-](?:0[0-9]|1[0-4]):?[0-5][0-9]"
MOMENT = rf"{DAY}[T ]{CLOCK}(?::[0-5][0-9](?:\.[0-9]{{1,9}})?)?(?:Z|{OFFSET})?"
BOOLEANS = {"true": True, "True": True, "TRUE": True, "1": True, "是": True}
BOOLEANS |= {"false": False, "False": False, "FALSE": False, "0": False, "否": False}
DIGITS = 18
"""Digits of a number in its smallest unit: what a signed 64-bit integer surely holds."""
EXACT = 1 << 53
"""Below this every whole number is a float of its own."""
EAST_8 = 8 * 3600
_DAY_ONE, _DAY_LAST = date(1000, 1, 1), date(9999, 12, 31)
FIRST = (_DAY_ONE - date(1970, 1, 1)).days * 86400 - EAST_8
LAST = (_DAY_LAST - date(1970, 1, 1)).days * 86400 + 86399 - EAST_8
"""Bounds of a moment in seconds since 1970 UTC: the years 1000 to 9999 at +08:00."""
BEIJING = timezone(timedelta(seconds=EAST_8))
_WIDE = Context(prec=100)  # the default context would round what must be told apart
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NoValue(Enum):
    """A cell without a usable value."""

    BLANK = "blank"
    BROKEN = "broken"


Cell = Any
"""What a cell was read as: ``NoValue``, str, tuple of str, int, Decimal, date, datetime or bool."""


def is_narrowed(field: Field) -> bool:
    """Whether full-width characters of a field mean their ASCII forms: everywhere but in free text."""
    free = field.kind in {Kind.STRING, Kind.STRINGS, Kind.FILE, Kind.JSON}
    return not free or (field.kind is not Kind.JSON and bool(field.pattern or field.check or field.codes))


def number_pattern(scale: int) -> str:
    """Texts of a number with ``scale`` decimals."""
    return rf"-?[0-9]{{1,{DIGITS - scale}}}" + (rf"(?:\.[0-9]{{1,{scale}}}0*)?" if scale else r"(?:\.0+)?")


def read(field: Field, value: Any) -> Cell:
    """The value of one cell, given as text, as a native Python value, or as None."""
    if value is None:
        return NoValue.BLANK
    if isinstance(value, str) and field.kind not in LISTS:
        text = trim(value)
        if is_narrowed(field):
            text = narrow(text)
        return _TEXT_READERS[field.kind](field, text) if text else NoValue.BLANK
    return _NATIVE_READERS[field.kind](field, value)


def _plain(_: Field, text: str) -> Cell:
    return NoValue.BROKEN if re.search(CONTROL, text) else text


def _whole(_: Field, text: str) -> Cell:
    return int(text) if re.fullmatch(WHOLE, text) else NoValue.BROKEN


def _number(field: Field, text: str) -> Cell:
    if not re.fullmatch(number_pattern(field.scale), text):
        return NoValue.BROKEN
    return Decimal(text).quantize(Decimal(1).scaleb(-field.scale))


def _day(_: Field, text: str) -> Cell:
    if not re.fullmatch(DAY, text):
        return NoValue.BROKEN
    try:
        return date.fromisoformat(text)
    except ValueError:
        return NoValue.BROKEN


def _moment(_: Field, text: str) -> Cell:
    if not re.fullmatch(MOMENT, text):
        return NoValue.BROKEN
    try:
        return _bounded(seconds_of(datetime.fromisoformat(text)))
    except ValueError:
        return NoValue.BROKEN


def _truth(_: Field, text: str) -> Cell:
    return BOOLEANS.get(text, NoValue.BROKEN)


def read_json(text: str) -> str | None:
    """Canonical form of a JSON object or list, None for anything else (NaN and broken surrogates included)."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return write_json(value)


def write_json(value: Any) -> str | None:
    """Canonical JSON of a dict, list or tuple; None where it cannot be written."""
    if not isinstance(value, dict | list | tuple):
        return None
    try:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        text.encode()
    except (TypeError, ValueError, RecursionError):
        return None
    return None if re.search(CONTROL, text) else text


def _json(_: Field, text: str) -> Cell:
    written = read_json(text)
    return NoValue.BROKEN if written is None else written


def _native_text(_: Field, value: Any) -> Cell:
    if _is_whole(value):
        return str(value)
    return value.isoformat() if _is_day(value) else NoValue.BROKEN


def _native_list(field: Field, value: Any) -> Cell:
    if isinstance(value, str):
        value = re.split(f"[{re.escape(field.separators)}]", trim(value)) if field.separators else [value]
    elif not isinstance(value, list | tuple):
        value = [value]
    texts = []
    for item in value:
        text = "" if item is None else item if isinstance(item, str) else _native_text(field, item)
        if text is NoValue.BROKEN:
            return text
        text = narrow(trim(text)) if is_narrowed(field) else trim(text)
        if re.search(CONTROL, text):
            return NoValue.BROKEN
        texts += [text] if text else []
    return tuple(texts) or NoValue.BLANK


def _native_whole(_: Field, value: Any) -> Cell:
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) and value.is_integer() and abs(value) < EXACT else None
    elif isinstance(value, Decimal):
        value = int(value) if value.is_finite() and value == value.to_integral_value() else None
    return value if _is_whole(value) and abs(value) < 10**DIGITS else NoValue.BROKEN


def _native_number(field: Field, value: Any) -> Cell:
    units: Any = None
    if _is_whole(value):
        units = value * 10**field.scale
    elif isinstance(value, float) and math.isfinite(value):
        scaled = value * float(10**field.scale)
        units = round(scaled) if abs(scaled) < EXACT else None
    elif isinstance(value, Decimal) and value.is_finite():
        whole = value.scaleb(field.scale, _WIDE) if abs(value) < 10**DIGITS else Decimal("0.5")
        units = int(whole) if whole == whole.to_integral_value() else None
    if units is None or abs(units) >= 10**DIGITS:
        return NoValue.BROKEN
    return Decimal(units).scaleb(-field.scale)


def _native_day(_: Field, value: Any) -> Cell:
    if isinstance(value, datetime):
        moment = _bounded(seconds_of(value))
        return moment if moment is NoValue.BROKEN else moment.date()
    return value if _is_day(value) and value >= _DAY_ONE else NoValue.BROKEN


def _native_moment(_: Field, value: Any) -> Cell:
    return _bounded(seconds_of(value)) if isinstance(value, datetime) else NoValue.BROKEN


def _native_truth(_: Field, value: Any) -> Cell:
    if isinstance(value, bool):
        return value
    return bool(value) if _is_whole(value) and value in {0, 1} else NoValue.BROKEN


def _native_json(_: Field, value: Any) -> Cell:
    written = write_json(value)
    return NoValue.BROKEN if written is None else written


def seconds_of(moment: datetime) -> int:
    """Whole seconds since 1970 UTC, cut downwards; a moment without an offset is at +08:00."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=BEIJING)
    return (aware - _EPOCH) // timedelta(seconds=1)


def _bounded(seconds: int) -> Cell:
    if not FIRST <= seconds <= LAST:
        return NoValue.BROKEN
    return _EPOCH.astimezone(BEIJING) + timedelta(seconds=seconds)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


_TEXT_READERS = {
    **dict.fromkeys((Kind.STRING, Kind.CODE, Kind.FILE), _plain),
    Kind.INTEGER: _whole,
    Kind.DECIMAL: _number,
    Kind.DATE: _day,
    Kind.DATETIME: _moment,
    Kind.BOOLEAN: _truth,
    Kind.JSON: _json,
}
_NATIVE_READERS = {
    **dict.fromkeys((Kind.STRING, Kind.CODE, Kind.FILE), _native_text),
    **dict.fromkeys((Kind.STRINGS, Kind.CODES), _native_list),
    Kind.INTEGER: _native_whole,
    Kind.DECIMAL: _native_number,
    Kind.DATE: _native_day,
    Kind.DATETIME: _native_moment,
    Kind.BOOLEAN: _native_truth,
    Kind.JSON: _native_json,
}
