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
        if engine.dialect.name == "postgresql":
            connection.autocommit = True
        self.cursor: Any = connection.cursor()
        self.close = finalize(self, connection.close)


class Revision:
    """The number, by a connection of its own: leasing one from the pool would cost several times the statement."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._lease: _Lease | None = None

    def now(self) -> int:
        """The number that is committed now. StorageError when the database does not say."""
        with self._lock:
            try:
                return self._asked()
            except StorageError:
                # A server that was started anew has dropped the connection: once more, by a fresh one.
                self._close()
                return self._asked()

    def close(self) -> None:
        """Give the connection back."""
        with self._lock:
            self._close()

    def _asked(self) -> int:
        with guarded():
            self._lease = self._lease or _Lease(self._engine)
            try:
                self._lease.cursor.execute(_QUERY)
                # All rows are fetched: a statement left open would go on seeing its own moment.
                ((number,),) = self._lease.cursor.fetchall()
            except self._engine.dialect.loaded_dbapi.Error as error:
                raise DBAPIError(None, None, error) from None
        return int(number)

    def _close(self) -> None:
        lease, self._lease = self._lease, None
        if lease is not None:
            with suppress(self._engine.dialect.loaded_dbapi.Error):
                lease.close()
