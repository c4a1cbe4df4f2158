"""The files of a release as CKAN resources, whose ids follow from dataset, version and file name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.ckan.names import resource_id
from catalog.ckan.record import release_digest
from catalog.folder.words import in_china, label
from catalog.formats.table import FORMATS
from catalog.portal import Edition
from catalog.release import Resource, Role

Facts = dict[str, Any]

STAGED, CURRENT, SUPERSEDED = "staged", "current", "superseded"
ALGORITHM = "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"
LOADED = "loaded"
PENDING = "hub_pending"
"""The id of a table that is on its way, told by the other files of its release."""
_STATES = {STAGED: "核验中 being checked", CURRENT: "当前 current", SUPERSEDED: "历史 superseded"}


@dataclass(frozen=True, slots=True)
class Planned:
    """One file that the portal shall show: its id in CKAN and the facts CKAN keeps with it."""

    id: str
    file: Resource
    table: bool


def planned(edition: Edition) -> tuple[Planned, ...]:
    """The files in the order of the release; ``table`` marks the one whose rows go to the DataStore."""
    release = edition.release
    if not edition.dataset.is_open:
        return ()
    table = _table_file(release.resources)
    return tuple(
        Planned(resource_id(release.dataset, release.version, file.name), file, file is table)
        for file in release.resources
    )


def table_parts(edition: Edition) -> tuple[Resource, ...]:
    """The files that hold the rows for the DataStore: Parquet keeps types, CSV is what is always there."""
    data = [file for file in edition.release.resources if file.role is Role.DATA]
    for form in ("parquet", "csv"):
        parts = sorted((file for file in data if file.format == form), key=lambda file: file.part)
        if parts:
            return tuple(parts)
    return ()


def facts_of(edition: Edition, one: Planned, state: str) -> Facts:
    """What CKAN keeps with the file. The hash is the release's own; CKAN never computes one."""
    file, release = one.file, edition.release
    form = FORMATS.get(file.format)
    rows = f" · {file.rows} 行 rows" if file.rows is not None else ""
    part = f" · {file.part}" if file.part > 1 else ""
    return {
        "id": one.id,
        "name": f"{file.name} · v{release.version}{part}（{_STATES[state]}）",
        "description": f"{label('role', file.role.value, 'zh')} {label('role', file.role.value, 'en')}{rows}",
        "format": file.format.upper(),
        "mimetype": form.registered if form else file.media_type,
        "size": file.size,
        "hash": file.sha256,
        "hash_algorithm": ALGORITHM,
        "issued": in_china(release.as_of).isoformat(),
        "hub_file": file.name,
        "hub_role": file.role.value,
        "hub_version": str(release.version),
        "hub_release": release_digest(release),
        "hub_state": state,
    }


def ours(package: Mapping[str, Any] | None) -> dict[str, Facts]:
    """The hub's own resources of a CKAN dataset by id."""
    found = package.get("resources", ()) if package else ()
    return {str(one["id"]): one for one in found if one.get("hub_version")}


def arranged(edition: Edition, package: Mapping[str, Any]) -> list[Facts]:
    """All resources as they shall be after the switch: this release first, then foreign ones, then older versions."""
    wanted = {one.id: facts_of(edition, one, CURRENT) for one in planned(edition)}
    known = {str(one["id"]): one for one in package.get("resources", ())}
    first = [{**known[key], **facts} for key, facts in wanted.items() if key in known]
    others = [one for key, one in known.items() if key not in wanted]
    foreign = [one for one in others if not one.get("hub_version")]
    older = [superseded(one, edition.release.version) for one in others if one.get("hub_version")]
    return [*first, *foreign, *sorted(older, key=lambda one: -int(one["hub_version"]))]


def superseded(one: Mapping[str, Any], current: int) -> Facts:
    """A file of another version, marked as older, or as not yet (or no longer) shown where its number is higher."""
    state = STAGED if int(one["hub_version"]) > current else SUPERSEDED
    return {**one, "hub_state": state, "name": f"{one['hub_file']} · v{one['hub_version']}（{_STATES[state]}）"}


def version_of(resources: Iterable[Mapping[str, Any]], version: int) -> list[Mapping[str, Any]]:
    """The resources of one version."""
    return [one for one in resources if one.get("hub_version") == str(version)]


def _table_file(files: Sequence[Resource]) -> Resource | None:
    data = [file for file in files if file.role is Role.DATA and file.part == 1]
    return next((file for form in ("csv", "parquet") for file in data if file.format == form), None)
