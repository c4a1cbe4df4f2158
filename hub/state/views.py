"""Views of datasets' pages and downloads of their files, counted by day; nothing of who looked or took."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.dialects import postgresql, sqlite

from agreements.calendar import CHINA
from agreements.model import Action
from hub.db.engine import reading, writing
from hub.db.exchange import use
from hub.db.views import page_view

_EVERY: Final = 15.0
"""Seconds between two writings; what was counted since the last one is lost with the process."""
_MOST: Final = 500


class Views:
    """Counts views in memory and writes them down together: a page that is looked at waits for no disk."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._waiting: Counter[tuple[str, str]] = Counter()
        self._written = 0.0

    def saw(self, dataset: str, now: datetime, seconds: float) -> None:
        """Count one view; ``seconds`` is a monotonic clock's."""
        with self._lock:
            self._waiting[now.astimezone(CHINA).strftime("%Y-%m-%d"), dataset] += 1
            if seconds - self._written < _EVERY and self._waiting.total() < _MOST:
                return
            waiting, self._waiting, self._written = self._waiting, Counter(), seconds
        self._write(waiting)

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            waiting, self._waiting = self._waiting, Counter()
        self._write(waiting)

    def _write(self, waiting: Mapping[tuple[str, str], int]) -> None:
        if not waiting:
            return
        with writing(self._engine) as connection:
            add = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            for (day, dataset), views in sorted(waiting.items()):
                line: Any = add(page_view).values(day=day, dataset=dataset, views=views)
                total = {"views": page_view.c.views + line.excluded.views}
                connection.execute(line.on_conflict_do_update(index_elements=["day", "dataset"], set_=total))


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums since a day: views and downloads by dataset, and both by month (YYYY-MM)."""

    views: Mapping[str, int]
    downloads: Mapping[str, int]
    views_by_month: Mapping[str, int]
    downloads_by_month: Mapping[str, int]


def figures(engine: Engine, since: str) -> Figures:
    """What was looked at and taken since a day (YYYY-MM-DD, China's)."""
    seen, taken = func.sum(page_view.c.views), func.count()
    month = func.substr(page_view.c.day, 1, 7), func.substr(use.c.at, 1, 7)
    with reading(engine) as connection:
        return Figures(
            _sums(connection, page_view.c.dataset, seen, page_view.c.day >= since),
            # Each download leaves two rows: the rows that were asked for, then the bytes that left.
            _sums(connection, use.c.dataset, taken, _downloads(since)),
            _sums(connection, month[0], seen, page_view.c.day >= since),
            _sums(connection, month[1], taken, _downloads(since)),
        )


def _downloads(since: str) -> Any:
    return (use.c.action == Action.DOWNLOAD) & (use.c.bytes == 0) & (use.c.at >= since)


def _sums(connection: Connection, by: Any, what: Any, where: Any) -> Mapping[str, int]:
    return {str(key): int(value) for key, value in connection.execute(select(by, what).where(where).group_by(by))}
