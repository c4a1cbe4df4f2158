"""The consent page: a person signs in, sees which program asks for what, and says yes or no.

This page is the API's own, for a hub that serves no pages; where pages are served, theirs stands in its place
(``hub.web.account.consent``). Who signed in decides by that session; anybody else gives name, password and code with
the decision. The form is sealed for the request and the person it was shown to, so another site has nothing to ride on.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Response, make_response, redirect, render_template, request
from oauthlib.oauth2 import FatalClientError, OAuth2Error

from hub.accounts.entering import Outcome
from hub.api.guard import people
from hub.api.guard.doors import knowing_clients, openly
from hub.api.process import limits
from hub.api.process.context import here, peer
from hub.api.process.limits import Rate
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes

routes = Routes("consent", "Signing in 用户授权", "")
_PLACE: Final = "https://hub.invalid/oauth/authorize"
_RATE: Final = Rate("sign-in", 60, 600)
_SECONDS: Final = 600
_ASKED: Final = (
    "client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge", "code_challenge_method"
)  # fmt: skip


@routes.route("/oauth/authorize", media="text/html")
@openly
@knowing_clients
def ask() -> Response:
    """The consent page of an authorization request."""
    asked = asked_here()
    found = checked(asked)
    return found if isinstance(found, Response) else _page(asked, found)


@routes.route("/oauth/authorize", method="POST", media="text/html", status=303)
@openly
@knowing_clients
def answer() -> Response:
    """A person's decision: back to the program with a code, or with a no."""
    asked, shown_to = _opened(request.form.get("request", ""))
    scopes = checked(asked)
    if isinstance(scopes, Response):
        return scopes
    if request.form.get("decision") != "allow":
        return back(asked, {"error": "access_denied"})
    limits.demand(here().limiter, _RATE, peer(), here().seconds())
    person, fault = _decider(shown_to)
    if fault is not None:
        return _page(asked, scopes, fault)
    return allowed(asked, scopes, person)


def asked_here() -> dict[str, str]:
    """The authorization request in the present address. Refused (400) when a parameter stands twice."""
    if any(len(request.args.getlist(name)) > 1 for name in _ASKED):
        raise Refused("bad-request", "A parameter stands twice.")
    # What is empty was not given (RFC 6749 section 3.1); oauthlib takes an empty challenge for one.
    return {name: request.args[name] for name in _ASKED if request.args.get(name)}


def allowed(asked: dict[str, str], scopes: list[str], person: str) -> Response:
    """Back to the program with a code for those of ``scopes`` that the person's own roles permit."""
    context = here()
    given = sorted(set(scopes) & context.ground.permitted(person))
    if not given:
        return back(asked, {"error": "access_denied", "error_description": "no permission of this kind"})
    headers, _, _ = context.provider.create_authorization_response(
        f"{_PLACE}?{urlencode(asked)}", "GET", scopes=given, credentials={"user": person}
    )
    return back(asked, dict(parse_qsl(urlsplit(headers["Location"]).query)))


def _decider(shown_to: str) -> tuple[str, Outcome | None]:
    """Who decides, and what is the matter when nobody does."""
    held = people.present()
    if shown_to:
        return shown_to, None if held is not None and held.person == shown_to else Outcome.WRONG
    person = request.form.get("person", "").strip()
    outcome = people.tried(person, request.form.get("password", ""), request.form.get("code", ""))
    return person, None if outcome is Outcome.IN else outcome


def checked(asked: dict[str, str]) -> list[str] | Response:
    """The scopes asked for; an answer when the request is wrong in a way that its program may learn."""
    try:
        scopes, _ = here().provider.validate_authorization_request(f"{_PLACE}?{urlencode(asked)}", "GET")
    except FatalClientError:
        # Who asks, or where to go back to, is not known: nobody is sent anywhere.
        raise Refused("bad-request", "The program or its address is not registered.") from None
    except OAuth2Error as error:
        return back(asked, {"error": error.error})
    return list(scopes)


def _page(asked: dict[str, str], scopes: list[str], fault: Outcome | None = None) -> Response:
    held = people.present()
    person = held.person if held else ""
    found = here().client(asked["client_id"])
    text = render_template(
        "consent.html",
        client=found.name if found else "",
        to=urlsplit(asked["redirect_uri"]).netloc,
        scopes=scopes,
        sealed=_sealed(asked, person),
        person=person,
        typed="" if held else request.form.get("person", ""),
        fault=fault,
    )
    made = make_response(text, 403 if fault else 200)
    made.headers["Cache-Control"] = "no-store"
    return made


def back(asked: dict[str, str], said: dict[str, str]) -> Response:
    """To the program, with its own state and our name, so that no other server's answer passes for ours (RFC 9207)."""
    state = {"state": asked["state"]} if "state" in asked else {}
    joint = "&" if urlsplit(asked["redirect_uri"]).query else "?"
    place = asked["redirect_uri"] + joint + urlencode({**said, **state, "iss": here().settings.api_address})
    made: Any = redirect(place, 303)
    made.headers["Cache-Control"] = "no-store"
    return made  # type: ignore[no-any-return]


def _sealed(asked: dict[str, str], person: str) -> str:
    body = json.dumps([asked, person, int(here().now().timestamp())], sort_keys=True).encode()
    return ".".join(base64.urlsafe_b64encode(one).decode() for one in (body, _mac(body)))


def _opened(text: str) -> tuple[dict[str, str], str]:
    try:
        body, mac = (base64.urlsafe_b64decode(one) for one in text.split("."))
        asked, person, at = json.loads(body) if hmac.compare_digest(mac, _mac(body)) else ({}, "", 0)
    except (ValueError, binascii.Error):
        asked, person, at = {}, "", 0
    if not asked or here().now().timestamp() - at > _SECONDS:
        raise Refused("bad-request", "The page is too old or was not made here. 页面已过期。")
    return dict(asked), str(person)


def _mac(body: bytes) -> bytes:
    return hmac.digest(here().key("consent"), body, hashlib.sha256)
