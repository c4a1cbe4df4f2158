"""Passkeys (W3C Web Authentication, level 3): made by the person's device, checked by the ``webauthn`` library.

A challenge travels sealed with the page and is spent at its first use. A passkey is asked for with the person's
verification (fingerprint, face, PIN), so it stands for both factors.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import Connection, delete, insert, select, update
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from catalog.errors import NotPermitted, OutOfStep
from hub.accounts import sealing
from hub.accounts.accounts import find
from hub.clock import stamp
from hub.db.accounts import passkey as table
from hub.ledger.store import Event, append
from hub.oauth.spent import name, spend_in

_MINUTES: Final = 5
_MOST: Final = 10
_VERIFIED: Final = UserVerificationRequirement.REQUIRED


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys count: the pages' address and name, and the key that challenges are sealed with."""

    address: str
    title: str
    key: bytes

    @property
    def domain(self) -> str:
        """The relying party's id."""
        return urlsplit(self.address).hostname or ""


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of a person."""

    id: str
    credential: str
    name: str
    since: str


def of(connection: Connection, person: str) -> list[Passkey]:
    """The person's passkeys."""
    rows = connection.execute(select(table).where(table.c.person == person).order_by(table.c.since))
    return [Passkey(row.id, row.credential, row.name, row.since) for row in rows]


def ask_new(
    connection: Connection, site: Site, person: str, now: datetime, chance: Callable[[int], bytes] = secrets.token_bytes
) -> tuple[dict[str, Any], str]:
    """Options for ``navigator.credentials.create``, and the sealed challenge that comes back with the answer."""
    challenge = chance(32)
    made = webauthn.generate_registration_options(
        rp_id=site.domain,
        rp_name=site.title,
        user_name=person,
        user_id=sha256(person.encode()).digest(),
        challenge=challenge,
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential)) for one in of(connection, person)
        ],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=_VERIFIED
        ),
    )
    return _plain(made), _sealed(site, "new passkey", [person, bytes_to_base64url(challenge)], now)


def add(
    connection: Connection, site: Site, person: str, answer: str, sealed: str, label: str, now: datetime
) -> Passkey:
    """Keep the passkey that the device made. NotPermitted when the answer does not hold."""
    facts = sealing.opened(site.key, "new passkey", sealed, now)
    if facts is None or facts[0] != person or not _spent(connection, sealed, now):
        raise _refused()
    if find(connection, person) is None or len(of(connection, person)) >= _MOST:
        raise OutOfStep(
            f"An account has at most {_MOST} passkeys. 通行密钥数量已达上限。", todo="Remove one. 请先移除。"
        )
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(facts[1]),
            expected_rp_id=site.domain,
            expected_origin=site.address,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise _refused() from None
    kept = Passkey(_id(made.credential_id), bytes_to_base64url(made.credential_id), label.strip()[:80], stamp(now))
    if connection.execute(select(table.c.id).where(table.c.id == kept.id)).scalar() is not None:
        raise _refused()
    public = bytes_to_base64url(made.credential_public_key)
    row = {"id": kept.id, "credential": kept.credential, "name": kept.name, "since": kept.since}
    connection.execute(insert(table).values(**row, person=person, public=public, uses=made.sign_count))
    append(connection, [Event("account.passkey-added", {"person": person, "passkey": kept.id})], now)
    return kept


def remove(connection: Connection, person: str, passkey_id: str, now: datetime) -> None:
    """Forget a passkey of the person."""
    mine = (table.c.id == passkey_id) & (table.c.person == person)
    if connection.execute(delete(table).where(mine)).rowcount != 1:
        raise OutOfStep("There is no such passkey. 没有该通行密钥。", todo="Look at the list again. 请刷新列表。")
    append(connection, [Event("account.passkey-removed", {"person": person, "passkey": passkey_id})], now)


def ask(site: Site, now: datetime, chance: Callable[[int], bytes] = secrets.token_bytes) -> tuple[dict[str, Any], str]:
    """Options for ``navigator.credentials.get`` of whoever it is, and the sealed challenge."""
    challenge = chance(32)
    made = webauthn.generate_authentication_options(rp_id=site.domain, challenge=challenge, user_verification=_VERIFIED)
    return _plain(made), _sealed(site, "passkey", [bytes_to_base64url(challenge)], now)


def who(connection: Connection, site: Site, answer: str, sealed: str, now: datetime) -> str:
    """The person whose passkey answered this challenge. NotPermitted otherwise, always in the same words."""
    facts = sealing.opened(site.key, "passkey", sealed, now)
    if facts is None or not _spent(connection, sealed, now):
        raise _refused()
    try:
        row = connection.execute(select(table).where(table.c.id == _id(_credential(answer)))).one_or_none()
        if row is None:
            raise _refused()
        held = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(facts[0]),
            expected_rp_id=site.domain,
            expected_origin=site.address,
            credential_public_key=base64url_to_bytes(row.public),
            credential_current_sign_count=row.uses,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise _refused() from None
    connection.execute(update(table).where(table.c.id == row.id).values(uses=held.new_sign_count))
    return str(row.person)


def _credential(answer: str) -> bytes:
    return base64url_to_bytes(str(json.loads(answer)["rawId"]))


def _spent(connection: Connection, sealed: str, now: datetime) -> bool:
    return spend_in(connection, name("challenge", sealed), sealing.in_(_MINUTES + 1, now), now)


def _sealed(site: Site, purpose: str, facts: list[str], now: datetime) -> str:
    return sealing.seal(site.key, purpose, facts, sealing.in_(_MINUTES, now))


def _plain(options: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(webauthn.options_to_json(options))
    return found


def _id(credential: bytes) -> str:
    return sha256(credential).hexdigest()


def _refused() -> NotPermitted:
    return NotPermitted("The passkey was not accepted. 通行密钥未被接受。", todo="Try again. 请重试。")
