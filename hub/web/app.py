"""The pages as an application, and the one door behind which pages and API answer together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, Final

from flask import Flask, Request, current_app, request

from hub.api.app import context_of, create_app
from hub.api.guard import delivery, watch
from hub.api.process.context import Context, put
from hub.api.wire import encoding
from hub.parts import Parts
from hub.settings import Settings
from hub.web import account, assets, doors, failures, frame, house, mine, paging, public, words, work
from hub.web.areas import LARGEST_FORM, Pages
from hub.web.doors import Recognise

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
AREAS: Final[tuple[Pages, ...]] = (public.pages, account.pages, mine.pages, work.pages, house.pages)
API: Final = ("/api/", "/oauth/", "/.well-known/", "/peers/", "/metrics", "/health")
"""Beginnings of addresses that the API answers; all else is pages."""
CONSENT: Final = "/oauth/authorize"
"""But this one is a page: a person signs in as on all pages, and lets a program act for them."""


class _Request(Request):
    """Uploads stay in memory, which their pages bound: no file of anybody's is laid down on the disk."""

    def _get_file_stream(self, *_: Any, **__: Any) -> BytesIO:
        return BytesIO()


def create_web(
    parts: Parts, settings: Settings, context: Context | None = None, recognise: Recognise = account.entry.recognise
) -> Flask:
    """The pages on these parts; ``context`` is shared with an API of the same process."""
    app = Flask("hub.web", static_folder=None)
    app.request_class = _Request
    app.config.update(
        HUB_URL=settings.api_address,
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        MAX_FORM_PARTS=200,
        PROVIDE_AUTOMATIC_OPTIONS=False,
    )
    app.url_map.strict_slashes = False
    with app.app_context():
        shared = context or context_of(parts, settings)
        put(shared)
    words.install(app)
    delivery.install(app)
    encoding.install(app)
    watch.install(app)
    app.before_request(_bounded)
    doors.install(app, recognise)
    frame.install(app, shared.key("pages"))
    assets.install(app)
    failures.install(app)
    app.jinja_env.globals["page_link"] = paging.link
    for area in AREAS:
        app.register_blueprint(area.blueprint)
    return app


def create_site(parts: Parts, settings: Settings) -> Wsgi:
    """Pages and API behind one door, on one context: one set of limits, counters and keys."""
    from hub.peering.peer_station import with_peers

    api = create_app(parts, settings)
    pages = create_web(parts, settings, api.extensions["hub"])
    exchange = with_peers(api.wsgi_app, parts, settings)

    def site(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        asked = path.startswith(API) and path != CONSENT
        return exchange(environ, start) if asked else pages.wsgi_app(environ, start)

    return site


def _bounded() -> None:
    """Before anything of a form is read: it may be as large as its page allows."""
    view = current_app.view_functions.get(request.endpoint or "")
    largest = getattr(view, "hub_largest", LARGEST_FORM)
    request.max_content_length = largest
