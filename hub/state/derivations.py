"""Which derivations are kept: a folder of files counts because its row stands, written together with its event."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, text

from hub.clock import stamp
from hub.db.tables import derivation
from hub.ledger.store import Event, append

# Any constant will do: it is what all that keep derivations on one PostgreSQL database queue up for.
_QUEUE: Final = 7_203_519_464_284


def queue(connection: Connection) -> None:
    """Wait until nobody else numbers a derivation; SQLite's BEGIN IMMEDIATE is the queue itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:queue)"), {"queue": _QUEUE})


def newest(connection: Connection, name: str) -> int:
    """The last number under which ``name`` was kept; 0 before the first."""
    found = connection.execute(select(func.max(derivation.c.number)).where(derivation.c.name == name)).scalar()
    return int(found or 0)


def about(connection: Connection, name: str, number: int) -> dict[str, Any] | None:
    """What was said of ``name`` under this number; None when nothing was kept."""
    query = select(derivation.c.body).where(derivation.c.name == name, derivation.c.number == number)
    body = connection.execute(query).scalar()
    found: dict[str, Any] | None = None if body is None else json.loads(body)
    return found


def enter(connection: Connection, name: str, facts: Mapping[str, Any], now: datetime) -> None:
    """Enter a derivation that has its ``number`` among ``facts``, with its event ``<name>.made``."""
    append(connection, [Event(f"{name}.made", facts)], now)
    told = json.dumps(dict(facts), ensure_ascii=False, sort_keys=True)
    connection.execute(insert(derivation).values(name=name, number=facts["number"], body=told, at=stamp(now)))
