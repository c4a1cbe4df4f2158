"""A declaration's schedule in words, as people plan by it."""

from __future__ import annotations

import re
from typing import Final

from babel.dates import get_day_names, get_month_names

from hub.web.words import N_, language, say

_NUMBERS: Final = re.compile(r"[0-9]{1,2}(,[0-9]{1,2})*")
_CLOCK: Final = re.compile(r"[0-9]{1,2}")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def in_words(cron: str) -> str:
    """``0 4 1 * *`` as 每月 1 日 04:00; "" for a schedule that is no plain list of days and is shown as it stands."""
    minute, hour, day, month, weekday = cron.lower().split()
    if not (_CLOCK.fullmatch(minute) and _CLOCK.fullmatch(hour)):
        return ""
    time = f"{int(hour):02}:{int(minute):02}"
    match (day, month, weekday):
        case ("*", "*", "*"):
            return _said(N_("每日 %(time)s"), time=time)
        case ("*", "*", _) if all(one in _DAYS for one in weekday.split(",")):
            names = get_day_names("wide", locale=language())
            days = _listed([names[_DAYS.index(one)] for one in weekday.split(",")])
            return _said(N_("每%(days)s %(time)s"), days=days, time=time)
        case (_, "*", "*") if _NUMBERS.fullmatch(day):
            return _said(N_("每月 %(days)s 日 %(time)s"), days=_listed(day.split(",")), time=time)
        case (_, _, "*") if _NUMBERS.fullmatch(day) and _NUMBERS.fullmatch(month):
            months = _listed([_month(int(one)) for one in month.split(",")])
            return _said(
                N_("%(months)s 月 %(days)s 日 %(time)s"), months=months, days=_listed(day.split(",")), time=time
            )
    return ""


def _said(text: str, **values: str) -> str:
    return str(say(text, **values))


def _month(number: int) -> str:
    return str(number) if language() == "zh" else str(get_month_names("abbreviated", locale="en")[number])


def _listed(things: list[str]) -> str:
    return str(say(N_("、"))).join(things)
