"""What is published: datasets, dictionaries, releases, and the files of open ones with ranges and entity tags."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any

from flask import Response, g, request, send_file

from agreements.model import PUBLIC, Action, Standing
from agreements.subject import subject_of
from agreements.use import Use
from catalog.derive.dictionary import rows
from catalog.model import Dataset
from catalog.release import Resource
from hub.api.asking import FOR_EVERYONE, demanded, stated_purpose
from hub.api.context import here, peer_hash
from hub.api.doors import openly
from hub.api.problems import Refused
from hub.api.routes import Routes
from hub.api.shapes import ColumnShape, DatasetShape, ReleaseLineShape, ReleaseShape
from hub.copies import shown_here
from hub.db.engine import reading
from hub.parts import shown_on_portal
from hub.state.releases import Sealed, find_release, releases_of

routes = Routes(
    "datasets", "Datasets, dictionaries, releases and files 数据集、数据字典、发布版本与文件", "/api/v1/datasets"
)
SHOWN = ("current", "superseded")


@routes.route("", DatasetShape(many=True))
@openly
def datasets() -> list[dict[str, Any]]:
    """Datasets that the public may know of."""
    with reading(here().parts.engine) as connection:
        current = {one.release.dataset: one for one in releases_of(connection, states=("current",))}
    return [_about(one, current.get(one.id)) for one in here().datasets.values() if shown_on_portal(one)]


@routes.route("/<name>", DatasetShape, problems=(404,))
@openly
def dataset(name: str) -> dict[str, Any]:
    """One dataset."""
    found = visible(name)
    with reading(here().parts.engine) as connection:
        current = releases_of(connection, found.id, ("current",))
    return _about(found, current[0] if current else None)


@routes.route("/<name>/dictionary", ColumnShape(many=True), problems=(404,))
@openly
def dictionary(name: str) -> list[dict[str, str | bool]]:
    """What each column means."""
    return [row.as_dict() for row in rows(shown_here(visible(name), here().parts))]


@routes.route("/<name>/releases", ReleaseLineShape(many=True), problems=(404,))
@openly
def releases(name: str) -> list[dict[str, Any]]:
    """Releases, newest first."""
    found = visible(name)
    with reading(here().parts.engine) as connection:
        return [_release(one, found) for one in releases_of(connection, found.id, SHOWN)]


@routes.route("/<name>/releases/<int:version>", ReleaseShape, problems=(404, 410))
@openly
def release(name: str, version: int) -> dict[str, Any]:
    """One release with its files and digests."""
    found = visible(name)
    return _release(_shown(found, version), found)


@routes.route(
    "/<name>/releases/<int:version>/files/<file>",
    media="application/octet-stream",
    problems=(304, 404, 410, 416),
)
@openly
def file(name: str, version: int, file: str) -> Response:
    """A file, whole or a range of it; its entity tag is its SHA-256."""
    found = visible(name)
    who: Standing = g.get("standing", PUBLIC)
    purpose = FOR_EVERYONE if found.is_open else stated_purpose()
    verdict = demanded(who, Action.DOWNLOAD, subject_of(found), purpose)
    if not found.is_open:
        # A file cannot be cut to a verdict's rows and columns, nor was it marked for whoever asks.
        raise Refused("refused", "Shared data is answered by /records, cut and marked for each recipient.")
    sealed = _shown(found, version)
    resource = next((one for one in sealed.release.resources if one.name == file), None)
    path = here().parts.releases / found.id / str(version) / file
    if resource is None or not path.is_file():
        raise Refused("not-found", "The release has no such file.")
    answer = _sent(path, resource, current=sealed.state == "current")
    if _begins(answer):
        here().recorder.record(_use(who, sealed, resource, verdict.clause))
        here().metrics.delivered(found.id, resource.rows or 0)
    return answer


def visible(name: str) -> Dataset:
    """A dataset that the caller may know of: what agencies share among themselves is not told to strangers."""
    found = here().datasets.get(name)
    if found is None or not (shown_on_portal(found) or g.get("standing", PUBLIC) is not PUBLIC):
        raise Refused("not-found", "There is no such dataset.")
    return found


def _shown(found: Dataset, version: int) -> Sealed:
    with reading(here().parts.engine) as connection:
        sealed = find_release(connection, found.id, version) if version < 2**31 else None
    if sealed is not None and sealed.state == "withdrawn":
        raise Refused("gone", "The release was withdrawn.")
    if sealed is None or sealed.state not in SHOWN:
        raise Refused("not-found", "There is no such release.")
    return sealed


def _sent(path: Any, resource: Resource, *, current: bool) -> Response:
    answer = send_file(
        path,
        mimetype=resource.media_type,
        as_attachment=True,
        download_name=resource.name,
        conditional=True,
        etag=resource.sha256,
        max_age=300 if current else 86_400,
    )
    answer.headers["Repr-Digest"] = f"sha-256=:{_base64(resource.sha256)}:"
    return answer


def _begins(answer: Response) -> bool:
    """Whether a delivery begins: whole files and first parts, not questions about it nor its later parts."""
    if request.method != "GET" or answer.status_code not in {200, 206}:
        return False
    start = answer.content_range.start if answer.status_code == 206 else 0
    return not start


def _use(who: Standing, sealed: Sealed, resource: Resource, clause: str) -> Use:
    return Use(
        at=here().now(),
        party=who.party.id if who.party else "",
        actor=who.actor,
        grant="",
        action=Action.DOWNLOAD,
        dataset=sealed.release.dataset,
        version=sealed.release.version,
        clause=clause,
        rows=resource.rows or 0,
        bytes=resource.size,
        mark=sealed.release.mark,
        peer=peer_hash(),
    )


def _about(one: Dataset, current: Sealed | None) -> dict[str, Any]:
    conditions = {"conditions": {"zh": one.conditions_zh, "en": one.conditions_en}} if one.conditions_zh else {}
    return {
        "id": one.id,
        "title": {"zh": one.zh, "en": one.en},
        "description": {"zh": one.description_zh, "en": one.description_en},
        "audience": one.audience,
        "standard": one.standard.no,
        "basis": one.basis,
        "licence": one.licence,
        "frequency": one.frequency,
        "formats": one.formats,
        "publisher": one.publisher,
        "current_version": current.release.version if current else None,
        "as_of": current.release.as_of.isoformat() if current else None,
        **conditions,
    }


def _release(sealed: Sealed, found: Dataset) -> dict[str, Any]:
    made = sealed.release
    base = f"/api/v1/datasets/{made.dataset}/releases/{made.version}/files/"
    return {
        "dataset": made.dataset,
        "version": made.version,
        "state": sealed.state,
        "as_of": made.as_of.isoformat(),
        "sealed_at": sealed.sealed_at,
        "rows": made.rows,
        "changes": made.changes,
        "quality": dict(made.quality),
        "held_back": dict(made.held_back),
        "content": made.provenance.content,
        "entry": sealed.leaf,
        "files": [{**asdict(one), **({"url": base + one.name} if found.is_open else {})} for one in made.resources],
    }


def _base64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode()
