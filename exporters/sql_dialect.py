"""What differs between the two databases: how to connect read-only, how columns and keys are read without loss."""

# ruff: noqa: S608 -- statements are put together here, from parts that sql_text quotes

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import adbc_driver_manager
from adbc_driver_manager.dbapi import Connection

from catalog.errors import SourceError
from exporters import sql_text
from exporters.source import Key
from exporters.sql_session import Session

KEY = ("updated_at", "record_id")
_UNREACHABLE = "See that the address, login and network are right and that the database runs, then run again."
_CONNECT = {"connect_timeout": "10", "keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "3"}
_NATIVE = frozenset({"text", "character varying", "boolean", "smallint", "integer", "bigint", "double precision"})
_DATED = {
    "date": "'0001-01-01' AND '9999-12-31'",
    "timestamp without time zone": "'0001-01-01' AND '9999-12-31 23:59:59.999999'",
    "timestamp with time zone": "'0001-01-02' AND '9999-12-30'",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """How a relation is read: a select expression per declared column, and the types of the two key columns."""

    select: Mapping[str, str]
    key_types: tuple[str, str]


class Dialect(Protocol):
    """One kind of database."""

    def connect(self) -> Session: ...

    def begin(self, session: Session) -> None:
        """Start the snapshot that a plan is made in."""
        ...

    def end(self, session: Session) -> None:
        """After the plan: keep the snapshot for the reads where that hinders nobody."""
        ...

    def shape(self, session: Session, relation: str, columns: Sequence[str]) -> Shape: ...

    def literal(self, key: Key, types: tuple[str, str]) -> str:
        """The key as a row value of the columns' own types, so that an index serves the comparison."""
        ...

    def key(self, updated_at: object, record_id: object) -> Key: ...

    def key_text(self, column: str) -> str:
        """Expression of a key column's lossless text."""
        ...

    def refuse_mixed(self, session: Session, relation: str) -> None:
        """``SourceError`` when the key columns hold values that have no single order."""
        ...

    def wrap(self, select: Mapping[str, str], body: str) -> str:
        """The statement that streams ``body`` (FROM … WHERE … ORDER BY …)."""
        ...

    def parameters(self, session: Session, relation: str, column: str, count: int) -> list[str]:
        """Placeholders for ``count`` values of a column, of the column's own type, so that an index serves them."""
        ...

    @property
    def lead(self) -> int:
        """How many rows at the head of a stream are not the source's."""
        ...


@dataclass(frozen=True, slots=True)
class Postgres:
    """PostgreSQL. Dates outside the years 1–9999 (``infinity``) have no calendar date and are read as empty."""

    address: str
    timeout_seconds: int
    lead: int = 0

    def connect(self) -> Session:
        import adbc_driver_postgresql.dbapi as driver

        parts = urlsplit(self.address)
        query = {**_CONNECT, **dict(parse_qsl(parts.query))}
        uri = urlunsplit(parts._replace(scheme="postgresql", query=urlencode(query)))
        place = f"PostgreSQL database at {parts.hostname or query.get('host', 'localhost')}"
        # Small batches are made in memory that was used before; larger ones ask the system for new pages.
        options = {"adbc.postgresql.batch_size_hint_bytes": str(4 << 20)}
        session = Session(_connected(lambda: driver.connect(uri, autocommit=True), place), place, options)
        session.run(
            (
                "SET default_transaction_read_only = on",
                "SET standard_conforming_strings = on",
                "SET client_encoding = 'UTF8'",
                "SET DateStyle = 'ISO, YMD'",
                # A fixed offset: China's zone had summer time from 1986 to 1991, and keys must never be ambiguous.
                "SET TIME ZONE INTERVAL '+08:00' HOUR TO MINUTE",
                f"SET statement_timeout = '{self.timeout_seconds}s'",
            )
        )
        # A server of this encoding refuses other bytes as they come in; one of SQL_ASCII takes and gives anything.
        session.sound = session.rows("SELECT current_setting('server_encoding')") == [("UTF8",)]
        return session

    def begin(self, session: Session) -> None:
        old = ("ROLLBACK",) if session.snapshot else ()
        session.run((*old, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        session.snapshot = True

    def end(self, session: Session) -> None:
        """The transaction stays open, so that units read by the same source see the plan's snapshot."""

    def shape(self, session: Session, relation: str, columns: Sequence[str]) -> Shape:
        types = self._types(session, relation, tuple(dict.fromkeys((*columns, *KEY))))
        return Shape({c: self._read(c, types[c]) for c in columns}, (types[KEY[0]], types[KEY[1]]))

    def _types(self, session: Session, relation: str, columns: Sequence[str]) -> dict[str, str]:
        kinds = ", ".join(f"pg_typeof(r.{sql_text.name(c)})::text" for c in columns)
        found = session.rows(
            f"SELECT {kinds} FROM (SELECT 1) o LEFT JOIN (SELECT * FROM {relation} q LIMIT 0) r ON true"
        )
        return dict(zip(columns, map(str, found[0]), strict=True))

    def _read(self, column: str, kind: str) -> str:
        value = f"r.{sql_text.name(column)}"
        if kind in _NATIVE:
            return value
        if kind in _DATED:
            return f"CASE WHEN {value} BETWEEN {_DATED[kind]} THEN {value} END"
        if kind.endswith("[]"):
            return f"{value}::text[]"
        return f"{value}::text"

    def literal(self, key: Key, types: tuple[str, str]) -> str:
        return f"({sql_text.text(key.updated_at)}::{types[0]}, {sql_text.text(key.record_id)}::{types[1]})"

    def key(self, updated_at: object, record_id: object) -> Key:
        moment = str(updated_at)
        if moment in {"infinity", "-infinity"}:
            raise SourceError(
                "A record of the source has no finite updated_at, so nothing could ever come after it.",
                todo="Correct the record at the source.",
            )
        try:
            parsed = datetime.fromisoformat(moment)
        except ValueError:
            return Key(moment, str(record_id))
        return Key(parsed.isoformat() if parsed.tzinfo else moment, str(record_id))

    def key_text(self, column: str) -> str:
        return f"r.{sql_text.name(column)}::text"

    def refuse_mixed(self, session: Session, relation: str) -> None:
        """A column has one type here."""

    def parameters(self, session: Session, relation: str, column: str, count: int) -> list[str]:
        kind = self._types(session, relation, (column,))[column]
        return [f"${number}::{kind}" for number in range(1, count + 1)]

    def wrap(self, select: Mapping[str, str], body: str) -> str:
        return f"SELECT {_list(select)} {body}"


@dataclass(frozen=True, slots=True)
class Sqlite:
    """SQLite, opened ``mode=ro``. Every column is read as text.

    The driver takes a column's type from the first batch and fails later on another one; an empty or all-null batch
    counts as integers. So the stream starts with one row of empty texts, which the reader drops.
    """

    path: Path
    timeout_seconds: int
    lead: int = 1

    def connect(self) -> Session:
        import adbc_driver_sqlite.dbapi as driver

        place = f"SQLite database {self.path.name}"
        if not self.path.is_file():
            raise SourceError(f"The {place} does not exist.", todo="Correct the address of the source.")
        uri = f"file:{quote(str(self.path.resolve()))}?mode=ro"
        options = {"adbc.sqlite.query.batch_rows": "65536"}
        session = Session(_connected(lambda: driver.connect(uri, autocommit=True), place), place, options)
        session.run((f"PRAGMA busy_timeout = {min(self.timeout_seconds, 60) * 1000}", "PRAGMA query_only = on"))
        return session

    def begin(self, session: Session) -> None:
        session.run(("BEGIN",))

    def end(self, session: Session) -> None:
        """An open read would keep the source's writers waiting, so the snapshot ends with the plan."""
        session.run(("COMMIT",))

    def shape(self, session: Session, relation: str, columns: Sequence[str]) -> Shape:
        first = f"typeof(r.{KEY[0]}), typeof(r.{KEY[1]})"
        both = f"r.{KEY[0]} IS NOT NULL AND r.{KEY[1]} IS NOT NULL"
        found = session.rows(f"SELECT {first} FROM {relation} r WHERE {both} LIMIT 1")
        kinds = (str(found[0][0]), str(found[0][1])) if found else ("text", "text")
        return Shape({c: f"CAST(r.{sql_text.name(c)} AS TEXT)" for c in columns}, kinds)

    def literal(self, key: Key, types: tuple[str, str]) -> str:
        values = (sql_text.text(key.updated_at), sql_text.text(key.record_id))
        told = (f"CAST({v} AS INTEGER)" if t == "integer" else v for v, t in zip(values, types, strict=True))
        return f"({', '.join(told)})"

    def key(self, updated_at: object, record_id: object) -> Key:
        return Key(str(updated_at), str(record_id))

    def key_text(self, column: str) -> str:
        return f"CAST(r.{sql_text.name(column)} AS TEXT)"

    def refuse_mixed(self, session: Session, relation: str) -> None:
        kinds = ", ".join(f"min(typeof(r.{c})), max(typeof(r.{c}))" for c in KEY)
        both = f"r.{KEY[0]} IS NOT NULL AND r.{KEY[1]} IS NOT NULL"
        found = session.rows(f"SELECT {kinds} FROM {relation} r WHERE {both}")[0]
        for column, low, high in ((KEY[0], *found[:2]), (KEY[1], *found[2:])):
            if low is not None and (low != high or low not in {"text", "integer"}):
                raise SourceError(
                    f"Column {column} of the {session.place} holds values of several kinds, which have no safe order.",
                    todo="Store one kind, or give the source a query that casts the column to text.",
                )

    def parameters(self, session: Session, relation: str, column: str, count: int) -> list[str]:  # noqa: ARG002
        return ["?"] * count

    def wrap(self, select: Mapping[str, str], body: str) -> str:
        # LIMIT -1 keeps SQLite from dropping the order of the inner query.
        empty = ", ".join(f"'' AS {sql_text.name(c)}" for c in select)
        return f"SELECT {empty} UNION ALL SELECT * FROM (SELECT {_list(select)} {body} LIMIT -1)"


def dialect_of(address: str, timeout_seconds: int) -> Dialect | None:
    """The dialect that an address speaks of: ``postgresql://…``, ``sqlite:///path``, or the path of a database file."""
    scheme, _, rest = address.partition("://")
    if rest and scheme.split("+")[0] in {"postgresql", "postgres"}:
        return Postgres(address, timeout_seconds)
    if rest and scheme.split("+")[0] == "sqlite":
        return Sqlite(Path(unquote(rest.partition("?")[0]).removeprefix("/")), timeout_seconds)
    if not rest and Path(address).suffix in {".db", ".sqlite", ".sqlite3"}:
        return Sqlite(Path(address), timeout_seconds)
    return None


def _connected(connect: Callable[[], Connection], place: str) -> Connection:
    try:
        return connect()
    except (adbc_driver_manager.Error, OSError):
        raise SourceError(f"The {place} cannot be reached or refuses the login.", todo=_UNREACHABLE) from None


def _list(select: Mapping[str, str]) -> str:
    return ", ".join(f"{expression} AS {sql_text.name(column)}" for column, expression in select.items())
