"""Runs that were broken off: not at their end, and nobody works on their dataset."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from hub.state.runs import UNFINISHED, Run
from hub.timetable.leases import working

BROKEN_OFF: Final = "broken-off"


def broken_off(connection: Connection, runs: Sequence[Run], now: datetime) -> frozenset[str]:
    """The ids of those of ``runs`` that a kill, a crash or a lost part broke off; the next command goes on with them.

    A worker of another machine that was killed counts as working until its lease ends.
    """
    unfinished = [one for one in runs if one.state in UNFINISHED]
    busy = working(connection, now) if unfinished else frozenset()
    return frozenset(one.id for one in unfinished if f"dataset:{one.dataset}" not in busy)
