"""Risk records of level H and above go to every approved peer by themselves (SM04), once for each of their editions.

They come from the release, so they are desensitised, and from the peer's own marked copy, so they lead back to it.
Whatever was posted before is known by its parcels: this can be done at any time, twice or after a kill.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

from agreements.acting import party_of
from agreements.model import Party
from agreements.peers.model import Parcel, Peer, PeerState
from agreements.peers.outbox import RISK_CLAUSE, Risk, active_peer
from catalog.formats.jsonl import lines_of
from catalog.model import Audience, Dataset
from hub.db.engine import reading
from hub.marking import copies
from hub.parts import Parts
from hub.peering.peers import Station, post
from hub.state.exchange import reading_desk
from hub.state.releases import releases_of
from hub.timetable.leases import held

_STANDARD: Final = "2.5"
_LEVELS: Final = ("S", "H")
_FORMATS: Final = ("parquet",)
_LEASE: Final = "peer-risks"
_NUMBER, _LEVEL, _EDITION = "risk_info_no", "risk_level", "updated_at"


def collect(station: Station, parts: Parts, datasets: Iterable[Dataset], now: datetime) -> tuple[Parcel, ...]:
    """Post what the newest releases hold of high risks and a peer does not have yet; what was posted.

    Busy while another process does the same: two that looked at once would post everything twice.
    """
    with held(parts.engine, _LEASE, parts.clock, parts.lease_seconds):
        with reading_desk(parts.engine, now) as found:
            every = [one.id for one in found.find(Peer, state=PeerState.ACTIVE)]
            peers = [party_of(found, one) for one in every if active_peer(found, one) is not None]
        return tuple(
            parcel
            for one in datasets
            if is_risk(one)
            for peer in peers
            for parcel in _posted(station, parts, one, peer, now)
        )


def is_risk(dataset: Dataset) -> bool:
    """Whether the dataset holds risk records for other regulators, with what the push needs to know."""
    columns = {column.name for column in dataset.columns}
    known = {_NUMBER, _LEVEL, _EDITION} <= columns
    return known and dataset.standard.no == _STANDARD and dataset.audience is Audience.REGULATORS


def _posted(station: Station, parts: Parts, dataset: Dataset, peer: Party, now: datetime) -> Iterator[Parcel]:
    with reading(parts.engine) as connection:
        current = releases_of(connection, dataset.id, ("current",))
    if not current:
        return
    version = current[0].release.version
    grant = f"clause-{RISK_CLAUSE}-{peer.id}"
    number, folder = copies.standing_copy(dataset, version, grant, peer.name, parts, _FORMATS)
    with reading_desk(parts.engine, now) as found:
        sent = {(one.record, one.edition) for one in found.find(Parcel, peer=peer.id)}
    for row in _high(folder):
        edition = str(row[_EDITION])
        if (row[_NUMBER], edition) not in sent:
            risk = Risk(row[_NUMBER], row[_LEVEL], edition, dataset.id, version, str(number))
            yield post(station, peer.id, risk, row, now)


def _high(folder: Path) -> Iterator[dict[str, Any]]:
    """The rows of high level, as JSON that every hub reads alike."""
    for path in sorted(folder.glob("*.parquet")):
        rows = pq.read_table(path, filters=[(_LEVEL, "in", _LEVELS)])
        for batch in rows.to_batches():
            for piece in lines_of(batch):
                yield from (json.loads(line) for line in bytes(piece).splitlines())
