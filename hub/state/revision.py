"""The revision of everything that decides who may have what, asked by one small statement before every answer.

What was read under a number holds as long as the number stands, so it may be kept in memory and a revocation is still
seen at the next request. Writers count by triggers (migration 0008), within their own transactions.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Lock
from typing import Any, Final
from weakref import finalize

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from catalog.errors import StorageError
from hub.db.engine import guarded

_QUERY: Final = "SELECT number FROM state_revision"


class _Lease:
    """A connection that is given back when nobody holds it any more."""

    def __init__(self, engine: Engine) -> None:
        lease = engine.raw_connection()
        connection: Any = lease.driver_connection
        lease.detach()
        self._connection = connection
        self._postgres = engine.dialect.name == "postgresql"
        if self._postgres:
            self._connection.autocommit = True
        self.close = finalize(self, connection.close)

    def number(self) -> int | None:
        """What the database says; None when it says nothing."""
        if self._postgres:
            # libpq itself: a cursor of psycopg would cost several times the statement, at every request.
            found = self._connection.pgconn.exec_(_QUERY.encode())
            value = found.get_value(0, 0) if found.ntuples else None
        else:
            # All rows are fetched: a statement left open would go on seeing its own moment.
            rows = self._connection.execute(_QUERY).fetchall()
            value = rows[0][0] if rows else None
        return None if value is None else int(value)


class _Waiting:
    __slots__ = ("number",)

    def __init__(self) -> None:
        self.number: int | None = None


class Revision:
    """The number, by a connection of its own: leasing one from the pool would cost several times the statement."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: list[_Waiting] = []
        self._queueing, self._asking = Lock(), Lock()
        self._lease: _Lease | None = None

    def now(self) -> int:
        """The number that is committed now. StorageError when the database does not say.

        Who waits while another asks shares the next answer: its question is put after all who share it came.
        """
        mine = _Waiting()
        with self._queueing:
            self._queue.append(mine)
        with self._asking:
            if mine.number is None:
                with self._queueing:
                    batch, self._queue = self._queue, []
                number = self._asked()
                for one in batch:
                    one.number = number
        if mine.number is None:
            raise StorageError("The hub's database does not say its revision.", todo="Try again.")
        return mine.number

    def close(self) -> None:
        """Give the connection back."""
        with self._asking:
            self._close()

    def _asked(self) -> int | None:
        for last in (False, True):
            with guarded():
                try:
                    self._lease = self._lease or _Lease(self._engine)
                    number = self._lease.number()
                except self._engine.dialect.loaded_dbapi.Error as error:
                    if last:
                        raise DBAPIError(None, None, error) from None
                    number = None
            if number is not None:
                return number
            # A server that was started anew has dropped the connection: once more, by a fresh one.
            self._close()
        return None

    def _close(self) -> None:
        lease, self._lease = self._lease, None
        if lease is not None:
            with suppress(self._engine.dialect.loaded_dbapi.Error):
                lease.close()
