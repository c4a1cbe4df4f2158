"""Clients: programs that ask for tokens, registered by an administrator of the bureau. Secrets are kept as hashes."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from joserfc.jwk import KeySet
from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from agreements.acting import actor_of, demand_house
from agreements.permissions import Permission
from catalog.errors import OutOfStep, SettingsError
from hub.clock import stamp
from hub.db.engine import reading
from hub.db.oauth import client as table
from hub.ledger.store import Event, append
from hub.oauth.jwts import Untrue, claims_of, demand_times, public_key
from hub.oauth.spent import name, spend
from hub.state.exchange import SqlDesk

ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ID: Final = re.compile(r"[a-z][a-z0-9-]{2,62}")
_LONGEST_ASSERTION: Final = 3_600


class Method(StrEnum):
    """How a client proves itself at the token endpoint; ``none`` is for programs on people's own devices."""

    SECRET = "client_secret_basic"  # noqa: S105 - a method's name
    KEY = "private_key_jwt"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Client:
    """A client. ``person`` is the machine account it acts as ("" when people sign in through it)."""

    client_id: str
    name: str
    person: str
    method: Method
    secret: str
    keys: tuple[dict[str, Any], ...]
    redirects: tuple[str, ...]
    introspects: bool
    active: bool


@dataclass(frozen=True, slots=True)
class Wish:
    """What is registered: name, machine account, method, public JWKs, redirect addresses, right to introspect."""

    client_id: str
    name: str
    method: Method
    person: str = ""
    keys: tuple[dict[str, Any], ...] = ()
    redirects: tuple[str, ...] = ()
    introspects: bool = False


def register(
    connection: Connection,
    by: str,
    wish: Wish,
    now: datetime,
    new: Callable[[], str] = lambda: secrets.token_urlsafe(32),
) -> str:
    """Register a client; its secret, shown this once, or "". SettingsError for what does not fit together."""
    desk = SqlDesk(connection, now)
    demand_house(desk, by, Permission.PARTY_REGISTER)
    _demand_sound(wish)
    if wish.person:
        actor_of(desk, wish.person)
    if connection.execute(select(table.c.id).where(table.c.id == wish.client_id)).scalar() is not None:
        raise OutOfStep("A client with this id is registered already.", todo="Choose another id.")
    secret = new() if wish.method is Method.SECRET else ""
    row = {
        "id": wish.client_id,
        "name": wish.name,
        "person": wish.person,
        "method": wish.method,
        "secret": _hash(secret) if secret else "",
        "keys": json.dumps(wish.keys, sort_keys=True),
        "redirects": json.dumps(wish.redirects),
        "introspects": str(int(wish.introspects)),
        "state": "active",
        "since": stamp(now),
    }
    connection.execute(insert(table).values(**row))
    facts = {"client": wish.client_id, "person": wish.person, "method": wish.method, "by": by}
    append(connection, [Event("client.registered", facts)], now)
    return secret


def retire(connection: Connection, by: str, client_id: str, now: datetime) -> None:
    """Close a client: neither it nor any token it holds counts from the next request on."""
    demand_house(SqlDesk(connection, now), by, Permission.PARTY_REGISTER)
    where = (table.c.id == client_id) & (table.c.state == "active")
    if connection.execute(update(table).where(where).values(state="retired")).rowcount != 1:
        raise OutOfStep("There is no such active client.", todo="See `hub clients list`.")
    append(connection, [Event("client.retired", {"client": client_id, "by": by})], now)


def find(engine: Engine, client_id: str) -> Client | None:
    """The client, or None; a retired one counts as none."""
    if not _ID.fullmatch(client_id):
        return None
    with reading(engine) as connection:
        found = [one for one in listed(connection, client_id) if one.active]
    return found[0] if found else None


def is_active(connection: Connection, client_id: str) -> bool:
    """Whether the client is registered and was not retired."""
    return connection.execute(_STATE, {"client": client_id}).scalar() == "active"


_STATE = select(table.c.state).where(table.c.id == bindparam("client"))


def listed(connection: Connection, client_id: str | None = None) -> list[Client]:
    """All clients, or the one named."""
    query = select(table).order_by(table.c.id)
    if client_id is not None:
        query = query.where(table.c.id == client_id)
    return [
        Client(
            row.id,
            row.name,
            row.person,
            Method(row.method),
            row.secret,
            tuple(json.loads(row.keys)),
            tuple(json.loads(row.redirects)),
            row.introspects == "1",
            row.state == "active",
        )
        for row in connection.execute(query)
    ]


def knows_secret(found: Client, secret: str) -> bool:
    """Whether this is the client's secret."""
    # The secret is 256 bits of chance: one SHA-256 is enough, unlike for a password.
    return found.method is Method.SECRET and hmac.compare_digest(found.secret, _hash(secret))


def demand_assertion(engine: Engine, found: Client, assertion: str, audiences: Sequence[str], now: datetime) -> None:
    """Untrue unless the client signed this assertion for us, freshly, and for the first time (RFC 7523)."""
    if found.method is not Method.KEY:
        raise Untrue
    claims = claims_of(assertion, KeySet([public_key(one) for one in found.keys]))  # type: ignore[misc]
    demand_times(claims, now, _LONGEST_ASSERTION)
    said, once = claims.get("aud"), claims.get("jti")
    meant = said if isinstance(said, list) else [said]
    if claims.get("iss") != found.client_id or claims.get("sub") != found.client_id:
        raise Untrue
    if not set(map(str, meant)) & set(audiences) or not isinstance(once, str) or not once:
        raise Untrue
    until = now + timedelta(seconds=_LONGEST_ASSERTION + 120)
    if not spend(engine, name("assertion", f"{found.client_id} {once}"), until, now):
        raise Untrue


def _demand_sound(wish: Wish) -> None:
    def refuse(happened: str, todo: str) -> None:
        raise SettingsError(happened, todo=todo)

    if not _ID.fullmatch(wish.client_id):
        refuse("A client's id is 3 to 63 lower-case letters, digits and dashes.", "Choose such an id.")
    if bool(wish.person) == bool(wish.redirects):
        refuse("A client acts as a machine or signs people in.", "Give --as or --redirect, not both.")
    if (wish.method is Method.KEY) != bool(wish.keys):
        refuse("private_key_jwt needs public keys, other methods none.", "Give --jwks with public keys.")
    if wish.method is Method.NONE and not wish.redirects:
        refuse("A machine proves itself.", "Use client_secret_basic or private_key_jwt.")
    for one in wish.redirects:
        parts = urlsplit(one)
        local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1"}
        if not (parts.scheme == "https" or local) or parts.fragment or not parts.netloc:
            refuse("A redirect address is https, or http on loopback, without fragment.", "Correct it.")
    try:
        for key in wish.keys:
            public_key(key)
    except Untrue:
        refuse("A key is no public JWK of EC, OKP or RSA with 2048 bits.", "Give the public half only.")


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
