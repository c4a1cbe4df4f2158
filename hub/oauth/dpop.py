"""DPoP (RFC 9449): a token that only its key's holder can use, proven anew with every request."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import unquote, urlsplit

from joserfc.jwk import KeySet
from sqlalchemy import Engine

from hub.oauth.jwts import Untrue, claims_of, header_of, number, public_key
from hub.oauth.spent import name, spend

FRESH: Final = 60
"""Seconds around now in which a proof counts."""


def thumbprint_of(engine: Engine, proof: str, method: str, address: str, now: datetime, token: str = "") -> str:
    """The thumbprint of the key that made this proof for this request (and token). Untrue otherwise, or used before."""
    head = header_of(proof)
    if head.get("typ") != "dpop+jwt":
        raise Untrue
    key = public_key(head.get("jwk"))
    if isinstance(key, KeySet):
        raise Untrue
    claims = claims_of(proof, key)
    number_of_proof = claims.get("jti")
    if claims.get("htm") != method or _place(str(claims.get("htu", ""))) != _place(address):
        raise Untrue
    if not isinstance(number_of_proof, str) or not number_of_proof:
        raise Untrue
    if abs(number(claims.get("iat")) - now.timestamp()) > FRESH:
        raise Untrue
    if token and claims.get("ath") != _hash(token):
        raise Untrue
    thumbprint = key.thumbprint()
    once = name("dpop", f"{thumbprint} {number_of_proof}")
    if not spend(engine, once, now + timedelta(seconds=2 * FRESH + 10), now):
        raise Untrue
    return thumbprint


def _place(address: str) -> tuple[str, str, int | None, str]:
    """An address without query and fragment, in the one form that its spellings share (section 4.3, RFC 3986 6.2)."""
    try:
        said = urlsplit(address)
        port = said.port or {"https": 443, "http": 80}.get(said.scheme)
    except ValueError:
        raise Untrue from None
    return said.scheme, said.hostname or "", port, unquote(said.path) or "/"


def _hash(token: str) -> str:
    return base64.urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()
