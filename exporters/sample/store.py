"""The sample's database: filled whole or not at all, and never over tables that are not the sample's own.

SQLite is filled in a file beside and renamed; PostgreSQL in one transaction. A table of its own, ``sample_province``,
says that the sample made the others and how far their numbers run. Messages hold no address: it may hold a password.
"""

# ruff: noqa: S608 -- table and column names come from the standards, numbers are integers

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import adbc_driver_manager
import adbc_driver_sqlite.dbapi as sqlite
import polars as pl
from adbc_driver_manager.dbapi import Connection, Cursor

from catalog.errors import SettingsError, SourceError, SourceGone, StorageError
from catalog.files import disk_error, sync_folder
from exporters.sample.shape import Dialect, Shape, create, indexes, select, stored, typed

MARKER = "sample_province"
_ADDRESS = "Give sqlite:///path or postgresql://user@host/database."
_CONNECT_SECONDS = "10"
# SQLSTATE classes after which the same statement may well succeed later.
_PASSING = ("08", "53", "57", "58", "40", "55")


@dataclass(frozen=True, slots=True)
class Made:
    """What the marker says of one table: the sample's seed and trace records, the next free number, later changes."""

    table: str
    seed: int
    rows: int
    next_number: int
    changes: int


@dataclass(frozen=True, slots=True)
class Store:
    """An open database: rows in, rows out, all in one transaction or one unfinished file."""

    cursor: Cursor
    dialect: Dialect

    def run(self, statement: str) -> None:
        """Run a statement that returns nothing."""
        self.cursor.execute(statement)

    def append(self, table: Shape, frame: pl.DataFrame) -> None:
        """Add rows, given in the types that they were made in."""
        rows = stored(frame, table, self.dialect).to_arrow(compat_level=pl.CompatLevel.oldest())
        self.cursor.adbc_ingest(table.name, rows, mode="append")

    def read(self, table: Shape, where: str) -> pl.DataFrame:
        """Rows that fulfil ``where``, by record_id, in the types that they were made in."""
        self.cursor.execute(
            f'SELECT {select(table, self.dialect)} FROM "{table.name}" WHERE {where} ORDER BY record_id'
        )
        rows: Any = pl.from_arrow(self.cursor.fetch_arrow_table())
        return typed(rows.with_columns(pl.all().cast(pl.String)), table)

    def value(self, query: str) -> Any:
        """The single value of a query."""
        self.cursor.execute(query)
        row = self.cursor.fetchone()
        return row[0] if row else None

    def made(self) -> tuple[Made, ...]:
        """What the marker says, table by table."""
        self.cursor.execute(f"SELECT table_name, seed, sample_rows, next_number, changes FROM {MARKER} ORDER BY 1")
        return tuple(Made(str(r[0]), int(r[1]), int(r[2]), int(r[3]), int(r[4])) for r in self.cursor.fetchall())

    def mark(self, made: Sequence[Made]) -> None:
        """Write the marker anew."""
        self.run(f"DELETE FROM {MARKER}")
        for m in made:
            self.run(f"INSERT INTO {MARKER} VALUES ('{m.table}', {m.seed}, {m.rows}, {m.next_number}, {m.changes})")

    def create(self, tables: Sequence[Shape]) -> None:
        """Create the marker and the empty tables."""
        kinds = "seed BIGINT, sample_rows BIGINT, next_number BIGINT, changes BIGINT"
        self.run(f"CREATE TABLE {MARKER} (table_name TEXT PRIMARY KEY, {kinds})")
        for table in tables:
            self.run(create(table, self.dialect))

    def index(self, tables: Sequence[Shape]) -> None:
        """Build the keys and indexes of filled tables."""
        for table in tables:
            for statement in indexes(table, self.dialect):
                self.run(statement)


@contextmanager
def creating(database: str, tables: Sequence[Shape]) -> Iterator[Store]:
    """A store with the empty tables, to be filled. It appears on leaving without an error, or not at all."""
    path = _sqlite_path(database)
    if path is None:
        with _postgres(database) as store:
            _make_room(store, tables)
            store.create(tables)
            yield store
            store.index(tables)
        return
    _refuse_foreign_file(path)
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.unlink(missing_ok=True)
        with _sqlite(partial, ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF")) as store:
            store.create(tables)
            yield store
            store.index(tables)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise disk_error(error, path) from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


@contextmanager
def changing(database: str) -> Iterator[Store]:
    """The store of an existing sample; what is done in it happens on leaving without an error, or not at all."""
    path = _sqlite_path(database)
    if path is None:
        with _postgres(database) as store:
            if not _has(store, MARKER):
                raise _no_sample()
            yield store
        return
    if not path.is_file() or not _is_sample(path):
        raise _no_sample()
    with _sqlite(path, ("PRAGMA busy_timeout = 10000",)) as store:
        yield store


def _no_sample() -> SourceError:
    return SourceError("The database holds no sample province.", todo="Invent one first.")


@contextmanager
def _sqlite(path: Path, pragmas: Sequence[str]) -> Iterator[Store]:
    try:
        with sqlite.connect(str(path), autocommit=True) as connection, connection.cursor() as cursor:
            for pragma in pragmas:
                cursor.execute(pragma)
                cursor.fetchall()
            cursor.execute("BEGIN IMMEDIATE")
            try:
                yield Store(cursor, Dialect.SQLITE)
            except BaseException:
                with suppress(adbc_driver_manager.Error):
                    cursor.execute("ROLLBACK")
                raise
            cursor.execute("COMMIT")
    except adbc_driver_manager.Error:
        raise StorageError(
            f"The database {path.name.strip('.').removesuffix('.partial')} could not be written.",
            todo="See that its folder exists, that the disk has room and that nobody else holds it, then run again.",
        ) from None


@contextmanager
def _postgres(database: str) -> Iterator[Store]:
    with _connected(database) as connection:
        try:
            with connection.cursor() as cursor:
                yield Store(cursor, Dialect.POSTGRES)
            connection.commit()
        except adbc_driver_manager.Error as error:
            raise _told(error) from None
        finally:
            with suppress(adbc_driver_manager.Error):
                connection.rollback()


def _told(error: adbc_driver_manager.Error) -> SourceError:
    """The driver's error in our words; its own text holds rows."""
    state = error.sqlstate or ""
    if not state or state.startswith(_PASSING):
        return SourceGone(
            "The PostgreSQL database went away or was too busy while the sample was written.",
            todo="Run the same command again when it is back.",
        )
    return SourceError(
        f"The PostgreSQL database refused to hold the sample (SQLSTATE {state}).",
        todo="See that the login may create tables and that the database's disk has room, then run again.",
    )


def _connected(database: str) -> Connection:
    import adbc_driver_postgresql.dbapi as driver

    parts = urlsplit(database)
    query = parts.query if "connect_timeout" in parts.query else f"connect_timeout={_CONNECT_SECONDS}&{parts.query}"
    try:
        connection: Connection = driver.connect(
            urlunsplit(parts._replace(scheme="postgresql", query=query.rstrip("&")))
        )
    except (adbc_driver_manager.Error, OSError):
        raise SourceError(
            "The PostgreSQL database cannot be reached or refuses the login.",
            todo="See that the address, login and network are right and that the database runs, then run again.",
        ) from None
    return connection


def _sqlite_path(database: str) -> Path | None:
    """The file of a ``sqlite:///`` address, None for PostgreSQL."""
    scheme, _, rest = database.partition("://")
    kind = scheme.split("+")[0]
    if rest and kind in {"postgresql", "postgres"}:
        return None
    path = unquote(rest.partition("?")[0]).removeprefix("/")
    if kind == "sqlite" and path:
        return Path(path)
    raise SettingsError("The address of the sample's database is neither SQLite nor PostgreSQL.", todo=_ADDRESS)


def _refuse_foreign_file(path: Path) -> None:
    if path.exists() and not _is_sample(path):
        raise SourceError(
            f"The file {path.name} exists and is no sample database.", todo="Name another file, or move this one away."
        )


def _is_sample(path: Path) -> bool:
    """Whether a file is a SQLite database that the sample made."""
    try:
        with sqlite.connect(f"file:{path}?mode=ro", autocommit=True) as connection, connection.cursor() as cursor:
            return _has(Store(cursor, Dialect.SQLITE), MARKER)
    except adbc_driver_manager.Error:
        return False


def _has(store: Store, table: str) -> bool:
    if store.dialect is Dialect.SQLITE:
        return bool(store.value(f"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '{table}'"))
    return bool(store.value(f"SELECT (to_regclass('\"{table}\"') IS NOT NULL)::int"))


def _make_room(store: Store, tables: Sequence[Shape]) -> None:
    """Drop what an earlier sample made; tables of other origin are refused."""
    found = [table.name for table in tables if _has(store, table.name)]
    ours = {made.table for made in store.made()} if _has(store, MARKER) else set()
    foreign = sorted(set(found) - ours)
    if foreign:
        raise SourceError(
            f"The database already holds tables that no sample made: {', '.join(foreign)}.",
            todo="Name an empty database: a sample never overwrites real records.",
        )
    for name in [*found, *([MARKER] if ours else [])]:
        store.run(f'DROP TABLE "{name}"')
