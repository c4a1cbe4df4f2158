"""Notices between hubs of provinces: published ones go to every peer, those that came are taken up as risk information.

They travel as parcels of the signed exchange (``hub.peering.peers``), each notice once to a peer. What a peer sends is
taken up only where the issuer lies in the peer's territory and its areas in the issuer's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import Engine

from agreements.model import Party
from agreements.peers import outbox
from agreements.peers.model import Parcel, Peer, PeerState
from catalog.typed import from_json
from exporters.rules.notices import Notice, Status, faults
from exporters.rules.notices.guards import covers
from exporters.rules.risk_intake import of_notices
from hub.clock import Clock
from hub.db.engine import writing
from hub.ledger.store import of_kind, size
from hub.peering.peers import PLACES, Station, post
from hub.risk.intake import Taken, take
from hub.state.exchange import SqlDesk, desk, reading_desk
from hub.state.notices import PUBLISHED, filed
from hub.timetable.leases import held

KIND: Final = "peer_notice"
PUBLISHING: Final = "notice.published"
"""Kind of the ledger's entry on a notice that was published."""
_LEASE: Final = "peer-notices"


@dataclass(frozen=True, slots=True)
class Received:
    """A notice that came from the hub of ``sender``, where it stands there, and whether it may be taken up."""

    sender: str
    address: str
    notice: Notice
    sound: bool


class _Body(msgspec.Struct, frozen=True):
    address: str
    notice: Notice


def offer(station: Station, clock: Clock, seconds: int) -> tuple[Parcel, ...]:
    """Post what was published since a peer is one and it does not have yet; what was posted.

    Of every peer stands how far the ledger was read for it, so a round reads what happened since the round before.
    Busy while another process does the same, which holds its lease for so many seconds.
    """
    with held(station.engine, _LEASE, clock, seconds):
        now = clock.now()
        with reading_desk(station.engine, now) as found:
            peers = [one for one in found.find(Peer, state=PeerState.ACTIVE) if outbox.active_peer(found, one.id)]
        return tuple(parcel for peer in peers for parcel in _offered(station, peer, now))


def _offered(station: Station, peer: Peer, now: datetime) -> list[Parcel]:
    name = f"notices to {peer.id}"
    with reading_desk(station.engine, now) as found:
        since, until = found.reached(name), size(found.connection)
        numbers = [str(leaf.data["notice"]) for leaf in of_kind(found.connection, PUBLISHING, since or 0)]
        out = [filed(found.connection, number) for number in dict.fromkeys(numbers)]
        # Before the first round with such a mark, parcels alone tell what the peer has.
        known = {one.record for one in found.find(Parcel, peer=peer.id) if one.kind == outbox.NOTICE} if out else set()
    fresh = [one.notice for one in out if one is not None and one.state == PUBLISHED]
    posted = [
        post(station, peer.id, one.notice_no, _body(station, one), now)
        for one in fresh
        if one.sent >= peer.since and one.notice_no not in known
    ]
    if since is None or until > since:
        with writing(station.engine) as connection:
            SqlDesk(connection, now).reach(name, until)
    return posted


def received(home: Path, engine: Engine, clock: Clock) -> list[Received]:
    """What came to the hub whose state is ``home``, by sender and notice; a body that is no notice is not told."""
    folder = home / "peers" / PLACES[outbox.NOTICE]
    with reading_desk(engine, clock.now()) as found:
        known = {one.id: one for one in found.find(Party)}
    read = [_read(path, known.get(path.parent.name)) for path in sorted(folder.glob("*/*.json"))]
    each = {(one.sender, one.notice.notice_no): one for one in read if one is not None}
    return [each[key] for key in sorted(each)]


def take_up(home: Path, engine: Engine, clock: Clock, by: str) -> Taken:
    """Sound notices as signals of kind 9 其他; doing it again changes nothing."""
    came = received(home, engine, clock)
    heard = of_notices([(one.notice, one.address) for one in came if one.sound])
    with desk(engine, clock.now()) as found:
        return take(found, by, KIND, heard)


def _body(station: Station, one: Notice) -> dict[str, Any]:
    place = f"{station.address}/api/v1/notices/{one.notice_no}"
    return {"address": place, "notice": msgspec.to_builtins(one)}


def _read(path: Path, sender: Party | None) -> Received | None:
    try:
        body = from_json(path.read_bytes(), _Body)
    except (OSError, msgspec.DecodeError):
        return None
    one = body.notice
    sound = sender is not None and _is_sound(one, sender) and body.address.startswith(("https://", "http://"))
    return Received(path.parent.name, body.address, one, sound)


def _is_sound(one: Notice, sender: Party) -> bool:
    """Whether nothing is missing, and the issuer may speak for these areas and belongs to the sender's territory."""
    here = all(covers(one.issuer.region, area.code) for area in one.areas)
    return one.status is Status.ACTUAL and not faults(one) and here and covers(sender.region, one.issuer.region)
