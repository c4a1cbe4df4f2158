"""HTTP Message Signatures between hubs (RFC 9421) with Ed25519, and content digests (RFC 9530).

A request covers its method, address, body, sender and audience, and lives a minute. An answer covers its status and
body and, of the request it answers, method, address, body and signature: an answer fits one request only. Time comes
in as an argument; whoever reads a receipt years later asks for no freshness.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageSigner,
    HTTPMessageVerifier,
    InvalidSignature,
    MappingKeyResolver,
)
from http_message_signatures.algorithms import ED25519

from catalog.errors import ProofError

LIFE: Final = timedelta(seconds=60)
SKEW: Final = timedelta(seconds=30)
LABEL: Final = "hub"
SENDER: Final = "hub-sender"
AUDIENCE: Final = "hub-audience"
_ASK_TAG: Final = "quality-hub-request"
_ANSWER_TAG: Final = "quality-hub-answer"
_ASKED: Final = ("@method", "@target-uri", "content-type", "content-digest", SENDER, AUDIENCE)
_ANSWERED: Final = (
    "@status",
    "content-type",
    "content-digest",
    '"@method";req',
    '"@target-uri";req',
    '"content-digest";req',
    '"signature";req;key="hub"',
)
_NAMES: Final = " ".join(f'"{one}"' for one in _ASKED)
WANTED: Final = f'{LABEL}=({_NAMES});created;expires;nonce;keyid;tag="{_ASK_TAG}"'
"""What a request must be signed by, as ``Accept-Signature`` has it (section 5.1)."""
_KEPT: Final = ("content-type", "content-digest", SENDER, AUDIENCE, "signature-input", "signature")


@dataclass(frozen=True, slots=True)
class Request:
    """A request: ``url`` is absolute, header names are lower case."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to ``request``."""

    status_code: int
    headers: dict[str, str]
    request: Request
    body: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True)
class Key:
    """A private Ed25519 key under the id it is registered by."""

    id: str
    private: Ed25519PrivateKey = field(repr=False)


def ask(url: str, body: bytes, sender: str, audience: str, key: Key, now: datetime, nonce: str) -> Request:
    """A signed POST of ``body`` (JSON) from one hub to another."""
    headers = {"content-type": "application/json", SENDER: sender, AUDIENCE: audience}
    made = Request("POST", url, headers, body)
    _sign(made, body, key, now, nonce, _ASKED, _ASK_TAG)
    return made


def answer(request: Request, status: int, body: bytes, key: Key, now: datetime, nonce: str) -> Answer:
    """A signed answer (JSON) that fits ``request`` only."""
    made = Answer(status, {"content-type": "application/json"}, request, body)
    _sign(made, body, key, now, nonce, _ANSWERED, _ANSWER_TAG)
    return made


def _sign(
    made: Request | Answer, body: bytes, key: Key, now: datetime, nonce: str, covered: tuple[str, ...], tag: str
) -> None:
    signer = HTTPMessageSigner(
        signature_algorithm=ED25519,
        key_resolver=MappingKeyResolver(public_keys={}, private_keys={key.id: key.private}),
    )
    signer.sign(
        made,
        key_id=key.id,
        created=now.replace(microsecond=0),
        expires=now.replace(microsecond=0) + LIFE,
        nonce=nonce,
        label=LABEL,
        tag=tag,
        covered_component_ids=covered,
        body=body,
    )
    lower = {name.lower(): value for name, value in made.headers.items()}
    made.headers.clear()
    made.headers.update(lower)


class _Verifier(HTTPMessageVerifier):
    """The library's verifier with a clock that is given; without one nothing is too old."""

    def __init__(self, keys: Mapping[str, bytes], now: datetime | None) -> None:
        super().__init__(
            signature_algorithm=ED25519, key_resolver=MappingKeyResolver(public_keys=dict(keys), private_keys={})
        )
        self._now = now

    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        del max_age
        times = [sig_input.params.get(name) for name in ("created", "expires")]
        if not all(type(one) is int for one in times):
            raise InvalidSignature("created and expires are needed")
        created, expires = (datetime.fromtimestamp(one, UTC) for one in times)
        if expires - created > LIFE:
            raise InvalidSignature("lives too long")
        if self._now is not None and not created - SKEW <= self._now <= expires + SKEW:
            raise InvalidSignature("not of now")


def check_request(request: Request, keys: Mapping[str, bytes], audience: str, now: datetime) -> str:
    """Prove a request: by one of the sender's ``keys`` (id -> PEM), for this audience, fresh, with its body.

    Returns the id of the key. ProofError otherwise, which says no more than that it does not hold.
    """
    key = _checked(request, keys, now, _ASKED, _ASK_TAG, request.body)
    if request.headers.get(AUDIENCE) != audience:
        raise ProofError("The message is for another hub.", todo="Check the peer's registration.")
    return key


def check_answer(found: Answer, keys: Mapping[str, bytes], now: datetime | None) -> str:
    """Prove an answer and that it answers exactly its ``request``; the id of the key. ProofError otherwise."""
    return _checked(found, keys, now, _ANSWERED, _ANSWER_TAG, found.body)


def check_kept(found: Answer, asker: Mapping[str, bytes], answerer: Mapping[str, bytes]) -> tuple[str, str]:
    """Prove a kept exchange without its bodies, at any later time: the ids of both keys. ProofError otherwise."""
    return (
        _checked(found.request, asker, None, _ASKED, _ASK_TAG, None),
        _checked(found, answerer, None, _ANSWERED, _ANSWER_TAG, None),
    )


def _checked(
    found: Request | Answer,
    keys: Mapping[str, bytes],
    now: datetime | None,
    required: tuple[str, ...],
    tag: str,
    body: bytes | None,
) -> str:
    try:
        (result,) = _Verifier(keys, now).verify(
            found, max_age=None, expect_tag=tag, expect_label=LABEL, require_components=required, body=body
        )
    except (HTTPMessageSignaturesException, ValueError, TypeError, KeyError, AttributeError):
        # The library's text repeats what came over the wire.
        raise ProofError(
            "A message between hubs does not hold.", todo="See the peer's registration and clock."
        ) from None
    return str(result.parameters["keyid"])


def signature_id(request: Request) -> str:
    """SHA-256 of the request's signature field, hex: no two requests share it."""
    return sha256(request.headers.get("signature", "").encode()).hexdigest()


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that the signatures cover, and the signatures themselves."""
    return {name: headers[name] for name in _KEPT if name in headers}


def body_digest(body: bytes) -> str:
    """The ``Content-Digest`` of a body, as the signatures cover it."""
    return f"sha-256=:{base64.b64encode(sha256(body).digest()).decode()}:"
