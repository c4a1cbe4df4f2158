"""The token at the door: from the Authorization header to a Standing, anew with every request."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial

from flask import g, request

from agreements.model import Standing
from catalog.errors import NotPermitted
from hub.api.guard.asking import challenge
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.db.engine import reading
from hub.oauth import clients, dpop
from hub.oauth.jwts import Untrue
from hub.oauth.spent import is_spent_in
from hub.oauth.tokens import Claims, revoked
from hub.state.standing import standing_now


class _Unproven(Exception):
    """The key that a token is bound to was not proven for this request."""


def authenticate() -> None:
    """Set ``g.standing`` to who asks, cut to the token's scopes. Refused (401) without a token that holds now."""
    header = request.headers.get("Authorization", "")
    if not header:
        raise Refused("unauthenticated", headers=challenge())
    now = here().now()
    scheme, _, text = header.partition(" ")
    try:
        claims = _claims(scheme.lower(), text.strip(), now)
    except _Unproven:
        found = challenge("invalid_dpop_proof", scheme.lower())
        raise Refused("unauthenticated", "The proof of the token's key does not hold.", headers=found) from None
    except (Untrue, NotPermitted):
        raise _spent(scheme.lower()) from None
    g.recognise = partial(_stand, claims, scheme.lower())
    g.recognise()


def _stand(claims: Claims, scheme: str) -> None:
    try:
        standing = standing_by(claims.actor, claims.client, claims.token)
    except (Untrue, NotPermitted):
        raise _spent(scheme) from None
    scoped = frozenset(one for one in standing.permissions if str(one) in claims.scopes)
    g.standing = replace(standing, permissions=scoped)
    g.client, g.token = claims.client, claims.token
    g.party = standing.party.id if standing.party else ""


def _spent(scheme: str) -> Refused:
    return Refused("unauthenticated", "The token does not hold.", headers=challenge("invalid_token", scheme))


def standing_by(actor: str, client: str, token: str) -> Standing:
    """The actor as it stands now. Untrue when token or client was taken back, NotPermitted without any role."""
    return here().known.get(("standing", actor, client, token), lambda: _read(actor, client, token))


def _read(actor: str, client: str, token: str) -> Standing:
    with reading(here().parts.engine) as connection:
        if is_spent_in(connection, revoked(token)) or not clients.is_active(connection, client):
            raise Untrue
        return standing_now(connection, actor)


def _claims(scheme: str, text: str, now: datetime) -> Claims:
    claims = here().tokens.known(text, now)
    if scheme != ("dpop" if claims.bound else "bearer"):
        raise Untrue
    if claims.bound:
        _demand_proof(text, claims.bound, now)
    return claims


def _demand_proof(token: str, bound: str, now: datetime) -> None:
    address = here().settings.api_address + request.path
    proof = request.headers.get("DPoP", "")
    try:
        shown = dpop.thumbprint_of(here().parts.engine, proof, request.method, address, now, token)
    except Untrue:
        raise _Unproven from None
    if shown != bound:
        raise _Unproven
