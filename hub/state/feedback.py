"""Feedback as lists: page by page, newest first, without reading what is not shown."""

from __future__ import annotations

from sqlalchemy import Engine, select

from agreements.feedback import Feedback, FeedbackKind
from hub.db.engine import reading
from hub.db.exchange import feedback as table
from hub.state.exchange import read_thing


def feedback_list(
    engine: Engine, kind: FeedbackKind, *, dataset: str = "", state: str = "", before: str = "", limit: int = 50
) -> list[Feedback]:
    """At most ``limit`` of a kind with numbers below ``before``, newest first."""
    query = select(table.c.body).where(table.c.kind == kind)
    for column, value in ((table.c.dataset, dataset), (table.c.state, state)):
        query = query.where(column == value) if value else query
    query = query.where(table.c.id < before) if before else query
    with reading(engine) as connection:
        bodies = connection.execute(query.order_by(table.c.id.desc()).limit(limit)).scalars()
        return [read_thing(Feedback, body) for body in bodies]
