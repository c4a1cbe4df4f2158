"""Releases, the decisions on them, and the journal of publishing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from catalog.release import Release
from hub.db.tables import approval, publication, release, run
from hub.ledger.store import Event, append
from hub.state.runs import Run, stamp


@dataclass(frozen=True, slots=True)
class Sealed:
    """A release as the database knows it."""

    release: Release
    state: str
    run_id: str
    leaf: int
    sealed_at: str


def _sealed(row: Any) -> Sealed:
    return Sealed(Release.from_json(row.body), row.state, row.run_id, row.leaf, row.sealed_at)


def releases_of(connection: Connection, dataset: str | None = None, states: Sequence[str] = ()) -> list[Sealed]:
    """Releases, newest version first, of one dataset or all, in these states or any."""
    query = select(release).order_by(release.c.dataset, release.c.version.desc())
    if dataset is not None:
        query = query.where(release.c.dataset == dataset)
    if states:
        query = query.where(release.c.state.in_(states))
    return [_sealed(row) for row in connection.execute(query)]


def find_release(connection: Connection, dataset: str, version: int) -> Sealed | None:
    """The release, or None."""
    query = select(release).where(release.c.dataset == dataset, release.c.version == version)
    row = connection.execute(query).one_or_none()
    return _sealed(row) if row else None


def runner_of(connection: Connection, sealed: Sealed) -> str:
    """The person or scheduler whose run made the release."""
    report = connection.execute(select(run.c.report).where(run.c.id == sealed.run_id)).scalar_one()
    return str(json.loads(report).get("by", ""))


def next_version(connection: Connection, dataset: str) -> int:
    """The number after the highest there ever was."""
    query = select(func.max(release.c.version)).where(release.c.dataset == dataset)
    return (connection.execute(query).scalar() or 0) + 1


def seal(connection: Connection, owner: Run, sealed: Release, state: str, now: datetime, told: str = "") -> None:
    """Write the release and its ledger event; from here on it is never changed.

    ``told`` is the digest of what an aggregate told, for later releases to be protected against.
    """
    body = sealed.to_json()
    event = {
        "dataset": sealed.dataset,
        "version": sealed.version,
        "run": owner.id,
        "as_of": sealed.as_of.isoformat(),
        "rows": sealed.rows,
        "mark": sealed.mark,
        "provenance": asdict(sealed.provenance),
        "files": {resource.name: resource.sha256 for resource in sealed.resources},
        "release": hashlib.sha256(body.encode()).hexdigest(),
    }
    if told:
        event["told"] = told
    (seq,) = append(connection, [Event("release.sealed", event)], now)
    connection.execute(
        insert(release).values(
            dataset=sealed.dataset,
            version=sealed.version,
            run_id=owner.id,
            state=state,
            content=sealed.provenance.content,
            body=body,
            leaf=seq,
            sealed_at=stamp(now),
        ),
    )
    connection.execute(update(run).where(run.c.id == owner.id).values(state="sealed", version=sealed.version))


def change_release(
    connection: Connection,
    dataset: str,
    version: int,
    state: str,
    now: datetime,
    facts: Mapping[str, Any],
) -> None:
    """Move a release to another state, with the event that says so."""
    where = (release.c.dataset == dataset) & (release.c.version == version)
    connection.execute(update(release).where(where).values(state=state))
    append(connection, [Event(f"release.{state}", {"dataset": dataset, "version": version, **facts})], now)


def decide_release(
    connection: Connection, sealed: Sealed, person: str, decision: str, note: str, now: datetime
) -> None:
    """Record a person's decision on a release that awaits approval."""
    key = {"dataset": sealed.release.dataset, "version": sealed.release.version, "person": person}
    connection.execute(insert(approval).values(**key, decision=decision, note=note, at=stamp(now)))
    state = "sealed" if decision == "approve" else "returned"
    change_release(
        connection,
        sealed.release.dataset,
        sealed.release.version,
        state,
        now,
        {"by": person, "decision": decision},
    )


def journal_step(connection: Connection, portal: str, dataset: str, version: int) -> str | None:
    """How far publishing of this version to this portal has come."""
    query = select(publication.c.step).where(
        publication.c.portal == portal,
        publication.c.dataset == dataset,
        publication.c.version == version,
    )
    return connection.execute(query).scalar()


def portals_of(connection: Connection, dataset: str, versions: Sequence[int]) -> list[str]:
    """Portals that publishing of any of these versions ever reached, also those that it was withdrawn from."""
    query = select(publication.c.portal).where(publication.c.dataset == dataset, publication.c.version.in_(versions))
    return list(connection.execute(query.distinct().order_by(publication.c.portal)).scalars())


def set_step(connection: Connection, portal: str, dataset: str, version: int, step: str, now: datetime) -> None:
    """Write the journal of publishing."""
    key = {"portal": portal, "dataset": dataset, "version": version}
    where = [publication.c[name] == value for name, value in key.items()]
    connection.execute(delete(publication).where(*where))
    connection.execute(insert(publication).values(**key, step=step, updated_at=stamp(now)))


def journal(connection: Connection) -> list[tuple[str, str, int, str]]:
    """The whole journal: portal, dataset, version, step."""
    query = select(publication).order_by(publication.c.portal, publication.c.dataset, publication.c.version)
    return [(row.portal, row.dataset, row.version, row.step) for row in connection.execute(query)]
