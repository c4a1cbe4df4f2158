"""How long a risk may wait for its notice: S 24 hours, H 3 days, M 10 days (DOMAIN 8.2), with reminders on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from exporters.rules.notices.model import Level

_LIMITS = {Level.SERIOUS: timedelta(hours=24), Level.HIGH: timedelta(days=3), Level.MEDIUM: timedelta(days=10)}
_REMINDERS = (0.5, 0.75, 1.0)


@dataclass(frozen=True, slots=True)
class Clock:
    """When a notice is due, when to remind, and how the clock stands: running, remind, late, met or missed."""

    due: datetime
    reminders: tuple[datetime, ...]
    state: str


def clock(level: Level, assessed: datetime, now: datetime, published: datetime | None = None) -> Clock | None:
    """The clock of a risk assessed at ``assessed``; None for level L, which no clock drives."""
    if level not in _LIMITS:
        return None
    limit = _LIMITS[level]
    due = assessed + limit
    reminders = tuple(assessed + limit * share for share in _REMINDERS)
    if published is not None:
        return Clock(due, reminders, "met" if published <= due else "missed")
    state = "late" if now > due else "remind" if now >= reminders[0] else "running"
    return Clock(due, reminders, state)
