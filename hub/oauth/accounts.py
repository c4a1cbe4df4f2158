"""Passwords of people who sign in on the consent page, kept as scrypt (RFC 7914) with a salt each."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, Engine, delete, insert, select

from agreements.acting import actor_of, demand_house
from agreements.permissions import Permission
from catalog.errors import SettingsError
from hub.clock import stamp
from hub.db.engine import reading
from hub.db.oauth import account
from hub.ledger.store import Event, append
from hub.state.exchange import SqlDesk

_COSTS: Final = {"n": 2**15, "r": 8, "p": 1, "maxmem": 64 << 20}
SHORTEST: Final = 12


def set_password(
    connection: Connection,
    by: str,
    person: str,
    password: str,
    now: datetime,
    salt: Callable[[], bytes] = lambda: secrets.token_bytes(16),
) -> None:
    """Give a person a password; an administrator does it. SettingsError for less than twelve characters."""
    desk = SqlDesk(connection, now)
    demand_house(desk, by, Permission.PARTY_REGISTER)
    actor_of(desk, person)
    if len(password) < SHORTEST:
        raise SettingsError(f"A password has at least {SHORTEST} characters.", todo="Choose a longer one.")
    connection.execute(delete(account).where(account.c.person == person))
    connection.execute(insert(account).values(person=person, password=_sealed(password, salt()), since=stamp(now)))
    append(connection, [Event("account.password-set", {"person": person, "by": by})], now)


def knows_password(engine: Engine, person: str, password: str) -> bool:
    """Whether this is the person's password; it takes as long for somebody who does not exist."""
    with reading(engine) as connection:
        kept = connection.execute(select(account.c.password).where(account.c.person == person)).scalar()
    salt = base64.b64decode((kept or _NOBODY).partition("$")[0])
    return hmac.compare_digest(_sealed(password, salt), kept or _NOBODY) and kept is not None


def _sealed(password: str, salt: bytes) -> str:
    made = hashlib.scrypt(password.encode(), salt=salt, dklen=32, **_COSTS)
    return f"{base64.b64encode(salt).decode()}${base64.b64encode(made).decode()}"


_NOBODY: Final = f"{base64.b64encode(bytes(16)).decode()}$"
