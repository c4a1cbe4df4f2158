"""What stands around every page: safe headers, language, display for the aged (适老化), menu, cookies."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import Flask, Response, g, redirect, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect

from agreements.model import PUBLIC
from catalog.folder import words as folder_words
from hub.web import menu, words
from hub.web.doors import openly
from hub.web.places import local

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    # The token of forms wants to know that a form was sent from here; other sites learn nothing.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
DISPLAY: Final = "display"
_CHOICES: Final = ("large", "contrast")
_YEAR: Final = 31_536_000


class _Cookies(SecureCookieSessionInterface):
    """The signed cookie that holds the forms' token: never for scripts, and over https only where https is spoken."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002
        return request.is_secure


def install(app: Flask, key: bytes) -> None:
    """Put the frame around the pages of ``app``; ``key`` signs its cookie."""
    app.config.update(
        SECRET_KEY=key,
        SESSION_COOKIE_NAME="hub_forms",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.session_interface = _Cookies()
    CSRFProtect(app)
    app.after_request(_guarded)
    app.context_processor(_facts)
    app.jinja_env.filters.update(
        thousands=folder_words.count, size=folder_words.size, share=folder_words.share, moment=moment, day=day
    )
    app.jinja_env.globals.update(pick=words.pick, label=words.label)
    app.jinja_env.finalize = lambda value: folder_words.clean(value) if type(value) is str else value
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.add_url_rule("/language/<code>", "language", language)
    app.add_url_rule("/display/<choice>", "display", display)


def moment(at: datetime) -> str:
    """A time in China's zone, to the minute."""
    return folder_words.moment(at, words.language())


def day(at: datetime) -> str:
    """A day in China's zone."""
    return f"{folder_words.in_china(at):%Y-%m-%d}"


def keep(answer: Response, name: str, value: str) -> None:
    """Set a cookie of the frame for a year."""
    answer.set_cookie(name, value, max_age=_YEAR, httponly=True, samesite="Lax", secure=request.is_secure)


@openly
def language(code: str) -> Response:
    """Choose the language and go back."""
    answer = redirect(local(request.args.get("to", "")), 303)
    if code in words.LANGUAGES:
        keep(answer, words.COOKIE, code)  # type: ignore[arg-type]
    return answer  # type: ignore[return-value]


@openly
def display(choice: str) -> Response:
    """Choose large type, high contrast, both (``large+contrast``) or neither (``plain``), and go back."""
    answer = redirect(local(request.args.get("to", "")), 303)
    keep(answer, DISPLAY, " ".join(one for one in _CHOICES if one in choice.split("+")))  # type: ignore[arg-type]
    return answer  # type: ignore[return-value]


def displayed() -> tuple[str, ...]:
    """What the reader chose: ``large``, ``contrast``."""
    asked = request.cookies.get(DISPLAY, "").split(" ")
    return tuple(one for one in _CHOICES if one in asked)


def _facts() -> dict[str, Any]:
    who = g.get("standing", PUBLIC)
    return {
        "lang": words.language(),
        "tag": folder_words.TAGS[words.language()],
        "other": "en" if words.language() == "zh" else "zh",
        "here": request.full_path if request.query_string else request.path,
        "displayed": displayed(),
        "who": who,
        "entries": menu.seen_by(who),
        "endpoint": request.endpoint or "",
    }


def _guarded(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if "Cache-Control" not in answer.headers:
        answer.headers["Cache-Control"] = "no-store" if g.get("standing", PUBLIC) is not PUBLIC else "private, no-cache"
        answer.vary.add("Cookie")
    return answer
