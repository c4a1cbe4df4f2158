"""What people who run the hub look at: runs page by page, what is in quarantine, who used what, how windows went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from agreements.calendar import CHINA
from agreements.use import Use
from hub.clock import moment, stamp
from hub.db.exchange import use
from hub.db.tables import claim, ledger_leaf, part, quarantine, release, run
from hub.ledger.store import Leaf
from hub.state.runs import Run, read_run
from hub.state.uses import read_use


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a long list: how many to leave out, how many to give."""

    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, slots=True)
class Done:
    """How far a run's extraction has come: finished units, rows read and rows kept in them."""

    units: int
    rows_read: int
    rows_kept: int


@dataclass(frozen=True, slots=True)
class Broken:
    """How many records of a run one rule sent into quarantine for one field."""

    dataset: str
    run: str
    field: str
    rule: str
    records: int


@dataclass(frozen=True, slots=True)
class Window:
    """How the latest window of a job went: running, done, failed or abandoned."""

    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class RunsAsked:
    """Which runs: of one dataset or any (""), in some states or any (none named), begun after a moment or ever."""

    dataset: str = ""
    states: Collection[str] = ()
    since: datetime | None = None


def run_count(connection: Connection, asked: RunsAsked) -> int:
    """How many such runs there are."""
    query = select(func.count()).select_from(run).where(*_runs(asked))
    return int(connection.execute(query).scalar_one())


def run_list(connection: Connection, part_of: Slice, asked: RunsAsked) -> list[Run]:
    """Such runs, newest first."""
    query = select(run).where(*_runs(asked)).order_by(run.c.started_at.desc(), run.c.id.desc())
    return [read_run(row) for row in connection.execute(query.offset(part_of.offset).limit(part_of.limit))]


def newest_runs(connection: Connection) -> dict[str, Run]:
    """The newest run of each dataset."""
    newest = select(func.max(run.c.id)).group_by(run.c.dataset)
    return {row.dataset: read_run(row) for row in connection.execute(select(run).where(run.c.id.in_(newest)))}


def run_states(connection: Connection, since: datetime) -> dict[str, int]:
    """Runs that began after ``since``, by state."""
    query = select(run.c.state, func.count()).where(run.c.started_at >= since.isoformat(timespec="microseconds"))
    return {state: int(count) for state, count in connection.execute(query.group_by(run.c.state))}


def done(connection: Connection, run_id: str) -> Done:
    """How far the extraction of a run has come."""
    sums = func.count(), func.coalesce(func.sum(part.c.rows_read), 0), func.coalesce(func.sum(part.c.rows_kept), 0)
    units, read, kept = connection.execute(select(*sums).where(part.c.run_id == run_id)).one()
    return Done(int(units), int(read), int(kept))


def broken(connection: Connection, dataset: str = "", run_id: str = "") -> list[Broken]:
    """Records in quarantine by run, field and rule; the newest run first, then the rule with most records."""
    columns = quarantine.c.dataset, quarantine.c.run_id, quarantine.c.field, quarantine.c.rule
    asked = [quarantine.c.dataset == dataset] * bool(dataset) + [quarantine.c.run_id == run_id] * bool(run_id)
    count = func.count().label("records")
    query = select(*columns, count).where(*asked).group_by(*columns)
    query = query.order_by(quarantine.c.dataset, quarantine.c.run_id.desc(), count.desc(), quarantine.c.rule)
    return [Broken(*row) for row in connection.execute(query)]


def broken_records(connection: Connection, found: Broken, part_of: Slice) -> list[str]:
    """The ids of the records that one rule sent into quarantine in one run, in the source's order."""
    cells = quarantine.c
    query = select(cells.record_id).where(
        cells.run_id == found.run, cells.dataset == found.dataset, cells.field == found.field, cells.rule == found.rule
    )
    ordered = query.order_by(cells.unit, cells.ordinal).offset(part_of.offset).limit(part_of.limit)
    return [str(row.record_id) for row in connection.execute(ordered)]


def release_states(connection: Connection) -> dict[str, int]:
    """Releases by state."""
    return {state: int(n) for state, n in connection.execute(select(release.c.state, func.count()).group_by("state"))}


def standings(connection: Connection, runs: Sequence[Run]) -> dict[str, str]:
    """How each run ended: its release's state where it waited for a person's decision, otherwise its own."""
    held = [one.id for one in runs if one.state == "held"]
    decided = select(release.c.run_id, release.c.state).where(release.c.run_id.in_(held))
    found = {run_id: state for run_id, state in connection.execute(decided) if state != "awaiting"} if held else {}
    return {one.id: found.get(one.id, one.state) for one in runs}


def windows(connection: Connection) -> dict[str, Window]:
    """The latest window of each scheduled job."""
    latest = select(claim.c.job, func.max(claim.c.window).label("window")).group_by(claim.c.job).subquery()
    query = select(claim).join(latest, (claim.c.job == latest.c.job) & (claim.c.window == latest.c.window))
    return {row.job: Window(moment(row.window), row.state) for row in connection.execute(query)}


def uses_by_day(connection: Connection, since: datetime) -> list[tuple[str, str, int, int]]:
    """Uses after ``since``: day in China (YYYY-MM-DD), action, how many, rows given."""
    hour = func.substr(use.c.at, 1, 13).label("hour")
    query = select(hour, use.c.action, func.count(), func.coalesce(func.sum(use.c.rows), 0))
    counts: Counter[tuple[str, str]] = Counter()
    rows: Counter[tuple[str, str]] = Counter()
    for begun, action, count, given in connection.execute(
        query.where(use.c.at >= stamp(since)).group_by(hour, use.c.action)
    ):
        day = datetime.fromisoformat(f"{begun}:00:00+00:00").astimezone(CHINA).date().isoformat()
        counts[day, action] += int(count)
        rows[day, action] += int(given)
    return [(day, action, counts[day, action], rows[day, action]) for day, action in sorted(counts)]


@dataclass(frozen=True, slots=True)
class UsesAsked:
    """Which uses: after a moment, of one dataset, party and action or any ("")."""

    since: datetime
    dataset: str = ""
    party: str = ""
    action: str = ""


def use_count(connection: Connection, asked: UsesAsked) -> int:
    """How many such uses there were."""
    return int(connection.execute(select(func.count()).select_from(use).where(*_uses(asked))).scalar_one())


def use_list(connection: Connection, part_of: Slice, asked: UsesAsked) -> list[Use]:
    """Such uses, newest first."""
    query = select(use).where(*_uses(asked)).order_by(use.c.at.desc(), use.c.id.desc())
    return [read_use(row) for row in connection.execute(query.offset(part_of.offset).limit(part_of.limit))]


def leaf_count(connection: Connection, kind: str = "") -> int:
    """How many entries the ledger has whose kind begins with ``kind``."""
    return int(connection.execute(select(func.count()).select_from(ledger_leaf).where(*_leaves(kind))).scalar_one())


def leaf_list(connection: Connection, part_of: Slice, kind: str = "") -> list[Leaf]:
    """Entries of the ledger, newest first."""
    query = select(ledger_leaf).where(*_leaves(kind)).order_by(ledger_leaf.c.seq.desc())
    found = connection.execute(query.offset(part_of.offset).limit(part_of.limit))
    return [Leaf(row.seq, row.kind, row.at, row.body) for row in found]


def leaf_kinds(connection: Connection) -> dict[str, int]:
    """How many entries the ledger has of each kind."""
    query = select(ledger_leaf.c.kind, func.count()).group_by(ledger_leaf.c.kind).order_by(ledger_leaf.c.kind)
    return {kind: int(count) for kind, count in connection.execute(query)}


def _runs(asked: RunsAsked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.dataset:
        found.append(run.c.dataset == asked.dataset)
    if asked.states:
        found.append(run.c.state.in_(asked.states))
    if asked.since is not None:
        found.append(run.c.started_at >= asked.since.isoformat(timespec="microseconds"))
    return found


def _uses(asked: UsesAsked) -> list[ColumnElement[bool]]:
    named = ((use.c.dataset, asked.dataset), (use.c.party, asked.party), (use.c.action, asked.action))
    return [use.c.at >= stamp(asked.since), *(column == value for column, value in named if value)]


def _leaves(kind: str) -> list[ColumnElement[bool]]:
    return [(ledger_leaf.c.kind == kind) | ledger_leaf.c.kind.like(f"{kind}.%")] if kind else []
