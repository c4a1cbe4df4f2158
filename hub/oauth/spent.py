"""Identifiers that count only once, or no more: used assertions and proofs, revoked tokens."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select

from hub.clock import stamp
from hub.db.engine import reading, writing
from hub.db.oauth import spent


def name(kind: str, text: str) -> str:
    """The key under which an identifier is kept."""
    return f"{kind}:{sha256(text.encode()).hexdigest()}"


def spend(engine: Engine, key: str, until: datetime, now: datetime) -> bool:
    """Use an identifier up; False when it was used before. What is past its time is forgotten on the way."""
    with writing(engine) as connection:
        return spend_in(connection, key, until, now)


def spend_in(connection: Connection, key: str, until: datetime, now: datetime) -> bool:
    """``spend`` in the caller's transaction."""
    connection.execute(delete(spent).where(spent.c.until < stamp(now)))
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as upsert

        # What came back is counted: the driver's own count of rows is not kept for every statement.
        made = upsert(spent).values(id=key, until=stamp(until)).on_conflict_do_nothing().returning(spent.c.id)
        return connection.execute(made).scalar() is not None
    if connection.execute(select(spent.c.id).where(spent.c.id == key)).scalar() is not None:
        return False
    connection.execute(insert(spent).values(id=key, until=stamp(until)))
    return True


def is_spent(engine: Engine, key: str) -> bool:
    """Whether it was used up."""
    with reading(engine) as connection:
        return is_spent_in(connection, key)


def is_spent_in(connection: Connection, key: str) -> bool:
    """``is_spent`` in the caller's transaction."""
    return connection.execute(_FIND, {"key": key}).scalar() is not None


_FIND = select(spent.c.id).where(spent.c.id == bindparam("key"))
