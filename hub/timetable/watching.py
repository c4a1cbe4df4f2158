"""Watching use: the abuse rules applied to everybody who used anything in the last day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from agreements import cases
from agreements.abuse import suspicions
from agreements.case import Case
from agreements.model import Grant
from hub.db.engine import reading
from hub.state.exchange import desk, reading_desk
from hub.state.uses import SqlUses, users

DAY: Final = timedelta(days=1)


def watch(engine: Engine, now: datetime) -> tuple[Case, ...]:
    """The cases that were opened. Rules read before the one transaction that opens; none is opened twice."""
    uses = SqlUses(engine)
    with reading(engine) as connection:
        seen = users(connection, now - DAY)
    with reading_desk(engine, now) as found:
        grants = {number: found.get(Grant, number) for _, number in seen if number}
        closed = {party: cases.closed_at(found, party) for party, _ in seen}
    every = [one for party, number in seen for one in suspicions(uses, party, grants.get(number), now, closed[party])]
    if not every:
        return ()
    with desk(engine, now) as found:
        return cases.raise_cases(found, every)
