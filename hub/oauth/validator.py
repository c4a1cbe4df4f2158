"""What ``oauthlib`` asks the hub while a grant runs. Every answer that is not a clear yes is no."""

# ruff: noqa: ARG002 -- the arguments are oauthlib's
from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_plus

from oauthlib.oauth2 import RequestValidator
from sqlalchemy import Engine

from agreements.acting import standing_of
from agreements.permissions import Permission
from catalog.errors import HubError
from hub.clock import Clock
from hub.oauth import codes
from hub.oauth.clients import ASSERTION, Client, Method, demand_assertion, find, knows_secret
from hub.oauth.codes import Consent
from hub.oauth.jwts import Untrue, payload_of
from hub.oauth.tokens import Claims, Tokens
from hub.state.exchange import reading_desk

EVERY: Final = tuple(sorted(Permission))


@dataclass(frozen=True, slots=True)
class Ground:
    """What the provider stands on."""

    engine: Engine
    clock: Clock
    tokens: Tokens

    def permitted(self, actor: str) -> frozenset[str]:
        """What the actor's approved roles permit now; nothing for who holds none."""
        try:
            with reading_desk(self.engine, self.clock.now()) as desk:
                return frozenset(map(str, standing_of(desk, actor).permissions))
        except HubError:
            return frozenset()


class Validator(RequestValidator):  # type: ignore[misc]  # oauthlib has no annotations
    """The hub's answers."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    # Who is the client?

    def client_authentication_required(self, request: Any, *_: Any, **__: Any) -> bool:
        if "Authorization" in request.headers or _assertion(request) or not request.client_id:
            return True
        found = find(self._ground.engine, request.client_id)
        return found is None or found.method is not Method.NONE

    def authenticate_client(self, request: Any, *_: Any, **__: Any) -> bool:
        basic = _basic(request.headers.get("Authorization", ""))
        asserted = _assertion(request)
        # A secret in the body, or two ways at once, is no way (RFC 6749 section 2.3, RFC 9700).
        if request.client_secret or (basic is not None) == bool(asserted):
            return False
        client_id = basic[0] if basic else _subject(asserted)
        found = find(self._ground.engine, client_id)
        if found is None or (request.client_id and request.client_id != client_id):
            return False
        proven = knows_secret(found, basic[1]) if basic is not None else self._asserted(found, asserted)
        if proven:
            request.client, request.client_id = found, found.client_id
        return proven

    def authenticate_client_id(self, client_id: str, request: Any, *_: Any, **__: Any) -> bool:
        found = find(self._ground.engine, client_id or "")
        if found is None or found.method is not Method.NONE:
            return False
        request.client = found
        return True

    def _asserted(self, found: Client, assertion: str) -> bool:
        issuer = self._ground.tokens.issuer
        audiences = [issuer, *(f"{issuer}/oauth/{name}" for name in ("token", "introspect", "revoke"))]
        try:
            demand_assertion(self._ground.engine, found, assertion, audiences, self._ground.clock.now())
        except Untrue:
            return False
        return True

    # Which grants, which scopes?

    def validate_grant_type(self, client_id: str, grant_type: str, client: Client, *_: Any, **__: Any) -> bool:
        return grant_type == ("client_credentials" if client.person else "authorization_code")

    def validate_scopes(self, client_id: str, scopes: list[str], client: Client, request: Any, *_: Any) -> bool:
        allowed = self._ground.permitted(client.person) if client.person else frozenset(map(str, EVERY))
        return bool(scopes) and set(scopes) <= allowed

    def get_default_scopes(self, client_id: str, request: Any, *_: Any, **__: Any) -> list[str]:
        person = request.client.person
        return sorted(self._ground.permitted(person)) if person else [str(one) for one in EVERY]

    # The authorization code.

    def validate_client_id(self, client_id: str, request: Any, *_: Any, **__: Any) -> bool:
        request.client = find(self._ground.engine, client_id)
        return request.client is not None and bool(request.client.redirects)

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, request: Any, *_: Any, **__: Any) -> bool:
        return redirect_uri in request.client.redirects

    def get_default_redirect_uri(self, client_id: str, request: Any, *_: Any, **__: Any) -> str | None:
        return None  # it is always given, and compared letter by letter

    def validate_response_type(self, client_id: str, response_type: str, *_: Any, **__: Any) -> bool:
        return response_type == "code"

    def is_pkce_required(self, client_id: str, request: Any) -> bool:
        return True

    def save_authorization_code(self, client_id: str, code: dict[str, str], request: Any, *_: Any, **__: Any) -> None:
        consent = Consent(
            client_id, request.user, request.redirect_uri, tuple(request.scopes), str(request.code_challenge)
        )
        codes.keep(self._ground.engine, code["code"], consent, self._ground.clock.now())

    def validate_code(self, client_id: str, code: str, client: Client, request: Any, *_: Any, **__: Any) -> bool:
        now = self._ground.clock.now()
        consent, before = codes.take(self._ground.engine, code, now)
        if before and before != "-":
            # Two hold the same code: one of them stole it, and what was given for it is worth nothing any more.
            self._ground.tokens.revoke(before, now)
        if consent is None or consent.client != client.client_id:
            return False
        request.consent, request.user, request.scopes = consent, consent.actor, list(consent.scopes)
        return True

    def get_code_challenge(self, code: str, request: Any) -> str:
        return str(request.consent.challenge)

    def get_code_challenge_method(self, code: str, request: Any) -> str:
        return "S256"

    def confirm_redirect_uri(
        self, client_id: str, code: str, redirect_uri: str, client: Client, request: Any, *_: Any, **__: Any
    ) -> bool:
        return bool(redirect_uri == request.consent.redirect)

    def invalidate_authorization_code(self, *_: Any, **__: Any) -> None:
        """It was used up when it was looked at."""

    # Tokens.

    def save_token(self, token: dict[str, Any], request: Any, *_: Any, **__: Any) -> None:
        if request.grant_type == "authorization_code":
            codes.exchanged(self._ground.engine, request.code, request.token_number)

    def introspect_token(self, token: str, token_type_hint: str, request: Any, *_: Any, **__: Any) -> Any:
        found = self._read(token)
        if found is None or not (request.client.introspects or request.client.client_id == found.client):
            return None
        bound = {"cnf": {"jkt": found.bound}} if found.bound else {}
        return {
            "iss": self._ground.tokens.issuer,
            "aud": self._ground.tokens.audience,
            "sub": found.actor,
            "client_id": found.client,
            "scope": " ".join(sorted(found.scopes)),
            "iat": found.issued,
            "exp": found.expires,
            "jti": found.token,
            "token_type": "DPoP" if found.bound else "Bearer",
            **bound,
        }

    def revoke_token(self, token: str, token_type_hint: str, request: Any, *_: Any, **__: Any) -> None:
        found = self._read(token)
        if found is not None and found.client == request.client.client_id:
            self._ground.tokens.revoke(found.token, self._ground.clock.now())

    def _read(self, token: str) -> Claims | None:
        try:
            return self._ground.tokens.read(token, self._ground.clock.now())
        except Untrue:
            return None


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, text = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return (unquote_plus(name), unquote_plus(secret)) if colon else ("", "")


def _assertion(request: Any) -> str:
    """The client's assertion (RFC 7523), "" for none."""
    known = getattr(request, "client_assertion_type", None) == ASSERTION
    return str(getattr(request, "client_assertion", "") or "") if known else ""


def _subject(assertion: str) -> str:
    """Whose assertion it claims to be; believed only after its signature was checked."""
    try:
        return str(payload_of(assertion).get("sub", ""))
    except Untrue:
        return ""
