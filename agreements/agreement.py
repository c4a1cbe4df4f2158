"""An agreement as it stands: what was applied for, where it is in its life, what is signed and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from agreements.keys import Signature
from agreements.model import PurposeKind


@dataclass(frozen=True, slots=True)
class DataItem:
    """One dataset of an application; no fields or regions named means all that the dataset offers.

    ``regions`` are leading digits of GB/T 2260 codes.
    """

    dataset: str
    fields: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Application:
    """What a recipient asks for. ``ends`` is the first day that is no longer covered."""

    data: tuple[DataItem, ...]
    purpose: PurposeKind
    statement: str
    project: str
    responsible: str
    output: str
    starts: date
    ends: date
    measures: tuple[str, ...]
    retention_days: int
    quota_rows: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was done to the agreement: the transition, who did it, when, and a remark."""

    name: str
    by: str
    at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement between the bureau (``provider``) and a party (``recipient``), both by USCC.

    ``text`` is the canonical JSON that is signed, ``digest`` its SHA-256 and ``sm3`` its SM3 in hex; all empty until
    the application was approved. ``replaces`` names the agreement that this one amends or renews. ``due`` is the day
    by which the side that the state waits for must act, ``provisional`` when the calendar did not know its year.
    ``asked`` is what was applied for before the bureau's latest offer, None when nothing else was offered.
    """

    id: str
    provider: str
    recipient: str
    state: str
    application: Application
    steps: tuple[Step, ...]
    text: str = ""
    digest: str = ""
    sm3: str = ""
    signatures: tuple[Signature, ...] = ()
    replaces: str = ""
    reason: str = ""
    due: date | None = None
    provisional: bool = False
    certificate: str = ""
    asked: Application | None = None

    def last(self, *names: str) -> Step | None:
        """The latest of these steps, or None."""
        return next((step for step in reversed(self.steps) if step.name in names), None)
