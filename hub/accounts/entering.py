"""Coming in: a guess is counted before it is tried, and what is told of it is the same for names that do not exist."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Connection, Engine

from hub.accounts import accounts, codes, guesses, passwords, sealing
from hub.accounts.accounts import Account
from hub.db.engine import reading, writing
from hub.ledger.store import Event, append
from hub.state.exchange import desk

_DEVICE: Final = "known device"
_DEVICE_LIFE: Final = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Name, password and code as typed; ``peer`` is a hash of the address, ``device`` the browser's cookie."""

    person: str
    password: str
    code: str = ""
    peer: str = ""
    device: str = ""


class Outcome(StrEnum):
    """What came of an attempt. ``CODE``: the password is right and a one-time code is needed."""

    IN = "in"
    CODE = "code"
    WRONG = "wrong"
    TOO_MANY = "too-many"


def attempt(engine: Engine, key: bytes, asked: Attempt, now: datetime) -> Outcome:
    """Try to come in by password, and by code where the account asks for one."""
    asked = replace(asked, person=asked.person.strip()[:120])
    device = sealing.opened(key, _DEVICE, asked.device, now)
    known = device[1] if device and device[0] == asked.person else ""
    bounds = guesses.bounds(asked.person, asked.peer, known)
    # The desk's queue: of two first guesses at once both are counted.
    with desk(engine, now) as found_desk:
        connection = found_desk.connection
        free = guesses.count(connection, bounds, now)
        if not free and guesses.reached(connection, bounds):
            append(connection, [Event("account.guessed", {"bounds": len(bounds)})], now)
    if not free:
        return Outcome.TOO_MANY
    with reading(engine) as connection:
        found = accounts.find(connection, asked.person)
    # Argon2 takes its time outside of any transaction.
    if not passwords.holds(found.password if found else None, asked.password) or found is None:
        return Outcome.WRONG
    with writing(engine) as connection:
        return _second(connection, key, found, asked, bounds, now)


def _second(
    connection: Connection,
    key: bytes,
    found: Account,
    asked: Attempt,
    bounds: tuple[guesses.Bound, ...],
    now: datetime,
) -> Outcome:
    if found.code_secret:
        if not asked.code.strip():
            return Outcome.CODE
        if not codes.take(connection, key, found, asked.code, now):
            return Outcome.CODE
    guesses.forget(connection, bounds)
    if passwords.outdated(found.password):
        accounts.keep_password(connection, found.person, asked.password)
    return Outcome.IN


def device_cookie(key: bytes, person: str, now: datetime) -> str:
    """What a browser keeps after its person came in by it, so that strangers' guesses do not count against it."""
    return sealing.seal(key, _DEVICE, [person, secrets.token_urlsafe(12)], now + _DEVICE_LIFE)


def factors_of(found: Account) -> str:
    """How somebody came in who came in by password."""
    return "password+code" if found.code_secret else "password"
