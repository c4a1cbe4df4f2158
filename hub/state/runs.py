"""Runs, the manifest of their finished units, and quarantine."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from exporters.source import Key, Plan, Unit
from hub.db.tables import part, quarantine, run
from hub.ledger.store import Event, append
from hub.units import UnitResult

UNFINISHED = ("extracting", "packing", "sealed")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one dataset as it stands in the database."""

    id: str
    dataset: str
    state: str
    mode: str
    fingerprint: str
    plan: Plan
    version: int | None
    report: Mapping[str, Any]
    started_at: str
    finished_at: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class NewRun:
    """What a run begins with; ``by`` is the person or scheduler that asked for it."""

    dataset: str
    mode: str
    fingerprint: str
    plan: Plan
    by: str


@dataclass(frozen=True, slots=True)
class PartRow:
    """A finished unit in the manifest."""

    run_id: str
    unit: int
    file: str
    sha256: str
    rows_read: int
    rows_kept: int
    tally: str


def stamp(moment: datetime) -> str:
    """A moment as stored: UTC ISO 8601 with microseconds."""
    return moment.isoformat(timespec="microseconds")


def key_from(body: Mapping[str, str] | None) -> Key | None:
    """A key from its stored form."""
    return Key(**body) if body else None


def plan_to_json(plan: Plan) -> str:
    """A plan as stored."""
    return json.dumps(asdict(plan), ensure_ascii=False, sort_keys=True)


def plan_from_json(text: str) -> Plan:
    """A plan from its stored form."""
    body = json.loads(text)
    units = tuple(
        Unit(u["index"], u["rows"], key_from(u["after"]), key_from(u["upto"]), u["place"]) for u in body["units"]
    )
    return Plan(units, key_from(body["high_water"]), body["total"])


def read_run(row: Any) -> Run:
    """A run from its row."""
    return Run(
        row.id,
        row.dataset,
        row.state,
        row.mode,
        row.fingerprint,
        plan_from_json(row.plan),
        row.version,
        json.loads(row.report),
        row.started_at,
        row.finished_at,
        row.error,
    )


def unfinished(connection: Connection, dataset: str) -> Run | None:
    """The dataset's run that was cut short, if any."""
    query = select(run).where(run.c.dataset == dataset, run.c.state.in_(UNFINISHED)).order_by(run.c.id.desc())
    row = connection.execute(query).first()
    return read_run(row) if row else None


def find_run(connection: Connection, run_id: str) -> Run:
    """The run, which must be there."""
    return read_run(connection.execute(select(run).where(run.c.id == run_id)).one())


def is_there(connection: Connection, run_id: str) -> bool:
    """Whether there is such a run."""
    return connection.execute(select(run.c.id).where(run.c.id == run_id)).first() is not None


def latest_runs(connection: Connection, limit: int = 50, datasets: Collection[str] = ()) -> list[Run]:
    """The newest runs of all datasets or of those named, newest first."""
    asked = [run.c.dataset.in_(datasets)] if datasets else []
    query = select(run).where(*asked).order_by(run.c.started_at.desc(), run.c.id.desc()).limit(limit)
    return [read_run(row) for row in connection.execute(query)]


def start_run(connection: Connection, new: NewRun, now: datetime) -> Run:
    """A run with its plan, and the event that it began."""
    number = connection.execute(select(func.count()).select_from(run).where(run.c.dataset == new.dataset)).scalar_one()
    run_id = f"{new.dataset}-{number + 1:06d}"
    connection.execute(
        insert(run).values(
            id=run_id,
            dataset=new.dataset,
            state="extracting",
            mode=new.mode,
            fingerprint=new.fingerprint,
            plan=plan_to_json(new.plan),
            report=json.dumps({"by": new.by}),
            started_at=stamp(now),
        ),
    )
    body = {"run": run_id, "dataset": new.dataset, "mode": new.mode, "fingerprint": new.fingerprint, "by": new.by}
    append(connection, [Event("run.started", body)], now)
    return find_run(connection, run_id)


def set_state(connection: Connection, run_id: str, state: str) -> None:
    """A step forward inside a run that needs no event of its own."""
    connection.execute(update(run).where(run.c.id == run_id).values(state=state))


def note(connection: Connection, run_id: str, error: str | None) -> None:
    """Why a run that can be gone on with was broken off, without a record's value; None when it goes on."""
    connection.execute(update(run).where(run.c.id == run_id).values(error=error))


def finish_run(
    connection: Connection,
    done: Run,
    state: str,
    now: datetime,
    *,
    report: Mapping[str, Any],
    error: str | None = None,
) -> None:
    """End a run as published, stored, held, unchanged, refused, failed or abandoned, with its event."""
    connection.execute(
        update(run)
        .where(run.c.id == done.id)
        .values(
            state=state,
            finished_at=stamp(now),
            report=json.dumps({**done.report, **report}, sort_keys=True),
            error=error,
        ),
    )
    body = {"run": done.id, "dataset": done.dataset, "state": state}
    append(connection, [Event("run.finished", body)], now)


def parts_of(connection: Connection, run_id: str) -> list[PartRow]:
    """The manifest of a run, in unit order."""
    rows = connection.execute(select(part).where(part.c.run_id == run_id).order_by(part.c.unit))
    return [PartRow(*row) for row in rows]


def record_unit(connection: Connection, owner: Run, result: UnitResult) -> None:
    """The manifest row of a finished unit and its quarantine, replacing what an earlier attempt left."""
    here = (quarantine.c.run_id == owner.id) & (quarantine.c.unit == result.unit)
    connection.execute(delete(quarantine).where(here))
    connection.execute(delete(part).where(part.c.run_id == owner.id, part.c.unit == result.unit))
    if result.broken:
        connection.execute(
            insert(quarantine),
            [
                {
                    "run_id": owner.id,
                    "unit": result.unit,
                    "ordinal": ordinal,
                    "dataset": owner.dataset,
                    "record_id": broken.record_id[:80],
                    "field": broken.field,
                    "rule": broken.rule,
                }
                for ordinal, broken in enumerate(result.broken)
            ],
        )
    connection.execute(
        insert(part).values(
            run_id=owner.id,
            unit=result.unit,
            file=result.file,
            sha256=result.sha256,
            rows_read=result.rows_read,
            rows_kept=result.rows_kept,
            tally=result.tally.to_json(),
        ),
    )


def broken_records(connection: Connection, run_id: str) -> list[tuple[str, str, str]]:
    """Record id, field and rule of everything a run put into quarantine."""
    query = (
        select(quarantine.c.record_id, quarantine.c.field, quarantine.c.rule)
        .where(quarantine.c.run_id == run_id)
        .order_by(quarantine.c.unit, quarantine.c.ordinal)
    )
    return [(row.record_id, row.field, row.rule) for row in connection.execute(query)]
