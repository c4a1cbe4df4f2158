"""Every request is seen: it gets a number, safe headers, one line in the log, and its place in the metrics."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable

from flask import Flask, Response, g, request

from hub import log
from hub.api.process import limits
from hub.api.process.context import here

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def numbers(chance: Callable[[], str] = lambda: secrets.token_hex(8)) -> Callable[[], str]:
    """Numbers of requests: one draw of chance for each application, then a count: a draw costs a call to the system."""
    first, count = chance(), itertools.count(1)
    return lambda: f"{first}-{next(count)}"


def install(app: Flask, new_id: Callable[[], str] | None = None) -> None:
    """Watch ``app``; ``new_id`` gives the numbers of requests."""
    numbered = new_id or numbers()

    def begin() -> None:
        g.request_id = numbered()
        g.began = here().seconds()

    def end(response: Response) -> Response:
        # Each name is looked for once: werkzeug's own setdefault goes through all headers for every one.
        headers = response.headers
        there = {name.lower() for name, _ in headers}
        wanted = {"X-Request-Id": g.request_id, **_HEADERS, **limits.headers()}
        if request.is_secure:
            wanted["Strict-Transport-Security"] = "max-age=31536000"
        if "HTTP_AUTHORIZATION" in request.environ:
            wanted["Cache-Control"] = "no-store"
            response.vary.add("Authorization")
        for name, value in wanted.items():
            if name.lower() not in there:
                headers.add(name, value)
        _tell(response)
        return response

    app.before_request(begin)
    app.after_request(end)


def _tell(response: Response) -> None:
    route = request.url_rule.rule if request.url_rule else "-"
    method = request.method if request.method in {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"} else "other"
    took = here().seconds() - g.began
    here().metrics.answered(route, method, response.status_code, took)
    log.event(
        "api.answered",
        request=g.request_id,
        route=route.replace("<", "").replace(">", ""),
        method=method,
        status=response.status_code,
        ms=round(took * 1000, 1),
        party=g.get("party", ""),
    )
