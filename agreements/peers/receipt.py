"""Receipts: who asked what, who answered what, provable offline by anyone who knows both hubs' keys.

A receipt holds the signed headers of request and answer and the public keys, never a body: the digests stand in the
signatures, so whoever has a body can show that it is the one. Both hubs write the same bytes, and both ledgers hold
their SHA-256.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from agreements.contract import canonical
from agreements.keys import Algorithm, read_public
from agreements.peers.message import AUDIENCE, SENDER, Answer, Request, body_digest, check_kept, kept_headers
from catalog.errors import ProofError, SettingsError
from catalog.typed import from_json

FORMAT: Final = "quality-open-data-hub/receipt/1"


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The receipt's file."""

    format: str
    asker: str
    answerer: str
    method: str
    url: str
    request: dict[str, str]
    status: int
    answer: dict[str, str]
    asker_key: str
    answerer_key: str


@dataclass(frozen=True, slots=True)
class Proven:
    """A receipt that holds. Key ids are for comparing with those one knows."""

    asker: str
    answerer: str
    url: str
    status: int
    asker_key: str
    answerer_key: str
    digest: str


def receipt_text(found: Answer, asker_key: str, answerer_key: str) -> str:
    """The canonical receipt of an exchange; keys are public keys in PEM."""
    asked = found.request
    kept = Kept(
        FORMAT,
        asked.headers.get(SENDER, ""),
        asked.headers.get(AUDIENCE, ""),
        asked.method,
        asked.url,
        kept_headers(asked.headers),
        found.status_code,
        kept_headers(found.headers),
        asker_key,
        answerer_key,
    )
    return canonical(msgspec.to_builtins(kept)).decode()


def check_receipt(
    raw: bytes, trusted: Collection[str] = (), asked: bytes | None = None, answered: bytes | None = None
) -> Proven:
    """Prove a receipt offline; bodies, when given, must be those that were signed. ProofError otherwise."""
    try:
        kept = from_json(raw, Kept)
        keys = [read_public(pem) for pem in (kept.asker_key, kept.answerer_key)]
    except (msgspec.DecodeError, UnicodeDecodeError, SettingsError):
        raise _broken("it is no receipt") from None
    if kept.format != FORMAT or canonical(msgspec.to_builtins(kept)) != raw.strip():
        raise _broken("it is no receipt of this format in canonical JSON")
    if any(algorithm is not Algorithm.ED25519 for algorithm, _, _ in keys):
        raise _broken("its keys are not Ed25519")
    request = Request(kept.method, kept.url, dict(kept.request))
    answer = Answer(kept.status, dict(kept.answer), request)
    (_, asker, asker_pem), (_, answerer, answerer_pem) = keys
    check_kept(answer, {asker: asker_pem.encode()}, {answerer: answerer_pem.encode()})
    if (kept.request.get(SENDER), kept.request.get(AUDIENCE)) != (kept.asker, kept.answerer):
        raise _broken("it names other parties than were signed")
    if trusted and not {asker, answerer} <= set(trusted):
        raise _broken("a key that signed is not among those you trust")
    for body, headers in ((asked, kept.request), (answered, kept.answer)):
        if body is not None and headers.get("content-digest") != body_digest(body):
            raise _broken("a body is not the one that was signed")
    return Proven(kept.asker, kept.answerer, kept.url, kept.status, asker, answerer, sha256(raw.strip()).hexdigest())


def _broken(what: str) -> ProofError:
    return ProofError(
        f"The receipt does not hold: {what}.", left="Nothing is proven.", todo="Ask both hubs for their copies."
    )
