"""What is published: datasets, dictionaries, releases, and the files of open ones with ranges and entity tags."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response, g

from agreements.model import PUBLIC, Action, Standing
from agreements.subject import subject_of
from catalog.derive.dictionary import rows
from catalog.model import Dataset
from catalog.release import Resource
from hub.api.data import files
from hub.api.guard.asking import FOR_EVERYONE, demanded, stated_purpose
from hub.api.guard.doors import openly
from hub.api.process.context import here
from hub.api.shapes.common import (
    ColumnShape,
    DatasetShape,
    DownloadQuery,
    DownloadShape,
    ReleaseLineShape,
    ReleaseShape,
)
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.db.engine import reading
from hub.marking.copies import shown_here
from hub.marking.downloads import files_of, is_marked
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
    return _release(sealed_of(found, version), found)


@routes.route(
    "/<name>/releases/<int:version>/files/<file>",
    query=DownloadQuery,
    media="application/octet-stream",
    problems=(304, 404, 410, 412, 416),
)
@openly
def file(query: dict[str, str], name: str, version: int, file: str) -> Response:
    """A file, whole or a range of it; data comes as a copy marked for the caller's download.

    Its entity tag is the SHA-256 of the copy, and Content-Location leads back to the same copy.
    """
    found = visible(name)
    who: Standing = g.get("standing", PUBLIC)
    purpose = FOR_EVERYONE if found.is_open else stated_purpose()
    verdict = demanded(who, Action.DOWNLOAD, subject_of(found), purpose)
    if not found.is_open:
        # A file cannot be cut to a verdict's rows and columns, nor was it marked for whoever asks.
        raise Refused("refused", "Shared data is answered by /records, cut and marked for each recipient.")
    return files.answer(found, sealed_of(found, version), file, who, verdict.clause, query["download"])


@routes.route("/<name>/releases/<int:version>/downloads/<download>", DownloadShape(many=True), problems=(404, 410))
@openly
def taken(name: str, version: int, download: str) -> list[dict[str, Any]]:
    """What a download was given, by format: hashes, and the ledger's entry that was there before the copy."""
    found = visible(name)
    copies = files_of(found.id, sealed_of(found, version).release.version, download, here().parts)
    if not copies:
        raise Refused("not-found", "There is no such download.")
    return [
        {"copy": one.copy.number, "entry": one.leaf, "output": one.output, "facts": one.facts, "files": held}
        for one, held in copies
    ]


def visible(name: str) -> Dataset:
    """A dataset that the caller may know of: what agencies share among themselves is not told to strangers."""
    found = here().datasets.get(name)
    if found is None or not (shown_on_portal(found) or g.get("standing", PUBLIC) is not PUBLIC):
        raise Refused("not-found", "There is no such dataset.")
    return found


def sealed_of(found: Dataset, version: int) -> Sealed:
    """A release that readers have or had. Refused when there is none, or it was withdrawn."""
    with reading(here().parts.engine) as connection:
        sealed = find_release(connection, found.id, version) if version < 2**31 else None
    if sealed is not None and sealed.state == "withdrawn":
        raise Refused("gone", "The release was withdrawn.")
    if sealed is None or sealed.state not in SHOWN:
        raise Refused("not-found", "There is no such release.")
    return sealed


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
        "files": [{**asdict(one), **(_taken(one, base) if found.is_open else {})} for one in made.resources],
    }


def _taken(resource: Resource, base: str) -> dict[str, Any]:
    """Where a file is had, and whether each download of it is another copy with a hash of its own."""
    return {"url": base + resource.name, "marked_per_download": is_marked(resource)}
