"""Those who asked to be told of notices, and what was sent to each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FollowerState(StrEnum):
    """Asked for, agreed to by a second person, ended."""

    ASKED = "asked"
    ACTIVE = "active"
    ENDED = "ended"


class DeliveryState(StrEnum):
    """Waits, was sent, or is given up until a person looks at it."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A party's ``address`` (https or mailto) for notices that concern ``region`` of GB/T 2260, "" for all."""

    id: str
    party: str
    region: str
    address: str
    state: FollowerState
    asked_by: str
    since: datetime
    approved_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A notice on its way to a follower; tried again at ``next_at`` after ``attempts`` failures."""

    id: str
    notice: str
    follower: str
    state: DeliveryState
    next_at: datetime
    attempts: int = 0
    failure: str = ""
    sent_at: datetime | None = None
