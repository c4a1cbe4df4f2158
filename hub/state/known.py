"""What is known of each dataset's source: where the next run goes on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, insert, select

from exporters.source import Key
from hub.db.tables import dataset_state
from hub.state.runs import key_from


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a dataset's source: go on after ``high_water``; ``base_runs`` hold the present state's parts."""

    fingerprint: str
    high_water: Key | None
    known: int
    base_runs: tuple[str, ...]


def known_of(connection: Connection, dataset: str) -> Known | None:
    """What is known of the dataset, or None before its first finished run."""
    row = connection.execute(select(dataset_state).where(dataset_state.c.dataset == dataset)).one_or_none()
    if row is None:
        return None
    return Known(row.fingerprint, key_from(json.loads(row.high_water)), row.known, tuple(json.loads(row.base_runs)))


def remember(connection: Connection, dataset: str, known: Known) -> None:
    """Where the next run of this dataset goes on."""
    values = {
        "fingerprint": known.fingerprint,
        "high_water": json.dumps(asdict(known.high_water) if known.high_water else None),
        "known": known.known,
        "base_runs": json.dumps(known.base_runs),
    }
    connection.execute(delete(dataset_state).where(dataset_state.c.dataset == dataset))
    connection.execute(insert(dataset_state).values(dataset=dataset, **values))
