"""Sessions on the server: the browser holds 32 random bytes, the database their hash.

A session ends half an hour after it was last seen, and twelve hours after it began, whatever happens.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, select, update

from hub.clock import moment, stamp
from hub.db.accounts import session as table
from hub.db.engine import reading, writing
from hub.ledger.store import Event, append

IDLE: Final = timedelta(minutes=30)
LIFE: Final = timedelta(hours=12)
_SEEN_EVERY: Final = timedelta(minutes=1)
NewToken = Callable[[], str]


def new_token() -> str:
    """256 bits of chance."""
    return secrets.token_urlsafe(32)


@dataclass(frozen=True, slots=True)
class Session:
    """A session that holds now. ``id`` is the hash under which it is kept, ``factors`` how the person came in."""

    id: str
    person: str
    factors: str
    since: datetime
    seen: datetime


def begin(connection: Connection, person: str, factors: str, now: datetime, new: NewToken = new_token) -> str:
    """Begin a session, under a token that nobody knew before; the token, for the browser alone."""
    token = new()
    at = stamp(now)
    connection.execute(delete(table).where(table.c.until < at))
    row = {"person": person, "factors": factors, "since": at, "seen": at, "until": stamp(now + LIFE)}
    connection.execute(insert(table).values(id=_hash(token), **row))
    append(connection, [Event("account.signed-in", {"person": person, "factors": factors})], now)
    return token


def find(engine: Engine, token: str, now: datetime) -> Session | None:
    """The session of this token, when it still holds."""
    if not token or len(token) > 100:
        return None
    with reading(engine) as connection:
        row = connection.execute(select(table).where(table.c.id == _hash(token))).one_or_none()
    if row is None or row.until <= stamp(now) or moment(row.seen) + IDLE <= now:
        return None
    if moment(row.seen) + _SEEN_EVERY <= now:
        with writing(engine) as connection:
            connection.execute(update(table).where(table.c.id == row.id).values(seen=stamp(now)))
    return Session(row.id, row.person, row.factors, moment(row.since), moment(row.seen))


def of(connection: Connection, person: str, now: datetime) -> list[Session]:
    """The person's sessions that hold now, the newest first."""
    query = select(table).where(table.c.person == person, table.c.until > stamp(now)).order_by(table.c.since.desc())
    found = (
        Session(row.id, row.person, row.factors, moment(row.since), moment(row.seen))
        for row in connection.execute(query)
    )
    return [one for one in found if one.seen + IDLE > now]


def end(engine: Engine, token: str, now: datetime) -> None:
    """Sign out: the token is worth nothing from now on."""
    with writing(engine) as connection:
        row = connection.execute(select(table.c.person).where(table.c.id == _hash(token))).one_or_none()
        if row is not None:
            connection.execute(delete(table).where(table.c.id == _hash(token)))
            append(connection, [Event("account.signed-out", {"person": row.person})], now)


def end_all(connection: Connection, person: str, now: datetime, keep: str = "") -> int:
    """End every session of the person but the one with the id ``keep``; how many there were."""
    gone = connection.execute(delete(table).where(table.c.person == person, table.c.id != keep)).rowcount
    append(connection, [Event("account.sessions-ended", {"person": person, "sessions": gone})], now)
    return int(gone)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
