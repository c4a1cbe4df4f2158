"""A house whose API is asked in tests: small declared datasets with real releases on disk and in the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from exporters.sample import invent
from hub.api.app import create_app
from hub.api.process.limits import Limiter
from hub.job.pipeline import release
from hub.job.publish import approve, publish
from hub.parts import Parts, datasets
from tests.house import Ticking, house, settings
from tests.kept import copied

# Longer than the releases take by a clock that ticks at each look.
_WORK = timedelta(hours=1)
NAMES = ("grading", "licences", "statistics", "traceability")


class Api:
    """One application on one house, with a client that speaks https."""

    def __init__(self, parts: Parts, home: Path, source: str, drop: Path, **more: str) -> None:
        self.parts = parts
        # A fast machine asks more than a caller may in a minute; tests of the rate set their own.
        given = {"HUB_API_URL": "https://hub.example", "HUB_API_RATE": "100000", **more}
        self.settings = settings(home, source, drop, **given)
        self.app: Flask = create_app(parts, self.settings)
        self.client: FlaskClient = self.app.test_client()

    def get(self, path: str, **named: Any) -> Any:
        return self.client.get(path, base_url="https://hub.example", **{"buffered": True, **named})

    def ask(self, method: str, path: str, **named: Any) -> Any:
        return self.client.open(path, method=method, base_url="https://hub.example", **{"buffered": True, **named})


def with_rates_that_stand(app: Flask) -> Flask:
    """The application with rates that nobody used, by a clock that stands: however long a test takes, none comes back."""
    app.extensions["hub"] = replace(app.extensions["hub"], limiter=Limiter(), seconds=lambda: 7.0)
    return app


def published(folder: Path, names: tuple[str, ...] = NAMES, **more: str) -> Api:
    """A house with the first release of some datasets, published; with files of its own, which others copy as well."""
    source, drop = f"sqlite:///{folder / 'p.sqlite'}", folder / "drop"
    state = {name: value for name, value in more.items() if name == "HUB_DATABASE"}
    clock = Ticking()
    if state:
        _release(folder, names, clock, **state)
    else:
        copied(("published", names), lambda first: _release(first, names, Ticking()), folder)
        clock.moment += _WORK
    return Api(house(folder / "home", source, drop, clock=clock, **state), folder / "home", source, drop, **more)


def _release(folder: Path, names: tuple[str, ...], clock: Ticking, **state: str) -> None:
    source, drop = f"sqlite:///{folder / 'p.sqlite'}", folder / "drop"
    invent(source, 600, seed=11, drop_folder=drop)
    parts = house(folder / "home", source, drop, clock=clock, **state)
    for dataset in datasets(settings(folder / "home", source, drop), names):
        if release(dataset, parts).state == "held":
            publish(dataset, approve(dataset, 1, "somebody else", "approve", "", parts), parts)
    parts.engine.dispose()


def is_problem(answer: Any, status: int, code: str = "") -> bool:
    """Whether an answer is a problem in the one shape (RFC 9457)."""
    if answer.status_code != status or answer.content_type != "application/problem+json":
        return False
    if answer.request.method == "HEAD":
        return True
    body = answer.get_json(force=True)
    shape = {"type", "title", "status", "code", "request_id"} <= set(body)
    return shape and body["status"] == status and code in {"", body["code"]} and bool(body["request_id"])
