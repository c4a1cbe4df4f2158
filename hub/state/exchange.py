"""The exchange's desk on the hub's own database: things as JSON beside the columns they are found by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, Table, insert, select, text, update

from agreements.agreement import Agreement
from agreements.case import Case
from agreements.desk import Happened, T, Thing
from agreements.feedback import Feedback
from agreements.keys import PartyKey
from agreements.model import Grant, Party, Ticket
from agreements.peers.model import Parcel, Peer, Receipt
from agreements.people import Assignment, PermissionRequest
from catalog.errors import StorageError
from catalog.typed import decoder
from hub.clock import utc
from hub.db import exchange
from hub.db.engine import reading, writing
from hub.ledger.store import Event, append

TABLES: Final[Mapping[type[Thing], Table]] = MappingProxyType(
    {
        Agreement: exchange.agreement,
        Assignment: exchange.assignment,
        Case: exchange.case,
        Feedback: exchange.feedback,
        Grant: exchange.grant,
        Party: exchange.party,
        PartyKey: exchange.party_key,
        Parcel: exchange.parcel,
        Peer: exchange.peer,
        PermissionRequest: exchange.permission_request,
        Receipt: exchange.receipt,
        Ticket: exchange.ticket,
    }
)
# Any constant will do: it is what all writers of the exchange on one PostgreSQL database queue up for, so that a rule
# over several rows (two administrators remain) holds when it is written as it held when it was read.
_QUEUE: Final = 7_203_519_464_283
_DECODERS: Final = {kind: decoder(kind) for kind in TABLES}
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


class SqlDesk:
    """A ``Desk`` in the caller's transaction."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = utc(now)

    @property
    def connection(self) -> Connection:
        """The transaction itself, for what else must stand or fall with it."""
        return self._connection

    @property
    def now(self) -> datetime:
        return self._now

    def get(self, kind: type[T], key: str) -> T | None:
        body = self._connection.exec_driver_sql(self._query(kind, "id"), (key,)).scalar()
        return None if body is None else read_thing(kind, body)

    def find(self, kind: type[T], **where: str) -> tuple[T, ...]:
        found = self._connection.exec_driver_sql(self._query(kind, *where), tuple(where.values()))
        return tuple(read_thing(kind, body) for (body,) in found)

    def keep(self, happened: Happened, *things: Thing) -> int:
        for thing in things:
            self._put(thing)
        (seq,) = append(self._connection, [Event(happened.kind, dict(happened.facts))], self._now)
        return seq

    def number(self, series: str) -> int:
        table = exchange.series
        last = self._connection.execute(select(table.c.last).where(table.c.name == series)).scalar()
        if last is None:
            self._connection.execute(insert(table).values(name=series, last=1))
            return 1
        self._connection.execute(update(table).where(table.c.name == series).values(last=last + 1))
        return int(last) + 1

    def reached(self, name: str) -> int | None:
        """How far a reader of this name came; None before its first round."""
        table = exchange.series
        return self._connection.execute(select(table.c.last).where(table.c.name == name)).scalar()

    def reach(self, name: str, last: int) -> None:
        """Write down how far the reader came."""
        table = exchange.series
        done = self._connection.execute(update(table).where(table.c.name == name).values(last=last))
        if done.rowcount == 0:
            self._connection.execute(insert(table).values(name=name, last=last))

    def _query(self, kind: type[Thing], *columns: str) -> str:
        return _query(TABLES[kind].name, columns, "?" if self._connection.dialect.name == "sqlite" else "%s")

    def _put(self, thing: Thing) -> None:
        table = TABLES[type(thing)]
        row = {column.name: _column(getattr(thing, column.name)) for column in table.c if column.name != "body"}
        row["body"] = _ENCODER.encode(thing).decode()
        done = self._connection.execute(update(table).where(table.c.id == row["id"]).values(**row))
        if done.rowcount == 0:
            self._connection.execute(insert(table).values(**row))


@cache
def _query(table: str, columns: tuple[str, ...], mark: str) -> str:
    """Building and compiling a statement anew costs several times as much as running this one.

    Rows are searched by the first column; the others are joined to '' and so only compared. Without statistics SQLite
    would rather read every active grant of everybody than the few of one party.
    """
    known = exchange.metadata.tables[table].c
    names = [known[name].name + (" || ''" if at else "") for at, name in enumerate(columns)]
    each = " AND ".join(f"{name} = {mark}" for name in names)
    return f"SELECT body FROM {table}{f' WHERE {each}' if each else ''} ORDER BY id"  # noqa: S608 - declared names


def _column(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def read_thing(kind: type[T], body: str) -> T:
    """The thing that a body holds. StorageError when it is damaged."""
    try:
        return _DECODERS[kind].decode(body)  # type: ignore[return-value]
    except msgspec.DecodeError:
        raise StorageError("A row of the exchange is damaged.", todo="Restore the database from a backup.") from None


@contextmanager
def desk(engine: Engine, now: datetime) -> Iterator[SqlDesk]:
    """A desk that may write; everything on it is committed together at the end, or rolled back by any exception."""
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            # SQLite's BEGIN IMMEDIATE is the queue itself.
            connection.execute(text("SELECT pg_advisory_xact_lock(:queue)"), {"queue": _QUEUE})
        yield SqlDesk(connection, now)


@contextmanager
def reading_desk(engine: Engine, now: datetime) -> Iterator[SqlDesk]:
    """A desk that sees one moment and writes nothing: for every decision about data."""
    with reading(engine) as connection:
        yield SqlDesk(connection, now)
