"""Default closed: a page answers only when its view says who may see it, with ``@openly`` or ``@signed_in``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import quote

from flask import Flask, Response, current_app, g, redirect, request

from agreements.model import PUBLIC, Standing
from agreements.permissions import Permission
from hub.api.guard.doors import is_loopback
from hub.api.process import limits
from hub.api.process.context import here, peer
from hub.api.process.limits import Rate
from hub.api.wire.problems import Refused
from hub.web.words import N_

View = TypeVar("View", bound=Callable[..., Any])
Recognise = Callable[[], Standing | None]
_MARK: Final = "hub_door"
OPEN: Final = "open"
SIGN_IN: Final = "/sign-in"


def openly(view: View) -> View:
    """Mark a page as open to everyone."""
    setattr(view, _MARK, OPEN)
    return view


def signed_in(*permissions: Permission) -> Callable[[View], View]:
    """Mark a page as one for whoever is signed in and holds any of ``permissions``; none named: for all signed in."""

    def mark(view: View) -> View:
        setattr(view, _MARK, frozenset(permissions))
        return view

    return mark


def door_of(view: Callable[..., Any]) -> str | frozenset[Permission] | None:
    """``OPEN``, the permissions of which one is needed, or None for a view that says nothing and so never answers."""
    return getattr(view, _MARK, None)


def nobody() -> Standing | None:
    """Recognises nobody."""
    return None


def install(app: Flask, recognise: Recognise) -> None:
    """Let every request of ``app`` pass these doors; ``recognise`` tells who is signed in, if anybody."""

    def gate() -> Response | None:
        _demand_private()
        if request.routing_exception is not None:
            return None
        view = current_app.view_functions[request.endpoint or ""]
        if getattr(view, "hub_still", False):
            return None
        context = here()
        limits.demand(context.limiter, Rate("pages", context.settings.api_rate, 60), peer(), context.seconds())
        g.recognise = stand
        return _let(door_of(view), stand())

    def stand() -> Standing | None:
        who = recognise()
        g.standing = who or PUBLIC
        g.party = g.standing.uscc
        return who

    app.before_request(gate)


def still(view: View) -> View:
    """Mark an open view that answers the same bytes to everybody: nobody is recognised, nothing is counted."""
    vars(view)["hub_still"] = True
    return openly(view)


def _let(door: str | frozenset[Permission] | None, who: Standing | None) -> Response | None:
    if door == OPEN:
        return None
    if not isinstance(door, frozenset):
        raise Refused("not-found")
    if who is None:
        if request.method not in {"GET", "HEAD"}:
            raise Refused("unauthenticated", N_("请先登录。"))
        back = request.full_path if request.query_string else request.path
        return redirect(f"{SIGN_IN}?to={quote(back, safe='/')}", 303)  # type: ignore[return-value]
    if door and door.isdisjoint(who.permissions):
        raise Refused("not-permitted", N_("您的角色没有此页面的权限。"))
    return None


def _demand_private() -> None:
    if request.is_secure or (here().settings.api_plain_loopback and is_loopback(request.remote_addr or "")):
        return
    raise Refused("plain-http", "请使用 https。 Use https.")
