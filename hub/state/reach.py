"""How far a notice reached: read by which way on which day, in feeds, sent to whom; nothing of who read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from agreements.calendar import CHINA
from exporters.rules.notices import Notice
from exporters.rules.notices.followers import DeliveryState
from exporters.rules.notices.guards import concerns
from hub.db.notices import notice_reach
from hub.state.risks import DELIVERIES

FEED: Final = "rss"
WAYS: Final = ("page", "json", "cap", "pdf", "file", FEED)


@dataclass(frozen=True, slots=True)
class Reach:
    """Readings by way and by day; fetches of feeds in which it stands; followers that it was sent to or waits for."""

    notice: str
    ways: Mapping[str, int]
    days: Mapping[str, int]
    feeds: int
    sent: int
    waiting: int


def reach_of(connection: Connection, notice: Notice) -> Reach:
    """How far this notice reached so far."""
    ways: Counter[str] = Counter()
    days: Counter[str] = Counter()
    rows = connection.execute(select(notice_reach).where(notice_reach.c.notice == notice.notice_no))
    for row in rows:
        ways[row.way] += row.times
        days[row.day] += row.times
    sends = Counter(one.state for one in DELIVERIES.find(connection, notice=notice.notice_no))
    sent, waiting = sends[DeliveryState.SENT], sends[DeliveryState.WAITING]
    return Reach(notice.notice_no, dict(ways), dict(sorted(days.items())), _feeds(connection, notice), sent, waiting)


def _feeds(connection: Connection, notice: Notice) -> int:
    since = notice.sent.astimezone(CHINA).strftime("%Y-%m-%d")
    table = notice_reach
    rows = connection.execute(select(table).where(table.c.way == FEED, table.c.day >= since))
    return sum(
        row.times for row in rows if not row.notice or any(concerns(area.code, row.notice) for area in notice.areas)
    )
