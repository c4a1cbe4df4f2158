"""A case: what made somebody look at a party's use, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CaseState(StrEnum):
    """Opened by a rule or a person, then closed with a finding."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Case:
    """A case about ``party``. ``rule`` is the abuse rule or ``manual``; ``facts`` are counts and ids, never values.

    ``remarks`` are (moment, who, text), the party's appeal among them; ``finding`` is what it was closed with.
    """

    id: str
    party: str
    rule: str
    facts: tuple[tuple[str, str], ...]
    opened_at: datetime
    opened_by: str
    state: CaseState = CaseState.OPEN
    remarks: tuple[tuple[datetime, str, str], ...] = ()
    finding: str = ""
    closed_at: datetime | None = None
    closed_by: str = ""
