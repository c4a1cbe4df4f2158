"""Access tokens: JWTs after RFC 9068 that say who acts, through which client, with which scopes, until when."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Any, Final

from joserfc import jwt
from sqlalchemy import Engine

from hub.oauth.jwts import Untrue, claims_of, header_of, number
from hub.oauth.signing import ALGORITHM, KeyRing
from hub.oauth.spent import is_spent, name, spend

LIFE: Final = 3_600
TYPE: Final = "at+jwt"
_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Claims:
    """A token that was verified. ``bound`` is the thumbprint of the key it is bound to (DPoP), "" for none."""

    token: str
    actor: str
    client: str
    scopes: frozenset[str]
    issued: int
    expires: int
    bound: str


class Tokens:
    """Makes, reads and revokes the access tokens of one issuer."""

    def __init__(
        self, engine: Engine, ring: KeyRing, issuer: str, new_id: Callable[[], str] = lambda: secrets.token_urlsafe(18)
    ) -> None:
        self.issuer = issuer
        self.audience = f"{issuer}/api/v1"
        self.ring = ring
        self._engine = engine
        self._new_id = new_id
        self._known: OrderedDict[bytes, tuple[Claims, str]] = OrderedDict()
        self._lock = Lock()

    def make(self, actor: str, client: str, scopes: list[str], now: datetime, bound: str = "") -> tuple[str, str]:
        """A new token and its number."""
        at, token = int(now.timestamp()), self._new_id()
        claims = {
            "iss": self.issuer,
            "sub": actor,
            "aud": self.audience,
            "client_id": client,
            "iat": at,
            "exp": at + LIFE,
            "jti": token,
            "scope": " ".join(scopes),
            **({"cnf": {"jkt": bound}} if bound else {}),
        }
        signer = self.ring.all()[0]
        header = {"typ": TYPE, "alg": ALGORITHM, "kid": signer.id}
        return jwt.encode(header, claims, signer.key, algorithms=[ALGORITHM]), token

    def read(self, text: str, now: datetime) -> Claims:
        """The claims of a token that is ours, runs, and was not revoked. Untrue otherwise."""
        found = self.known(text, now)
        if is_spent(self._engine, revoked(found.token)):
            raise Untrue
        return found

    def known(self, text: str, now: datetime) -> Claims:
        """The claims of a token that is ours and runs; whether it was revoked is for the caller to ask."""
        # A signature once verified stays so; what changes with time is asked every time.
        digest = sha256(text.encode()).digest()
        found, signer = self._known.get(digest, (None, ""))
        if found is None:
            found, signer = self._verified(text), _kid(text)
            with self._lock:
                self._known[digest] = found, signer
                if len(self._known) > _MOST:
                    self._known.popitem(last=False)
        at = now.timestamp()
        if not found.issued - 5 <= at < found.expires or self.ring.named(signer) is None:
            raise Untrue
        return found

    def revoke(self, token: str, now: datetime) -> None:
        """Make a token worthless from the next request on."""
        spend(self._engine, name("token", token), now + timedelta(seconds=LIFE + 60), now)

    def _verified(self, text: str) -> Claims:
        head = header_of(text)
        signer = self.ring.named(str(head.get("kid")))
        if signer is None or head.get("typ") != TYPE or head.get("alg") != ALGORITHM:
            raise Untrue
        claims = claims_of(text, signer.key, (ALGORITHM,))
        if claims.get("iss") != self.issuer or claims.get("aud") != self.audience:
            raise Untrue
        return _claims(claims)


def revoked(token: str) -> str:
    """The identifier that stands among the spent ones once the token of this number was revoked."""
    return name("token", token)


def _kid(text: str) -> str:
    return str(header_of(text).get("kid"))


def _claims(claims: dict[str, Any]) -> Claims:
    texts = [claims.get(key) for key in ("jti", "sub", "client_id", "scope")]
    if not all(isinstance(text, str) for text in texts):
        raise Untrue
    token, actor, client, scope = map(str, texts)
    bound = claims.get("cnf", {}).get("jkt", "") if isinstance(claims.get("cnf", {}), dict) else ""
    issued, expires = int(number(claims.get("iat"))), int(number(claims.get("exp")))
    return Claims(token, actor, client, frozenset(scope.split()), issued, expires, str(bound))
