"""Signed links to files: who was given which file of which cut, by which token, until when.

A link is no promise: whoever follows it is decided on anew, so it ends with the grant, the party's standing, the token
or the client, whichever is first. The signature's parameter is called ``X-Amz-Signature`` because kernels take an
address as remote by that name only.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

LIFE: Final = 3_600
PARAMETER: Final = "X-Amz-Signature"


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says. ``cut`` is the cut's folder below the shares', ``ends`` seconds since 1970."""

    share: str
    dataset: str
    version: int
    before: int
    cut: str
    file: str
    actor: str
    client: str
    token: str
    ends: int


def sealed(link: Link, key: bytes) -> tuple[str, str]:
    """The link as a piece of a path, and its signature."""
    body = base64.urlsafe_b64encode(msgspec.json.encode(_fields(link)))
    text = body.rstrip(b"=").decode()
    return text, _signature(text, key)


def opened(text: str, signature: str, key: bytes, now: datetime) -> Link | None:
    """The link that this hub signed, while it lasts; None for anything else."""
    if not hmac.compare_digest(_signature(text, key).encode(), signature.encode()):
        return None
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        link = Link(*msgspec.json.decode(raw))
    except (ValueError, binascii.Error, TypeError):
        return None
    return link if now.timestamp() < link.ends else None


def _fields(link: Link) -> list[object]:
    return [getattr(link, name) for name in Link.__slots__]


def _signature(text: str, key: bytes) -> str:
    return hmac.new(key, text.encode("ascii", "replace"), hashlib.sha256).hexdigest()
