"""OAuth 2 over HTTP: tokens, introspection, revocation, keys and metadata. People's consent stands in ``consent``.

oauthlib is given an address of our own, the form written anew, and two headers: it sees nothing of the query and
nothing that its parser stumbles over (oauthlib issue 662).
"""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, g, jsonify, request

from hub.api.guard.doors import knowing_clients, openly
from hub.api.process import limits
from hub.api.process.context import here, peer
from hub.api.process.limits import Rate
from hub.api.wire.problems import KINDS, Refused
from hub.api.wire.routes import Routes
from hub.oauth import dpop
from hub.oauth.jwts import Untrue
from hub.oauth.provider import BOUND, resource_metadata, server_metadata

routes = Routes("oauth", "Tokens (OAuth 2) 令牌", "")
_PLACE: Final = "https://hub.invalid"
_RATE: Final = Rate("tokens", 120, 60)
_FORM: Final = "application/x-www-form-urlencoded"
_CODES: Final = {400: "bad-request", 401: "unauthenticated", 403: "not-permitted", 503: "unavailable"}


@routes.route("/oauth/token", method="POST", problems=(415,))
@openly
@knowing_clients
def token() -> Response:
    """A token, for a machine's credentials or a person's code."""
    headers = _headers()
    if proof := request.headers.get("DPoP", ""):
        try:
            address = f"{here().settings.api_address}/oauth/token"
            headers[BOUND] = dpop.thumbprint_of(here().parts.engine, proof, "POST", address, here().now())
        except Untrue:
            return _answer({}, json.dumps({"error": "invalid_dpop_proof"}), 400)
    return _answer(*here().provider.create_token_response(f"{_PLACE}/oauth/token", "POST", _body(), headers))


@routes.route("/oauth/introspect", method="POST", problems=(415,))
@openly
@knowing_clients
def introspect() -> Response:
    """Whether a token holds: a client asks about its own, a resource server about any."""
    return _answer(
        *here().provider.create_introspect_response(f"{_PLACE}/oauth/introspect", "POST", _body(), _headers())
    )


@routes.route("/oauth/revoke", method="POST", problems=(415,))
@openly
@knowing_clients
def revoke() -> Response:
    """Make a token of one's own worthless at once."""
    return _answer(*here().provider.create_revocation_response(f"{_PLACE}/oauth/revoke", "POST", _body(), _headers()))


@routes.route("/oauth/jwks.json")
@openly
def jwks() -> Response:
    """Public keys that tokens are signed with."""
    return jsonify({"keys": [one.public() for one in here().tokens.ring.all()]})


@routes.route("/.well-known/oauth-authorization-server")
@openly
def authorization_server() -> Response:
    """What the token service does (RFC 8414)."""
    return jsonify(server_metadata(here().settings.api_address))


@routes.route("/.well-known/oauth-protected-resource/api/v1")
@openly
def protected_resource() -> Response:
    """What the API is, and who gives tokens for it (RFC 9728)."""
    return jsonify(resource_metadata(here().settings.api_address))


def _headers() -> dict[str, str]:
    limits.demand(here().limiter, _RATE, peer(), here().seconds())
    if request.mimetype != _FORM:
        raise Refused("wrong-media", f"Send the form as {_FORM}.")
    known = {"Content-Type": _FORM}
    if "Authorization" in request.headers:
        known["Authorization"] = request.headers["Authorization"]
    return known


def _body() -> str:
    return urlencode(list(request.form.items(multi=True)))


def _answer(_: dict[str, Any], body: str | None, status: int) -> Response:
    """The answer as RFC 6749 wants it; a refusal is at the same time a problem."""
    said = json.loads(body) if body else {}
    if status >= 400:
        kind = _CODES.get(status, "bad-request")
        title = f"{KINDS[kind].zh} {KINDS[kind].en}"
        said |= {"type": f"{here().settings.api_address}/api/v1/docs#{kind}", "title": title}
        said |= {"status": status, "code": kind, "request_id": g.request_id}
    made = Response(json.dumps(said) if said or body else "", status, content_type="application/json")
    made.headers["Cache-Control"] = "no-store"
    if status == 401:
        made.headers["WWW-Authenticate"] = 'Basic realm="hub"'
    return made
