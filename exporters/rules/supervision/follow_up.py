"""What a bureau did with a producer's task of the year (S3 差异化监管): planned, done, or given back with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType


class FollowState(StrEnum):
    """A task is planned for a day, done, or returned to whoever gave it."""

    PLANNED = "planned"
    DONE = "done"
    RETURNED = "returned"


FOLLOW_MOVES: Mapping[FollowState, frozenset[FollowState | None]] = MappingProxyType(
    {
        FollowState.PLANNED: frozenset({None, FollowState.PLANNED, FollowState.RETURNED}),
        FollowState.DONE: frozenset({FollowState.PLANNED}),
        FollowState.RETURNED: frozenset({None, FollowState.PLANNED}),
    }
)
"""State -> from which it is reached; None: nothing was done yet."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How a task stands at its bureau: ``id`` is ``<year>/<uscc>``; ``steps`` are (moment, who, state, remark)."""

    id: str
    bureau: str
    state: FollowState
    planned_on: date | None
    steps: tuple[tuple[datetime, str, FollowState, str], ...]
