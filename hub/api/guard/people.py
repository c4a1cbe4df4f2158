"""The person behind a browser: the cookie that carries a session, and coming in and out by it."""

from __future__ import annotations

from typing import Final

from flask import Response, g, request

from hub.accounts import sessions
from hub.accounts.entering import Attempt, Outcome, attempt, device_cookie
from hub.accounts.sessions import IDLE, LIFE, Session
from hub.api.process.context import here, peer_hash
from hub.db.engine import writing

_SESSION: Final = "hub-session"
_DEVICE: Final = "hub-device"
_DEVICE_SECONDS: Final = 180 * 86_400
_HELD: Final = "hub_session"


def accounts_key() -> bytes:
    """The key of everything that accounts seal."""
    return here().key("accounts")


def present() -> Session | None:
    """The session that this request belongs to, None for nobody's."""
    if _HELD not in g:
        token = request.cookies.get(_named(_SESSION), "")
        setattr(g, _HELD, sessions.find(here().parts.engine, token, here().now()) if token else None)
    held: Session | None = g.get(_HELD)
    return held


def tried(person: str, password: str, code: str) -> Outcome:
    """What comes of a name, a password and a code typed into this browser."""
    device = request.cookies.get(_named(_DEVICE), "")
    asked = Attempt(person, password, code, peer_hash(), device)
    return attempt(here().parts.engine, accounts_key(), asked, here().now())


def come_in(answer: Response, person: str, factors: str) -> Response:
    """Begin a session with this answer. Whatever session the browser had before is ended: none is carried over."""
    context = here()
    now = context.now()
    before = request.cookies.get(_named(_SESSION), "")
    if before:
        sessions.end(context.parts.engine, before, now)
    with writing(context.parts.engine) as connection:
        token = sessions.begin(connection, person, factors, now)
    _set(answer, _SESSION, token, int(LIFE.total_seconds()))
    _set(answer, _DEVICE, device_cookie(accounts_key(), person, now), _DEVICE_SECONDS)
    return answer


def go_out(answer: Response) -> Response:
    """End the session with this answer."""
    sessions.end(here().parts.engine, request.cookies.get(_named(_SESSION), ""), here().now())
    answer.delete_cookie(_named(_SESSION), path="/", secure=request.is_secure, httponly=True, samesite="Lax")
    return answer


def idle_minutes() -> int:
    """Minutes after which a session that nobody uses ends."""
    return int(IDLE.total_seconds() // 60)


def _named(name: str) -> str:
    # No other host, path or plain connection can set a cookie of this prefix (RFC 6265bis, 4.1.3.2).
    return f"__Host-{name}" if request.is_secure else name


def _set(answer: Response, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(
        _named(name), value, max_age=seconds, path="/", secure=request.is_secure, httponly=True, samesite="Lax"
    )
