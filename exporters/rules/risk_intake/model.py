"""A risk from hearing to disposal, and the task that a cluster of risks makes for territorial bureaus (DOMAIN 8.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType


class RiskState(StrEnum):
    """采集 → 识别 → 评估 → 处置 → 归档; or dismissed as no risk of a product, then archived."""

    COLLECTED = "collected"
    IDENTIFIED = "identified"
    DISMISSED = "dismissed"
    ASSESSED = "assessed"
    DISPOSED = "disposed"
    ARCHIVED = "archived"


OVER: frozenset[RiskState] = frozenset({RiskState.DISMISSED, RiskState.ARCHIVED})
"""States in which a risk makes no task and stands in no draft."""


class TaskState(StrEnum):
    """A task waits, is worked on by every bureau in charge, led to a notice, or is closed without one."""

    OPEN = "open"
    ACCEPTED = "accepted"
    NOTICED = "noticed"
    CLOSED = "closed"


RISK_MOVES: Mapping[str, tuple[frozenset[RiskState], RiskState]] = MappingProxyType(
    {
        "identify": (frozenset({RiskState.COLLECTED}), RiskState.IDENTIFIED),
        "dismiss": (frozenset({RiskState.COLLECTED, RiskState.IDENTIFIED}), RiskState.DISMISSED),
        "assess": (frozenset({RiskState.IDENTIFIED, RiskState.ASSESSED}), RiskState.ASSESSED),
        "dispose": (frozenset({RiskState.ASSESSED}), RiskState.DISPOSED),
        "archive": (frozenset({RiskState.DISPOSED, RiskState.DISMISSED}), RiskState.ARCHIVED),
    }
)
"""Step -> from which states, to which. What a source corrects begins anew as collected."""

TASK_MOVES: Mapping[str, frozenset[TaskState]] = MappingProxyType(
    {
        "accept": frozenset({TaskState.OPEN}),
        "report": frozenset({TaskState.OPEN, TaskState.ACCEPTED, TaskState.NOTICED}),
        "notice": frozenset({TaskState.OPEN, TaskState.ACCEPTED}),
        "close": frozenset({TaskState.ACCEPTED, TaskState.NOTICED}),
    }
)
"""Step -> from which states it may be done."""


@dataclass(frozen=True, slots=True)
class Step:
    """What was done when, by whom, with what remark."""

    at: datetime
    by: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """A signal (``SIGNAL``) and what became of it; ``level`` and ``tolerable`` are the matrix's once assessed.

    ``sensitive`` says that one step more of severity or probability would lead to a higher level, which then counts.
    """

    id: str
    kind: str
    number: str
    heard_on: date
    product_category: str | None = None
    product_name: str | None = None
    product_model: str | None = None
    brand: str | None = None
    batch: str | None = None
    gtins: str | None = None
    producer_name: str | None = None
    producer_uscc: str | None = None
    seller_name: str | None = None
    seller_uscc: str | None = None
    region_code: str | None = None
    summary: str | None = None
    injury_type: str | None = None
    hazard_class: str | None = None
    severity: str | None = None
    probability: str | None = None
    source_ref: str | None = None
    flags: str = ""
    origin: str | None = None
    state: RiskState = RiskState.COLLECTED
    level: str = ""
    tolerable: bool | None = None
    sensitive: bool = False
    assessed_at: datetime | None = None
    measures: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def region(self) -> str:
        """The region, "" where it is not known."""
        return self.region_code or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskTask:
    """A task for the bureaus of ``territory`` (regions by ``;``) over one product, of one producer where it is known.

    ``because`` names the rules that were met; ``highest`` the highest level assessed so far, whose clock runs from
    ``clock_from``; ``accepted`` are the bureaus (USCC) that have taken it up.
    """

    id: str
    product_name: str
    producer_uscc: str
    territory: str
    joint: bool
    because: str
    complaints: int
    injuries: int
    highest: str
    first_on: date
    last_on: date
    raised_at: datetime
    flags: str = ""
    clock_from: datetime | None = None
    state: TaskState = TaskState.OPEN
    accepted: tuple[str, ...] = ()
    notice: str = ""
    noticed_at: datetime | None = None
    closed_at: datetime | None = None
    steps: tuple[Step, ...] = ()

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions whose bureaus are in charge."""
        return tuple(one for one in self.territory.split(";") if one)


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a bureau was reminded of and when: ``about`` a task's id, its ``due``, and how the clock stood."""

    id: str
    about: str
    bureau: str
    level: str
    due: datetime
    state: str
    sent_at: datetime
