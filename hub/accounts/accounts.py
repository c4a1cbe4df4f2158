"""The account itself: invited by an administrator, opened by a one-time link, its password changed by its person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from agreements.acting import actor_of, demand_house
from agreements.permissions import Permission
from catalog.errors import NotPermitted, OutOfStep
from hub.accounts import passwords, sessions
from hub.accounts.sessions import NewToken, new_token
from hub.clock import moment, stamp
from hub.db.accounts import account, invitation, passkey
from hub.ledger.store import Event, append
from hub.state.exchange import SqlDesk

LINK_LIFE: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Account:
    """An account. ``code_secret`` is the sealed secret of its one-time codes, "" when it uses none."""

    person: str
    password: str
    code_secret: str
    code_step: int
    since: datetime


def find(connection: Connection, person: str) -> Account | None:
    """The person's account, None before the first link was used."""
    row = connection.execute(select(account).where(account.c.person == person)).one_or_none()
    if row is None:
        return None
    return Account(row.person, row.password, row.code_secret, row.code_step, moment(row.since))


def listed(connection: Connection) -> list[Account]:
    """All accounts."""
    rows = connection.execute(select(account).order_by(account.c.person))
    return [Account(row.person, row.password, row.code_secret, row.code_step, moment(row.since)) for row in rows]


def invite(connection: Connection, by: str, person: str, now: datetime, new: NewToken = new_token) -> str:
    """A one-time link's random part, good for three days; an administrator hands it over. Links before it are void.

    For somebody who has an account already it is the way back in after a lost password; the account stands
    unchanged until the link is used.
    """
    desk = SqlDesk(connection, now)
    demand_house(desk, by, Permission.PARTY_REGISTER)
    actor_of(desk, person)
    token = new()
    connection.execute(delete(invitation).where((invitation.c.person == person) | (invitation.c.until < stamp(now))))
    connection.execute(insert(invitation).values(id=_hash(token), person=person, until=stamp(now + LINK_LIFE)))
    append(connection, [Event("account.invited", {"person": person, "by": by})], now)
    return token


def invited(connection: Connection, token: str, now: datetime) -> str:
    """Whom this link invites; "" when it holds no more."""
    query = select(invitation.c.person).where(invitation.c.id == _hash(token), invitation.c.until > stamp(now))
    return str(connection.execute(query).scalar() or "")


def open_account(connection: Connection, token: str, password: str, now: datetime) -> str:
    """Use the link: the account has this password and nothing else of before; who it belongs to.

    OutOfStep when the link was used or is too old, SettingsError for a poor password: the link then still holds.
    """
    person = invited(connection, token, now)
    if not person:
        raise OutOfStep(
            "This link was used or is too old. 链接已使用或已过期。",
            todo="Ask an administrator for a new one. 请联系管理员。",
        )
    passwords.demand_good(password, person)
    connection.execute(delete(invitation).where(invitation.c.person == person))
    connection.execute(delete(account).where(account.c.person == person))
    connection.execute(delete(passkey).where(passkey.c.person == person))
    row = {"person": person, "password": passwords.sealed(password), "since": stamp(now)}
    connection.execute(insert(account).values(**row, code_secret="", code_step=0))
    append(connection, [Event("account.opened", {"person": person})], now)
    sessions.end_all(connection, person, now)
    return person


def change_password(
    connection: Connection, person: str, old: str, password: str, now: datetime, keep: str = ""
) -> None:
    """Change the password by who knows the present one; every other session ends. NotPermitted when it is wrong."""
    found = find(connection, person)
    if not passwords.holds(found.password if found else None, old):
        raise NotPermitted("The present password is wrong. 原密码不正确。", todo="Type it again. 请重新输入。")
    passwords.demand_good(password, person)
    keep_password(connection, person, password)
    append(connection, [Event("account.password-changed", {"person": person})], now)
    sessions.end_all(connection, person, now, keep)


def keep_password(connection: Connection, person: str, password: str) -> None:
    """Keep this password, with today's costs."""
    mine = account.c.person == person
    connection.execute(update(account).where(mine).values(password=passwords.sealed(password)))


def close(connection: Connection, by: str, person: str, now: datetime) -> None:
    """Close an account: sessions, passkeys and links go with it. Roles are taken separately."""
    demand_house(SqlDesk(connection, now), by, Permission.PARTY_REGISTER)
    if connection.execute(delete(account).where(account.c.person == person)).rowcount != 1:
        raise OutOfStep("There is no such account.", todo="See `hub accounts list`.")
    for table in (passkey, invitation):
        connection.execute(delete(table).where(table.c.person == person))
    append(connection, [Event("account.closed", {"person": person, "by": by})], now)
    sessions.end_all(connection, person, now)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
