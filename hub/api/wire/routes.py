"""One declaration a route: address, method, what it takes and answers, and so its place in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from flask_smorest import Blueprint
from marshmallow import Schema

from hub.api.shapes.common import ProblemShape
from hub.api.wire.bodies import BodyParser

View = TypeVar("View", bound=Callable[..., Any])
ALWAYS = (400, 401, 403, 429, 500, 503)
"""Problems that any route can answer with."""


class _Blueprint(Blueprint):  # type: ignore[misc]  # flask-smorest has no annotations
    ARGUMENTS_PARSER = BodyParser()


class Routes:
    """A typed door to flask-smorest: the routes of one subject."""

    def __init__(self, name: str, description: str, prefix: str = "/api/v1") -> None:
        self.blueprint = _Blueprint(name, __name__, url_prefix=prefix, description=description)

    def route(
        self,
        rule: str,
        answers: Schema | type[Schema] | None = None,
        *,
        method: str = "GET",
        query: type[Schema] | None = None,
        body: type[Schema] | None = None,
        status: int = 200,
        media: str = "application/json",
        problems: Sequence[int] = (),
    ) -> Callable[[View], View]:
        """Register a view. ``query`` and ``body`` come to it as its first arguments, in this order.

        Without ``answers`` the view answers with a response of its own, of type ``media``.
        """

        def register(view: View) -> View:
            known = {*ALWAYS, *problems, *((422,) if query or body else ()), *((413, 415) if body else ())}
            content = {"application/problem+json": {"schema": ProblemShape}}
            told = {str(code): {"description": HTTPStatus(code).phrase, "content": content} for code in sorted(known)}
            # One word on all problems: a decorator for each would be called, one within another, at every request.
            wrapped: Any = self.blueprint.doc(responses=told)(view)
            if answers is not None:
                wrapped = self.blueprint.response(status, answers)(wrapped)
            else:
                described = {str(status): {"description": "OK", "content": {media: {}}}}
                wrapped = self.blueprint.doc(responses=described)(wrapped)
            # Instances: a class would be made into one at every request.
            if body is not None:
                wrapped = self.blueprint.arguments(body(), location="json")(wrapped)
            if query is not None:
                wrapped = self.blueprint.arguments(query(), location="query")(wrapped)
            self.blueprint.route(rule, methods=[method])(wrapped)
            return view

        return register
