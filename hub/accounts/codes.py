"""One-time codes of an authenticator app (TOTP, RFC 6238): six digits, thirty seconds, each good once."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable
from datetime import datetime
from hmac import compare_digest
from typing import Final

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, update

from catalog.errors import NotPermitted, OutOfStep
from hub.accounts.accounts import Account, find
from hub.db.accounts import account
from hub.ledger.store import Event, append

STEP: Final = 30
_AROUND: Final = (0, -1, 1)
"""Steps around now in which a code counts: clocks of phones differ a little (RFC 6238, section 5.2)."""


def new_secret() -> str:
    """160 bits in Base32, as authenticator apps take it."""
    return pyotp.random_base32()


def address(secret: str, person: str, issuer: str) -> str:
    """The ``otpauth:`` address that an app scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=person, issuer_name=issuer)


def step_of(secret: str, code: str, now: datetime, after: int) -> int | None:
    """The time step whose code this is, later than step ``after``; None when it is none."""
    present = int(now.timestamp()) // STEP
    said = "".join(code.split())
    steps = [present + shift for shift in _AROUND]
    # Every step is compared, so that the time taken tells nothing.
    right = [step for step in steps if compare_digest(pyotp.TOTP(secret).at(step * STEP).encode(), said.encode())]
    return max((step for step in right if step > after), default=None)


def turn_on(connection: Connection, key: bytes, person: str, secret: str, code: str, now: datetime) -> None:
    """Ask for codes from now on, once the app has shown that it makes them. NotPermitted for a wrong code."""
    if find(connection, person) is None:
        raise OutOfStep("There is no such account. 账号不存在。", todo="Ask an administrator. 请联系管理员。")
    step = step_of(secret, code, now, 0)
    if step is None:
        raise NotPermitted("The code is not right. 验证码不正确。", todo="Type the present one. 请输入当前验证码。")
    _set(connection, person, _sealed(key, person, secret), step)
    append(connection, [Event("account.codes-on", {"person": person})], now)


def turn_off(connection: Connection, person: str, now: datetime) -> None:
    """Ask for no codes any more."""
    _set(connection, person, "", 0)
    append(connection, [Event("account.codes-off", {"person": person})], now)


def take(connection: Connection, key: bytes, found: Account, code: str, now: datetime) -> bool:
    """Whether this is a code of the account that was not taken before; it is taken by this."""
    secret = _opened(key, found.person, found.code_secret)
    step = step_of(secret, code, now, found.code_step) if secret else None
    if step is None:
        return False
    fresh = (account.c.person == found.person) & (account.c.code_step < step)
    return connection.execute(update(account).where(fresh).values(code_step=step)).rowcount == 1


def _set(connection: Connection, person: str, sealed: str, step: int) -> None:
    mine = account.c.person == person
    connection.execute(update(account).where(mine).values(code_secret=sealed, code_step=step))


def _sealed(key: bytes, person: str, secret: str, nonce: Callable[[int], bytes] = secrets.token_bytes) -> str:
    once = nonce(12)
    return base64.b64encode(once + AESGCM(key).encrypt(once, secret.encode(), person.encode())).decode()


def _opened(key: bytes, person: str, sealed: str) -> str:
    try:
        raw = base64.b64decode(sealed, validate=True)
        return AESGCM(key).decrypt(raw[:12], raw[12:], person.encode()).decode()
    except (InvalidTag, ValueError, binascii.Error):
        return ""
