"""The application: one function puts views, doors, problems and watch together over given parts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from flask import Flask
from flask_smorest import Api

from hub.api import document
from hub.api.data import datasets, delta, delta_files, query, records
from hub.api.guard import bearer, consent, delivery, doors, oauth, watch
from hub.api.guard.vigil import Vigil
from hub.api.process.begun import Begun, begun_path
from hub.api.process.context import Context, put
from hub.api.process.held import Held
from hub.api.process.known import Known
from hub.api.process.limits import Limiter, rates_path
from hub.api.process.metrics import Metrics
from hub.api.process.recorder import Recorder
from hub.api.views import (
    agreements,
    cases,
    corrections,
    feedback,
    followers,
    ledger,
    me,
    negative_list,
    notices,
    objections,
    pages,
    permissions,
    registers,
    risks,
    tickets,
    trace,
)
from hub.api.wire import encoding, problems
from hub.api.wire.routes import Routes
from hub.keyfiles import secret_of
from hub.oauth.provider import Provider
from hub.oauth.signing import KeyRing
from hub.oauth.tokens import Tokens
from hub.oauth.validator import Ground
from hub.parts import Parts, registers_of
from hub.parts import datasets as declared
from hub.settings import Settings
from hub.state.revision import Revision
from hub.state.uses import SqlUses

ROUTES: Final[tuple[Routes, ...]] = (
    datasets.routes,
    query.routes,
    trace.routes,
    delta.routes,
    delta_files.routes,
    agreements.routes,
    cases.routes,
    feedback.routes,
    tickets.routes,
    registers.routes,
    corrections.routes,
    negative_list.routes,
    notices.routes,
    followers.routes,
    risks.routes,
    objections.routes,
    records.routes,
    ledger.routes,
    permissions.routes,
    me.routes,
    oauth.routes,
    consent.routes,
)
_LARGEST: Final = 1 << 20


class _App(Flask):
    """Flask without its look, at every call, whether a view might be a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(parts: Parts, settings: Settings) -> Flask:
    """The exchange API on these parts. Nothing is opened but what the parts open."""
    app = _App("hub.api", static_folder=None)
    app.config.update(
        API_TITLE=document.TITLE,
        API_VERSION="v1",
        HUB_URL=settings.api_address,
        MAX_CONTENT_LENGTH=_LARGEST,
        MAX_FORM_MEMORY_SIZE=_LARGEST,
        OPENAPI_VERSION="3.1.0",
        PROVIDE_AUTOMATIC_OPTIONS=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.url_map.strict_slashes = False
    # An address with two slashes is none; otherwise it would be answered by a page that leads to the right one.
    app.url_map.merge_slashes = False
    with app.app_context():
        put(context_of(parts, settings))
    api = Api(app)
    for routes in ROUTES:
        api.register_blueprint(routes.blueprint)
    problems.install(app)
    delivery.install(app)
    encoding.install(app)
    watch.install(app)
    doors.install(app, bearer.authenticate)
    pages.install(app, document.finished(app, api.spec.to_dict()))
    return app


def context_of(parts: Parts, settings: Settings) -> Context:
    """What the views of one process share."""
    tokens = Tokens(parts.engine, KeyRing(settings.home / "keys" / "tokens"), settings.api_address)
    ground = Ground(parts.engine, parts.clock, tokens)
    return Context(
        parts=parts,
        settings=settings,
        datasets={one.id: one for one in declared(settings)},
        registers=registers_of(settings),
        marks=parts.mark_keys(),
        secret=secret_of(settings.api_key_path),
        limiter=Limiter(rates_path(settings)),
        begun=Begun(begun_path(settings)),
        metrics=Metrics(),
        recorder=Recorder(SqlUses(parts.engine), Vigil(parts.engine, parts.clock, time.monotonic)),
        known=Known(Revision(parts.engine)),
        held=Held(),
        tokens=tokens,
        ground=ground,
        provider=Provider(ground),
    )
