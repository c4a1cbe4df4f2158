"""The folder portal as a server: the pages as they lie in their folder, data marked for each download.

Any web server can host the folder; then everybody gets the same copies. This one gives each caller copies of their
own, as the API does, and answers the addresses of records.
"""

from __future__ import annotations

from hmac import compare_digest
from pathlib import Path
from typing import Final

from flask import Flask, Response, jsonify, render_template, request, send_from_directory
from werkzeug.security import safe_join

from agreements.model import PUBLIC, Action
from agreements.subject import subject_of
from catalog.folder.reach import PROOF
from hub.api.app import context_of
from hub.api.data import files
from hub.api.data.datasets import sealed_of
from hub.api.data.records import verified
from hub.api.guard import bearer, doors, watch
from hub.api.guard.asking import FOR_EVERYONE, demanded
from hub.api.guard.doors import openly
from hub.api.process.context import here, put
from hub.api.views import pages
from hub.api.wire import encoding, problems
from hub.api.wire.problems import Refused
from hub.keyfiles import portal_proof
from hub.marking.downloads import is_marked
from hub.parts import Parts
from hub.settings import Settings

_FRESH: Final = 60
_KINDS: Final = {"ttl": "text/turtle", "jsonld": "application/ld+json", "md": "text/markdown", "": "text/plain"}


def create_portal(parts: Parts, settings: Settings) -> Flask:
    """The portal's application on these parts."""
    app = Flask("hub.api", static_folder=None)
    app.config.update(HUB_URL=settings.portal_url or "", PROVIDE_AUTOMATIC_OPTIONS=False, MAX_CONTENT_LENGTH=0)
    app.url_map.strict_slashes = False
    with app.app_context():
        put(context_of(parts, settings))
    app.add_url_rule("/r/<token>", "record", record)
    app.add_url_rule("/datasets/<name>/v<int:version>/<file>", "file", file)
    app.add_url_rule("/", "page", page, defaults={"path": ""})
    app.add_url_rule("/<path:path>", "page", page)
    app.add_url_rule("/health", "health", pages.health)
    problems.install(app)
    encoding.install(app)
    watch.install(app)
    doors.install(app, bearer.authenticate)
    return app


@openly
def record(token: str) -> Response:
    """Whether a record is the hub's: a page for people, JSON for programs."""
    found = verified(token)
    if request.accept_mimetypes.best_match(["application/json", "text/html"]) == "text/html":
        return Response(render_template("record.html", **found), content_type="text/html; charset=utf-8")
    return jsonify(found)


@openly
def file(name: str, version: int, file: str) -> Response:
    """A file of a release; data of an open dataset as the caller's own copy."""
    found = here().datasets.get(name)
    said = request.headers.get(PROOF, "")
    is_hub = compare_digest(said.encode(), portal_proof(here().secret).encode())
    path = f"datasets/{name}/v{version}/{file}"
    if is_hub or found is None or not found.is_open or version >= 2**31:
        return page(path)
    sealed = sealed_of(found, version)
    resource = next((one for one in sealed.release.resources if one.name == file), None)
    if resource is None or not is_marked(resource):
        return page(path)
    verdict = demanded(PUBLIC, Action.DOWNLOAD, subject_of(found), FOR_EVERYONE)
    return files.answer(found, sealed, file, PUBLIC, verdict.clause, request.args.get("download", ""))


@openly
def page(path: str) -> Response:
    """A page or file of the portal's folder; what is hidden there stays hidden."""
    root = str(here().settings.portal_home.absolute())
    inside = safe_join(root, path)
    if inside is None or any(part.startswith(".") for part in path.split("/")):
        raise Refused("not-found")
    if Path(inside).is_dir():
        if path and not path.endswith("/"):
            return Response(status=308, headers={"Location": f"{request.path}/"})
        path += "index.html"
    suffix = Path(path).suffix[1:]
    return send_from_directory(root, path, mimetype=_KINDS.get(suffix), max_age=_FRESH)
