"""Cursors of pages: where to go on in which version for which question, sealed so that nobody writes one.

A cursor pins its version: pages of one query never mix two releases.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass

from hub.api.process.context import here
from hub.api.wire.problems import Refused

_BYTES = 16


@dataclass(frozen=True, slots=True)
class Cursor:
    """After which row of which copy of which version; ``question`` is the digest of who asked for what."""

    version: int
    copy: int
    row: int
    question: str


def sealed(cursor: Cursor) -> str:
    """The cursor as text."""
    body = json.dumps([cursor.version, cursor.copy, cursor.row, cursor.question], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mac(body) + body).rstrip(b"=").decode()


def opened(text: str, question: str) -> Cursor:
    """The cursor that this hub made for this question. Refused (422) otherwise."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        raise _foreign() from None
    mac, body = raw[:_BYTES], raw[_BYTES:]
    if not hmac.compare_digest(mac, _mac(body)):
        raise _foreign()
    cursor = Cursor(*json.loads(body))
    if cursor.question != question:
        raise _foreign()
    return cursor


def _foreign() -> Refused:
    return Refused(
        "unprocessable", "The cursor belongs to another query.", {"faults": [{"in": "query", "field": "after"}]}
    )


def question_of(*facts: object) -> str:
    """A digest of everything that makes a question another one."""
    return hashlib.sha256(json.dumps(facts, default=str, sort_keys=True).encode()).hexdigest()[:24]


def _mac(body: bytes) -> bytes:
    return hmac.digest(here().key("cursor"), body, hashlib.sha256)[:_BYTES]
