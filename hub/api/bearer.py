"""The token at the door: from the Authorization header to a Standing, anew with every request."""

from __future__ import annotations

from dataclasses import replace

from flask import g, request

from agreements.acting import standing_of
from catalog.errors import NotPermitted
from hub.api.asking import challenge
from hub.api.context import here
from hub.api.problems import Refused
from hub.oauth import clients, dpop
from hub.oauth.jwts import Untrue
from hub.oauth.tokens import Claims
from hub.state.exchange import reading_desk


def authenticate() -> None:
    """Set ``g.standing`` to who asks, cut to the token's scopes. Refused (401) without a token that holds now."""
    header = request.headers.get("Authorization", "")
    if not header:
        raise Refused("unauthenticated", headers=challenge())
    now = here().now()
    try:
        claims = _claims(header)
        with reading_desk(here().parts.engine, now) as desk:
            standing = standing_of(desk, claims.actor)
    except (Untrue, NotPermitted):
        raise Refused("unauthenticated", "The token does not hold.", headers=challenge("invalid_token")) from None
    scoped = frozenset(one for one in standing.permissions if str(one) in claims.scopes)
    g.standing = replace(standing, permissions=scoped)
    g.client = claims.client
    g.party = standing.party.id if standing.party else ""


def _claims(header: str) -> Claims:
    scheme, _, text = header.partition(" ")
    now = here().now()
    claims = here().tokens.read(text.strip(), now)
    if clients.find(here().parts.engine, claims.client) is None:
        raise Untrue
    if not claims.bound:
        if scheme.lower() != "bearer":
            raise Untrue
        return claims
    if scheme.lower() != "dpop":
        raise Untrue
    address = here().settings.api_address + request.path
    proof = request.headers.get("DPoP", "")
    if dpop.thumbprint_of(here().parts.engine, proof, request.method, address, now, text.strip()) != claims.bound:
        raise Untrue
    return claims
