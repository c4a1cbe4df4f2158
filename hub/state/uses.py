"""Uses in the hub's own database, written with one ledger event a batch."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Engine, delete, func, select

from agreements.model import Action
from agreements.use import UNLIMITED, Taken, Use
from hub.clock import moment, stamp
from hub.db.engine import reading, writing
from hub.db.exchange import use as table
from hub.ledger.store import Event, append, canonical, queue

_DAY: Final = timedelta(days=1)
_NAMES: Final = tuple(column.name for column in table.columns if column.name not in {"id", "leaf"})


class SqlUses:
    """The ``Uses`` port on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def write(self, uses: Sequence[Use]) -> None:
        if uses:
            with writing(self._engine) as connection:
                write_uses(connection, uses)

    def write_within(self, asked: Sequence[tuple[Sequence[Use], int]]) -> tuple[int, ...]:
        left: list[int] = []
        fit: list[Use] = []
        with writing(self._engine) as connection:
            # Before anything is counted: whoever comes later counts what is written here.
            queue(connection)
            for group, quota in asked:
                room = _room(connection, group[0], quota, fit) if quota else UNLIMITED
                left.append(room)
                if room == UNLIMITED or sum(one.rows for one in group) <= room:
                    fit += group
            if fit:
                write_uses(connection, fit)
        return tuple(left)

    def room_at(self, party: str, grant: str, quota: int, rows: int, now: datetime) -> datetime | None:
        if rows > quota:
            return None
        query = select(table.c.at, table.c.rows).where(
            table.c.party == party, table.c.grant_id == grant, table.c.at >= stamp(now - _DAY)
        )
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(table.c.at.desc())).all()
        stands = rows
        for one in found:
            # From the newest back: the first use that does not fit beside the younger ones has to be a day old.
            stands += one.rows
            if stands > quota:
                return moment(one.at) + _DAY
        return now

    def taken(self, party: str, since: datetime, until: datetime, grant: str = "") -> Taken:
        with reading(self._engine) as connection:
            return _taken(connection, party, since, until, grant)

    def of(self, party: str, since: datetime, limit: int = 1000) -> tuple[Use, ...]:
        query = (
            select(table)
            .where(table.c.party == party, table.c.at >= stamp(since))
            .order_by(table.c.id.desc())
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return tuple(read_use(row) for row in connection.execute(query))


def _room(connection: Connection, use: Use, quota: int, fit: Sequence[Use]) -> int:
    """Rows that a grant's quota of 24 hours still has, with what goes before in the same batch."""
    # Without an end: of two requests at once the later one may be written first, and it counts as well.
    stands = _taken(connection, use.party, use.at - _DAY, None, use.grant).rows
    ahead = sum(one.rows for one in fit if (one.party, one.grant) == (use.party, use.grant))
    return max(quota - stands - ahead, 0)


def _taken(connection: Connection, party: str, since: datetime, until: datetime | None, grant: str) -> Taken:
    query = select(
        func.count(),
        func.coalesce(func.sum(table.c.rows), 0),
        func.coalesce(func.sum(table.c.missed), 0),
        func.count(func.distinct(func.nullif(table.c.peer, ""))),
    ).where(table.c.party == party, table.c.at >= stamp(since))
    if until is not None:
        query = query.where(table.c.at < stamp(until))
    if grant:
        query = query.where(table.c.grant_id == grant)
    return Taken(*(int(value) for value in connection.execute(query).one()))


def taken_since(connection: Connection, party: str, since: datetime) -> Taken:
    """What a party took since a moment, in the caller's transaction; also what was written with a later one."""
    return _taken(connection, party, since, None, "")


def users(connection: Connection, since: datetime) -> tuple[tuple[str, str], ...]:
    """Which parties used which grants ("" for none) since a moment."""
    query = select(table.c.party, table.c.grant_id).where(table.c.at >= stamp(since), table.c.party != "").distinct()
    found = connection.execute(query.order_by(table.c.party, table.c.grant_id))
    return tuple((row.party, row.grant_id) for row in found)


def write_uses(connection: Connection, uses: Sequence[Use]) -> int:
    """Write uses in the caller's transaction; the number of their ledger event, which holds the batch's digest."""
    rows = [_row(one) for one in uses]
    digest = _digest(rows)
    facts = {"uses": len(rows), "rows": sum(one.rows for one in uses), "sha256": digest}
    now = max(one.at for one in uses)
    (leaf,) = append(connection, [Event("use.recorded", facts)], now)
    # By the driver: SQLAlchemy's general way would cost more than all the rest.
    names, mark = [*_NAMES, "leaf"], "?" if connection.dialect.name == "sqlite" else "%s"
    query = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join([mark] * len(names))})"  # noqa: S608
    connection.exec_driver_sql(query, [(*(row[name] for name in _NAMES), leaf) for row in rows])
    return leaf


def batch_holds(connection: Connection, leaf: int, sha256: str) -> bool:
    """Whether the uses that stand under a ledger event are those whose digest it holds."""
    return digest_of(connection.execute(select(table).where(table.c.leaf == leaf).order_by(table.c.id))) == sha256


def digest_of(rows: Iterable[Any]) -> str:
    """What the ledger event of a batch holds, from the batch's rows in their order."""
    return _digest([_row(read_use(row)) for row in rows])


def forget_uses(connection: Connection, before: datetime, now: datetime) -> int:
    """Remove uses older than ``before`` (``agreements.use.keep_until``), with the event that says how many.

    Uses that were written together go together: what is left of a batch would no longer match its ledger entry.
    """
    younger = select(table.c.leaf).where(table.c.at >= stamp(before))
    old = table.c.at < stamp(before), table.c.leaf.not_in(younger)
    gone = connection.execute(delete(table).where(*old)).rowcount
    if gone:
        append(connection, [Event("use.forgotten", {"uses": gone, "before": stamp(before)})], now)
    return int(gone)


def _digest(rows: Sequence[dict[str, Any]]) -> str:
    return hashlib.sha256(canonical([_told(row) for row in rows]).encode()).hexdigest()


def _row(one: Use) -> dict[str, Any]:
    return {
        "at": stamp(one.at),
        "party": one.party,
        "actor": one.actor,
        "grant_id": one.grant,
        "action": str(one.action),
        "dataset": one.dataset,
        "version": one.version,
        "clause": one.clause,
        "rows": one.rows,
        "bytes": one.bytes,
        "missed": one.missed,
        "mark": one.mark,
        "peer": one.peer,
        "purpose": one.purpose,
        "case_no": one.case_no,
    }


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """What the ledger's digest covers. Uses from before a purpose was kept keep the digest that they had."""
    return {name: value for name, value in row.items() if value or name not in {"purpose", "case_no"}}


def read_use(row: Any) -> Use:
    """The Use of a row."""
    return Use(
        at=moment(row.at),
        party=row.party,
        actor=row.actor,
        grant=row.grant_id,
        action=Action(row.action),
        dataset=row.dataset,
        version=row.version,
        clause=row.clause,
        rows=row.rows,
        bytes=row.bytes,
        missed=row.missed,
        mark=row.mark,
        peer=row.peer,
        purpose=row.purpose or "",
        case_no=row.case_no or "",
    )
