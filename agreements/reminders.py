"""What falls due: answers by working days, destruction after the end, renewal before it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from agreements.agreement import Agreement
from agreements.calendar import Calendar
from agreements.states import Side, life


class Kind(StrEnum):
    """Why somebody is reminded."""

    DUE = "due"
    OVERDUE = "overdue"
    RENEW = "renew"


@dataclass(frozen=True, slots=True)
class Reminder:
    """Who should do something with which agreement by when; ``working_days`` are left, negative when overdue."""

    agreement: str
    kind: Kind
    waits_for: Side
    day: date
    working_days: int
    provisional: bool


def reminders(found: Iterable[Agreement], calendar: Calendar, today: date) -> tuple[Reminder, ...]:
    """Everything that should be said on this day, the most urgent first."""
    told = [one for each in found for one in (_deadline(each, calendar, today), _renewal(each, calendar, today)) if one]
    return tuple(sorted(told, key=lambda one: (one.day, one.agreement)))


def _deadline(found: Agreement, calendar: Calendar, today: date) -> Reminder | None:
    side = life().states[found.state].waits_for
    if found.due is None or side is None:
        return None
    left = calendar.between(today, found.due)
    kind = Kind.OVERDUE if left < 0 else Kind.DUE
    soon = left < 0 or left <= max(calendar.remind_days, default=0)
    return Reminder(found.id, kind, side, found.due, left, found.provisional) if soon else None


def _renewal(found: Agreement, calendar: Calendar, today: date) -> Reminder | None:
    ends = found.application.ends
    if found.state != "active" or ends - today > timedelta(days=calendar.renew_days):
        return None
    left = calendar.between(today, ends)
    return Reminder(found.id, Kind.RENEW, Side.RECIPIENT, ends, left, not calendar.knows(ends))
