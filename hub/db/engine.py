"""Connections to the hub's own state: SQLite by default, PostgreSQL by URL; reading, writing, guarding.

SQLite runs in WAL with full sync. A writing transaction begins with ``BEGIN IMMEDIATE``: it holds the write lock
before its first read, so what it read still stands when it writes, and two of them queue instead of deadlocking.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from catalog.errors import SettingsError, StorageError

BUSY_MS: Final = 60_000
_DRIVERS: Final = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
# What went wrong, by SQLite's error name or the SQLSTATE of PostgreSQL: (happened, todo).
_CAUSES: Final = (
    (r"SQLITE_FULL|53100", "has no space left", "Free disk space, then run the command again."),
    (r"SQLITE_READONLY.*|25006", "is read-only", "Make it writable, then run the command again."),
    (r"SQLITE_(BUSY|LOCKED).*|55P03|40P01|40001", "is locked by another process", "Run the command again."),
    (r"SQLITE_(CORRUPT|NOTADB).*|XX00[12]", "is damaged", "Restore it from a backup."),
    (r"SQLITE_CANTOPEN.*", "cannot be opened", "Check HUB_DATABASE and the folder's rights."),
    (r"42501|28.{3}|3D000|SQLITE_(AUTH|PERM)", "refuses this access", "Check HUB_DATABASE and the account's rights."),
    (r"42P01|42703", "lacks a table or column", "Run any hub command of this version to migrate it."),
    (r"23.{3}|SQLITE_CONSTRAINT.*", "refuses a row that contradicts its rules", "Run the command again."),
    (r"08.{3}|57P0[123]|gone", "went away", "Start it, then run the command again."),
)


def connect(url: str) -> Engine:
    """An engine for ``url`` (``sqlite:///path`` or ``postgresql://…``). Opens nothing yet.

    SettingsError for any other URL; it never repeats the URL, which may hold a password.
    """
    try:
        where = make_url(url)
        driver = _DRIVERS[where.drivername]
    except (ArgumentError, ValueError, KeyError):
        raise SettingsError(
            "Setting HUB_DATABASE is no address of a SQLite or PostgreSQL database.",
            todo="Give sqlite:///path/to/file or postgresql://user@host/name.",
        ) from None
    return _sqlite(where.set(drivername=driver)) if driver.startswith("sqlite") else _postgres(where, driver)


def _postgres(url: URL, driver: str) -> Engine:
    with guarded():
        return create_engine(
            url.set(drivername=driver),
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10, "application_name": "quality-open-data-hub"},
        )


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        with guarded():
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    with guarded():
        # Without its own isolation level the driver sends no BEGIN and no COMMIT behind our back, not for DDL either.
        engine = create_engine(
            url, hide_parameters=True, connect_args={"isolation_level": None, "timeout": BUSY_MS / 1000}
        )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(raw: sqlite3.Connection, _record: Any) -> None:
    raw.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    raw.execute("PRAGMA foreign_keys = ON")
    raw.execute("PRAGMA synchronous = FULL")
    give_up = time.monotonic() + BUSY_MS / 1000
    while raw.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        try:
            raw.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            # The switch does not wait for the busy timeout when several processes open a new file at once.
            if time.monotonic() > give_up:
                raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    reading = connection.get_execution_options().get("hub_reading", False)
    connection.exec_driver_sql("BEGIN DEFERRED" if reading else "BEGIN IMMEDIATE")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write: committed at the end, rolled back by any exception. StorageError if it fails."""
    with guarded(), engine.begin() as connection:
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one moment of the database and cannot write."""
    sqlite = engine.dialect.name == "sqlite"
    # Only what the dialect knows may be set: SQLite has no repeatable read and needs none.
    options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with guarded(), engine.connect() as plain:
        connection = plain.execution_options(**({"hub_reading": True} if sqlite else options))
        with connection.begin():
            if not sqlite:
                yield connection
                return
            connection.exec_driver_sql("PRAGMA query_only = ON")
            try:
                yield connection
            finally:
                connection.exec_driver_sql("PRAGMA query_only = OFF")


@contextmanager
def guarded() -> Iterator[None]:
    """Turn every error of the database libraries into a StorageError that holds neither values nor passwords."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, NoSuchModuleError) as error:
        raise _explained(error) from None
    except OSError as error:
        raise StorageError(
            f"The hub's files cannot be used ({type(error).__name__}).", todo="Check space and rights of HUB_HOME."
        ) from None


def _explained(error: Exception) -> StorageError:
    code = _code(error)
    for pattern, happened, todo in _CAUSES:
        if re.fullmatch(pattern, code):
            return StorageError(f"The hub's database {happened} ({code}).", left=_LEFT, todo=todo)
    return StorageError(f"The hub's database failed ({code}).", left=_LEFT, todo="See the database's own log.")


_LEFT: Final = "The unfinished transaction was rolled back."


def _code(error: Exception) -> str:
    """SQLite's error name, PostgreSQL's SQLSTATE, ``gone`` for a lost connection, or the type: never a text."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    for name in ("sqlite_errorname", "sqlstate"):
        code = getattr(cause, name, None)
        if isinstance(code, str):
            return code
    # psycopg gives no SQLSTATE when there is no server to give one.
    lost = isinstance(error, DBAPIError) and (
        error.connection_invalidated or type(cause).__name__ == "OperationalError"
    )
    return "gone" if lost else type(cause).__name__
