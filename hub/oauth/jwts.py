"""Reading signed JSON tokens of others: signature first, then type, times and audience; every fault is one answer."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

ALGORITHMS: Final = ("ES256", "Ed25519", "EdDSA", "PS256")
"""What FAPI 2.0 permits (section 5.4.1); RS256 and shared secrets are not among them."""
LEEWAY: Final = 30
_LONGEST: Final = 8_192
Key = ECKey | OKPKey | RSAKey | KeySet


class Untrue(Exception):
    """A token, assertion or proof does not hold. It carries no text of the token."""


def header_of(text: str) -> dict[str, Any]:
    """The header, nothing of which is true yet."""
    return _piece(text, 0)


def payload_of(text: str) -> dict[str, Any]:
    """The claims, nothing of which is true yet."""
    return _piece(text, 1)


def _piece(text: str, which: int) -> dict[str, Any]:
    if len(text) > _LONGEST or text.count(".") != 2:
        raise Untrue
    try:
        head = text.split(".")[which]
        found = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise Untrue from None
    if not isinstance(found, dict):
        raise Untrue
    return found


def claims_of(text: str, key: Key, algorithms: tuple[str, ...] = ALGORITHMS) -> dict[str, Any]:
    """The claims of a token that ``key`` signed. Untrue otherwise."""
    header_of(text)
    try:
        found = jwt.decode(text, key, algorithms=list(algorithms)).claims
    except (JoseError, ValueError, TypeError, KeyError):
        raise Untrue from None
    return dict(found)


def public_key(jwk: object) -> Key:
    """A key from a JWK; Untrue when it is none, holds a private half, or is too weak."""
    if not isinstance(jwk, dict) or {"d", "p", "q", "k"} & jwk.keys():
        raise Untrue
    kinds: Mapping[str, type[ECKey | OKPKey | RSAKey]] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}
    kind = kinds.get(str(jwk.get("kty")))
    if kind is None or (kind is RSAKey and len(str(jwk.get("n", ""))) < 342):  # 2048 bits in base64url
        raise Untrue
    try:
        return kind.import_key(jwk)
    except (JoseError, ValueError, TypeError, KeyError):
        raise Untrue from None


def demand_times(claims: Mapping[str, Any], now: datetime, longest: int) -> None:
    """``exp`` lies ahead by at most ``longest`` seconds, ``iat`` and ``nbf`` not ahead. Untrue otherwise."""
    at = now.timestamp()
    expires = number(claims.get("exp"))
    if not at - LEEWAY < expires <= at + longest + LEEWAY:
        raise Untrue
    if any(number(claims[name]) > at + LEEWAY for name in ("iat", "nbf") if name in claims):
        raise Untrue


def number(value: object) -> float:
    """A JSON number that is one. Untrue otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Untrue
    return float(value)
