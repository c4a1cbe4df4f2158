"""Time as an argument: who needs the moment asks a Clock, so that equal inputs give equal bytes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> datetime:
        """The present moment, aware and in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class FixedClock:
    """A clock that stands still, for tests and for repeating a run."""

    at: datetime

    def now(self) -> datetime:
        return utc(self.at)


def utc(moment: datetime) -> datetime:
    """``moment`` in UTC; a naive one has no meaning here and raises ValueError."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC)


def stamp(moment: datetime) -> str:
    """``moment`` as 27 characters of ISO 8601 in UTC, microseconds always written: text order is time order."""
    return utc(moment).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    """The moment that ``stamp`` wrote. ValueError for any other shape."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def in_zone(moment: datetime) -> datetime:
    """A time that a source gave without a zone is China's."""
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone(timedelta(hours=8)))
