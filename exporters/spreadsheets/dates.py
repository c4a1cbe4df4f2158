"""When a dropped file speaks of: the date in its name or title, else the moment it was last saved."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))
_DATE = re.compile(
    r"(?<![0-9])(20[0-9]{2})(?:[-._/年 ]{1,2}(0?[1-9]|1[0-2])[-._/月 ]{1,2}(0?[1-9]|[12][0-9]|3[01])"
    r"|(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01]))(?![0-9])"
)


def date_in(text: str) -> date | None:
    """The first full calendar date of this century's spelling in ``text``."""
    for found in _DATE.finditer(text):
        year, month, day = found[1], found[2] or found[4], found[3] or found[5]
        try:
            return date(int(year), int(month), int(day))
        except ValueError:
            continue
    return None


def moment_of(name: str, title: str, saved: float) -> datetime:
    """The file's own moment in China's time, to the second."""
    told = date_in(name) or date_in(title)
    if told is not None:
        return datetime(told.year, told.month, told.day, tzinfo=CHINA)
    return datetime.fromtimestamp(int(saved), CHINA)
