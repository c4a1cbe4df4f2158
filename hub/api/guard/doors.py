"""Default closed: a view answers without a token only when the view itself is marked ``@openly``."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, Final, TypeVar

from flask import Flask, current_app, request

from hub.api.process import limits
from hub.api.process.context import here, peer
from hub.api.process.limits import Rate
from hub.api.wire.problems import Refused

View = TypeVar("View", bound=Callable[..., Any])
_MARK: Final = "hub_open"
_CLIENTS: Final = "hub_knows_clients"
_TAKES: Final = "hub_takes"
_TOKEN_NAMES: Final = frozenset(
    {"access_token", "refresh_token", "id_token", "token", "client_secret", "assertion", "client_assertion", "password"}
)


def openly(view: View) -> View:
    """Mark a view as open to everyone."""
    setattr(view, _MARK, True)
    return view


def taking(largest: int) -> Callable[[View], View]:
    """Mark a view that takes a body of up to ``largest`` bytes; all others take what the application says."""

    def marked(view: View) -> View:
        setattr(view, _TAKES, largest)
        return view

    return marked


def knowing_clients(view: View) -> View:
    """Mark an open view of OAuth itself: it proves its callers by other means than a token."""
    setattr(view, _CLIENTS, True)
    return view


def is_open(view: Callable[..., Any]) -> bool:
    """Whether this view is marked."""
    return getattr(view, _MARK, False) is True


def install(app: Flask, authenticate: Callable[[], None]) -> None:
    """Let every request pass these doors in this order; ``authenticate`` raises unless a valid token is there."""

    def gate() -> None:
        _demand_private()
        if request.routing_exception is not None:
            return
        _demand_rate()
        if "\0" in request.path or "%00" in request.query_string.decode("latin-1"):
            raise Refused("bad-request", "No name holds a NUL character.")
        if request.query_string and not _TOKEN_NAMES.isdisjoint(request.args):
            # Queries end up in logs and histories of everybody between (RFC 6750 section 5.3, RFC 9700 section 4.3.2).
            raise Refused("token-in-request")
        view = current_app.view_functions[request.endpoint or ""]
        if (largest := getattr(view, _TAKES, None)) is not None:
            request.max_content_length = largest
        if request.content_type and "access_token" in request.form:
            raise Refused("token-in-request")
        if not is_open(view) or ("Authorization" in request.headers and not getattr(view, _CLIENTS, False)):
            authenticate()

    app.before_request(gate)


def _demand_private() -> None:
    settings = here().settings
    if request.is_secure or (settings.api_plain_loopback and is_loopback(request.remote_addr or "")):
        return
    raise Refused("plain-http", "Use https. 请使用 https。")


def is_loopback(address: str) -> bool:
    """Whether the address is this machine's own."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _demand_rate() -> None:
    context = here()
    limits.demand(context.limiter, Rate("requests", context.settings.api_rate, 60), peer(), context.seconds())
