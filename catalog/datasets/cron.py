"""The five-field schedule of a declaration, checked before a scheduler sees it.

Day-of-week numbers are refused: cron counts them from Sunday and the scheduler from Monday, so names only.
"""

from __future__ import annotations

import re

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12))
_NUMBERS = re.compile(r"(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([0-9]{1,2}))?")


def trouble(cron: str) -> str:
    """Why a schedule cannot be used, or "" when it can."""
    parts = cron.split()
    if len(parts) != 5:
        return "needs five fields: minute, hour, day, month, day of the week"
    for part, (name, low, high) in zip(parts[:4], _FIELDS, strict=True):
        if not all(_in_range(item, low, high) for item in part.split(",")):
            return f"has an impossible {name}"
    if any(character.isdigit() for character in parts[4]):
        return "names days of the week by number; write mon, tue, wed, thu, fri, sat or sun"
    if parts[4] != "*" and not all(_named(item) for item in parts[4].lower().split(",")):
        return "has an unknown day of the week; write mon, tue, wed, thu, fri, sat or sun"
    return ""


def _in_range(item: str, low: int, high: int) -> bool:
    found = _NUMBERS.fullmatch(item)
    if found is None:
        return False
    first, last, step = (None if group is None else int(group) for group in found.groups())
    inside = all(low <= bound <= high for bound in (first, last) if bound is not None)
    ordered = first is None or last is None or first <= last
    return inside and ordered and step != 0


def _named(item: str) -> bool:
    first, dash, last = item.partition("-")
    if not dash:
        return first in _DAYS
    return first in _DAYS and last in _DAYS and _DAYS.index(first) <= _DAYS.index(last)
