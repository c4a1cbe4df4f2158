"""The port to storage: one desk is one transaction, and what is put on it stands or falls with its ledger event.

The exchange's rules speak to a ``Desk`` only; the hub brings one that writes to SQLite or PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Protocol, TypeVar

from agreements.agreement import Agreement
from agreements.case import Case
from agreements.feedback import Feedback
from agreements.keys import PartyKey
from agreements.model import Grant, Party, Ticket
from agreements.peers.model import Parcel, Peer, Receipt
from agreements.people import Assignment, PermissionRequest

Thing = (
    Party
    | PartyKey
    | Assignment
    | PermissionRequest
    | Agreement
    | Grant
    | Ticket
    | Case
    | Feedback
    | Peer
    | Parcel
    | Receipt
)
T = TypeVar(
    "T", Party, PartyKey, Assignment, PermissionRequest, Agreement, Grant, Ticket, Case, Feedback, Peer, Parcel, Receipt
)


@dataclass(frozen=True, slots=True)
class Happened:
    """What the ledger is told: a constant word and identifiers, hashes, counts; never a text or a value of a record."""

    kind: str
    facts: Mapping[str, str | int] = field(default_factory=lambda: MappingProxyType({}))


class Desk(Protocol):
    """One transaction over the exchange's state. ``now`` is its one moment."""

    @property
    def now(self) -> datetime:
        """The moment of everything done here, UTC."""
        ...

    def get(self, kind: type[T], key: str) -> T | None:
        """The thing with this id, held against others until the transaction ends; None when there is none."""
        ...

    def find(self, kind: type[T], **where: str) -> tuple[T, ...]:
        """Things whose named columns have these values, by id; name the column first that tells most."""
        ...

    def keep(self, happened: Happened, *things: Thing) -> int:
        """Write the things and the event that says so; the event's number in the ledger."""
        ...

    def number(self, series: str) -> int:
        """The next number of a series, from 1 without gaps."""
        ...
