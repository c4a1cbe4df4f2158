"""Pages beside the data: the OpenAPI document, a readable page of it, health and metrics."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, current_app, jsonify, render_template, request, send_from_directory
from sqlalchemy import select

from hub.api.guard.doors import is_loopback, openly
from hub.api.process.context import here
from hub.api.process.metrics import MEDIA
from hub.api.wire.problems import KINDS, Refused
from hub.db.engine import reading


def install(app: Flask, document: dict[str, Any]) -> None:
    """Add the pages; ``document`` is the finished OpenAPI document."""
    app.config["HUB_OPENAPI"] = document
    app.add_url_rule("/api/v1/openapi.json", "openapi", openapi)
    app.add_url_rule("/api/v1/docs", "docs", docs)
    app.add_url_rule("/api/v1/assets/<path:name>", "assets", assets)
    app.add_url_rule("/health", "health", health)
    app.add_url_rule("/metrics", "metrics", metrics)


@openly
def openapi() -> Response:
    """The OpenAPI 3.1 document."""
    return jsonify(current_app.config["HUB_OPENAPI"])


@openly
def docs() -> str:
    """The same for people, without scripts and without anything from elsewhere."""
    document = current_app.config["HUB_OPENAPI"]
    return render_template("docs.html", document=document, kinds=KINDS, groups=_groups(document))


@openly
def assets(name: str) -> Response:
    """Style sheets of the pages."""
    return send_from_directory("static", name, max_age=3600)


@openly
def health() -> Response:
    """Whether the hub can answer: its database is read once."""
    with reading(here().parts.engine) as connection:
        connection.execute(select(1))
    return jsonify({"status": "ok"})


@openly
def metrics() -> Response:
    """Counters for Prometheus, to this machine only."""
    if not is_loopback(request.remote_addr or "") or "X-Forwarded-For" in request.headers:
        raise Refused("not-permitted", "Metrics are read on the machine itself.")
    return Response(here().metrics.page(), content_type=MEDIA)


def _groups(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Operations by subject, in the order of the document."""
    groups: dict[str, list[dict[str, Any]]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        shared = methods.get("parameters", [])
        for method, operation in methods.items():
            if method != "parameters":
                parameters = [*shared, *operation.get("parameters", [])]
                entry = {**operation, "path": path, "method": method.upper(), "parameters": parameters}
                groups[operation["tags"][0]].append(entry)
    return groups
