"""Authorization codes: good once, for a minute, for one client, address and challenge; kept as hashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import msgspec
from sqlalchemy import Engine, delete, insert, select, update

from catalog.typed import from_json
from hub.clock import stamp
from hub.db.engine import writing
from hub.db.oauth import code as table

LIFE: Final = 60


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to, and the PKCE challenge that its client must answer (RFC 7636, S256)."""

    client: str
    actor: str
    redirect: str
    scopes: tuple[str, ...]
    challenge: str


def keep(engine: Engine, code: str, consent: Consent, now: datetime) -> None:
    """Keep a code until it ends."""
    until = stamp(now + timedelta(seconds=LIFE))
    with writing(engine) as connection:
        connection.execute(delete(table).where(table.c.until < stamp(now - timedelta(hours=2))))
        body = msgspec.json.encode(consent).decode()
        connection.execute(insert(table).values(id=_hash(code), body=body, until=until, token=""))


def take(engine: Engine, code: str, now: datetime) -> tuple[Consent | None, str]:
    """The consent, once; and the number of the token that the code was exchanged for before, "" for none."""
    mine = table.c.id == _hash(code)
    with writing(engine) as connection:
        # From here on it was used, whatever becomes of this exchange; of two at once one comes through.
        fresh = update(table).where(mine, table.c.token == "", table.c.until >= stamp(now)).values(token="-")  # noqa: S106 - a mark, no token
        won = connection.execute(fresh).rowcount == 1
        row = connection.execute(select(table).where(mine)).one_or_none()
    if not won or row is None:
        return None, row.token if row else ""
    return from_json(row.body, Consent), ""


def exchanged(engine: Engine, code: str, token: str) -> None:
    """Note the token that came of a code, so that it can be revoked when the code is shown again (RFC 6749, 4.1.2)."""
    with writing(engine) as connection:
        connection.execute(update(table).where(table.c.id == _hash(code)).values(token=token))


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()
