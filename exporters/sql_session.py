"""One read-only ADBC session with a database. No word of the driver leaves it: those hold values and passwords."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import adbc_driver_manager
import pyarrow as pa
from adbc_driver_manager.dbapi import Connection, Cursor

from catalog.errors import SourceError, SourceGone
from exporters.batches import plain

_LATER = "Run the same command again when the database is back; it goes on where it stopped."
# SQLSTATE classes and codes after which the same question may well be answered later.
_PASSING = ("08", "53", "57", "58", "40", "55P03")
_PASSING_WORDS = ("statement timeout", "locked", "busy", "conflict with recovery")
_KNOWN = {
    "42P01": "a table of the source does not exist",
    "42703": "a column of the source does not exist",
    "42501": "the login may not read a table of the source",
    "42601": "the query is no valid SQL",
    "42883": "a key of the source has a type that cannot be compared",
    "25006": "the query tried to write",
}
# SQLite has no such states, only words.
_SQLITE = {"no such table": "42P01", "no such column": "42703"}


class Session:
    """A connection and what it can be asked. ``place`` names the database in messages, without user or password.

    ``sound`` is set where the database itself let in no text that is not UTF-8; then no batch is looked through.
    """

    def __init__(self, connection: Connection, place: str, options: dict[str, str]) -> None:
        self._connection = connection
        self._options = options
        self.place = place
        self.busy = False
        self.snapshot = False
        self.sound = False

    def run(self, statements: Sequence[str]) -> None:
        """Run statements that return nothing."""
        with self._guarded(), self._connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a small answer."""
        with self._guarded(), self._connection.cursor() as cursor:
            cursor.execute(query)
            return [tuple(row) for row in cursor.fetchall()]

    def columns(self, query: str) -> tuple[str, ...]:
        """Column names of a query, without its rows."""
        with self._guarded(), self._connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {query} LIMIT 0")  # noqa: S608 -- quoted by sql_text
            return tuple(cursor.fetch_arrow_table().schema.names)

    def stream(self, query: str) -> Iterator[pa.RecordBatch]:
        """The batches of a large answer, one in memory at a time. While it runs the session takes no other question."""
        self.busy = True
        try:
            with self._guarded(), self._connection.cursor() as cursor:
                self._tune(cursor)
                cursor.execute(query)
                with cursor.fetch_record_batch() as reader:
                    for batch in reader:
                        batch.validate(full=not self.sound)
                        yield plain(batch)
        finally:
            self.busy = False

    def answer(self, query: str, parameters: Sequence[str]) -> list[pa.RecordBatch]:
        """The batches of a small answer to a question with parameters, which never become part of its text.

        None for a value that is not even one of the column's type (SQLSTATE class 22): no record has it.
        """
        with self._guarded(), self._connection.cursor() as cursor:
            try:
                cursor.execute(query, tuple(parameters))
            except adbc_driver_manager.Error as error:
                if (getattr(error, "sqlstate", None) or "").startswith("22"):
                    return []
                raise
            table = cursor.fetch_arrow_table()
            table.validate(full=True)
            return [plain(batch) for batch in table.to_batches()]

    def close(self) -> None:
        try:
            self._connection.close()
        except (adbc_driver_manager.Error, OSError):
            return  # the connection was lost before; there is nothing left to close

    def _tune(self, cursor: Cursor) -> None:
        if self._options:
            cursor.adbc_statement.set_options(**self._options)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except pa.ArrowInvalid:
            raise SourceError(
                f"The {self.place} delivers text that is not UTF-8.",
                todo="Repair the text at the source, or decode it in the query of the declaration.",
            ) from None
        except (adbc_driver_manager.Error, OSError) as error:
            raise self._told(error) from None

    def _told(self, error: Exception) -> SourceError:
        """The driver's error as one of ours. Its text is looked at, never passed on."""
        words = str(error).lower()
        state = getattr(error, "sqlstate", None) or ""
        state = next((known for told, known in _SQLITE.items() if told in words), state)
        if state in _KNOWN:
            return SourceError(f"The {self.place} refuses: {_KNOWN[state]}.", todo="Correct the declaration or grant.")
        if state.startswith(_PASSING) or any(word in words for word in _PASSING_WORDS):
            return SourceGone(f"The {self.place} was too busy or stopped the question.", todo=_LATER)
        if "not a database" in words or "malformed" in words:
            return SourceError(f"The {self.place} is damaged or no database.", todo="Restore it from a good copy.")
        if not self._alive():
            return SourceGone(f"The {self.place} went away.", todo=_LATER)
        return SourceError(
            f"The {self.place} could not answer a question of the hub.",
            todo="Look into the database's own log, and correct the query or the rows that it names.",
        )

    def _alive(self) -> bool:
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT 1")
                cursor.fetchall()
        except adbc_driver_manager.Error as error:
            return bool(getattr(error, "sqlstate", None))  # an aborted transaction is a living server
        except OSError:
            return False
        return True
