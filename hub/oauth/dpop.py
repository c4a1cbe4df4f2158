"""DPoP (RFC 9449): a token that only its key's holder can use, proven anew with every request."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

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
    said = (claims.get("htm"), str(claims.get("htu", "")).partition("?")[0].partition("#")[0])
    number_of_proof = claims.get("jti")
    if said != (method, address) or not isinstance(number_of_proof, str) or not number_of_proof:
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


def _hash(token: str) -> str:
    return base64.urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()
