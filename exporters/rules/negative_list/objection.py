"""An objection against an entry of the list, with its deadline, its answer and its exit (S4 异议处理)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

import polars as pl

from exporters.rules.accept import accepted, empty
from exporters.rules.tables import tables

_CHINA = timezone(timedelta(hours=8))
_TABLE = "objection"


class Outcome(StrEnum):
    """Codes of the list objection_outcome: 维持、撤销、更正."""

    KEPT = "1"
    REMOVED = "2"
    CORRECTED = "3"


class ObjectionState(StrEnum):
    """It waits for its answer, was answered, or its entry has left the list."""

    OPEN = "open"
    ANSWERED = "answered"
    EXITED = "exited"


@dataclass(frozen=True, slots=True)
class Objection:
    """An objection of ``party`` against the entry ``entry`` of list ``listed``, due on a working day.

    ``exit_list`` is the first list without the entry, 0 before there is one.
    """

    id: str
    entry: str
    party: str
    listed: int
    raised_by: str
    raised_at: datetime
    said: str
    due: date
    provisional: bool
    state: ObjectionState = ObjectionState.OPEN
    outcome: Outcome | None = None
    answer: str = ""
    answered_at: datetime | None = None
    answered_by: str = ""
    exit_list: int = 0

    def overdue(self, today: date) -> bool:
        """Whether its answer is late, or came late."""
        came = self.answered_at.astimezone(_CHINA).date() if self.answered_at else today
        return came > self.due


def table(found: Iterable[Objection]) -> pl.DataFrame:
    """Objections as the rules read them."""
    rows = [
        {
            "record_id": one.id,
            "entry_id": one.entry,
            "objected_on": _day(one.raised_at),
            "due_on": one.due.isoformat(),
            "answered_on": _day(one.answered_at) if one.answered_at else None,
            "outcome": one.outcome,
        }
        for one in found
    ]
    if not rows:
        return empty(_TABLE)
    return accepted(tables()[_TABLE], pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String)))


def _day(moment: datetime) -> str:
    return moment.astimezone(_CHINA).date().isoformat()
