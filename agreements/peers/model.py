"""A peer hub, what waits to be sent to it, and the receipts of what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PeerState(StrEnum):
    """Proposed by one administrator, approved by another, and ended by either."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Peer:
    """Another hub: ``id`` is the USCC of the party that runs it, ``address`` where its messages go."""

    id: str
    address: str
    state: PeerState
    proposed_by: str
    since: datetime
    approved_by: str = ""


class ParcelState(StrEnum):
    """A parcel waits until its peer has confirmed it; after too many failures it is a dead letter."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message on its way. Its body lies in a file named by ``digest`` (SHA-256, hex); no table holds a record.

    ``failure`` is the constant word of the last failure, ``receipt`` the id of the receipt that ended it. ``record``,
    ``edition`` (when it was last changed), ``dataset``, ``version`` and ``mark`` say what it holds, for its Use; a
    record that somebody posted by hand comes from no dataset.
    """

    id: str
    peer: str
    kind: str
    digest: str
    state: ParcelState
    made_at: datetime
    next_at: datetime
    attempts: int = 0
    failure: str = ""
    receipt: str = ""
    record: str = ""
    edition: str = ""
    dataset: str = ""
    version: int = 0
    mark: str = ""


class Direction(StrEnum):
    """Whether this hub asked or answered."""

    ASKED = "asked"
    ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof of one exchange, the same bytes on both sides. ``id`` is direction/SHA-256 of the request's signature.

    ``body`` is the receipt's canonical JSON (``agreements.peers.receipt``), ``digest`` its SHA-256.
    """

    id: str
    peer: str
    direction: Direction
    parcel: str
    digest: str
    body: str
    at: datetime
