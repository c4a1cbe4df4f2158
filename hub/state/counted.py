"""Counts by day, kept in memory and written down together: who looks at something waits for no disk."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Engine, Table
from sqlalchemy.dialects import postgresql, sqlite

from agreements.calendar import CHINA
from hub.db.engine import writing

_EVERY: Final = 15.0
"""Seconds between two writings; what was counted since the last one is lost with the process."""
_MOST: Final = 500


class Counted:
    """Counts of a ``table`` whose key is China's day and what is counted, and whose last column is the count."""

    def __init__(self, engine: Engine, table: Table) -> None:
        self._engine, self._table = engine, table
        self._key = [column.name for column in table.primary_key]
        self._count = next(column for column in table.c if not column.primary_key)
        self._lock = threading.Lock()
        self._waiting: Counter[tuple[str, ...]] = Counter()
        self._written = 0.0

    def add(self, now: datetime, seconds: float, *what: str) -> None:
        """Count one; ``seconds`` is a monotonic clock's."""
        with self._lock:
            self._waiting[now.astimezone(CHINA).strftime("%Y-%m-%d"), *what] += 1
            if seconds - self._written < _EVERY and self._waiting.total() < _MOST:
                return
            waiting, self._waiting, self._written = self._waiting, Counter(), seconds
        self._write(waiting)

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            waiting, self._waiting = self._waiting, Counter()
        self._write(waiting)

    def _write(self, waiting: Mapping[tuple[str, ...], int]) -> None:
        if not waiting:
            return
        with writing(self._engine) as connection:
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            for key, times in sorted(waiting.items()):
                values = dict(zip(self._key, key, strict=True)) | {self._count.name: times}
                line: Any = insert(self._table).values(**values)
                total = {self._count.name: self._count + line.excluded[self._count.name]}
                connection.execute(line.on_conflict_do_update(index_elements=self._key, set_=total))
