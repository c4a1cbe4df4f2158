"""Views of datasets' pages and downloads of their files, counted by day; nothing of who looked or took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, func, select

from agreements.model import Action
from hub.db.engine import reading
from hub.db.exchange import use
from hub.db.views import page_view
from hub.state.counted import Counted


class Views(Counted):
    """Counts views of datasets' pages."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, page_view)

    def saw(self, dataset: str, now: datetime, seconds: float) -> None:
        """Count one view; ``seconds`` is a monotonic clock's."""
        self.add(now, seconds, dataset)


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
