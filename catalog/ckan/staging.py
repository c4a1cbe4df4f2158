"""Bringing a release's files and table to CKAN before anybody is pointed to them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from catalog.ckan import package as describing
from catalog.ckan.amend import Facts, amend, find_resource, match_of, resource_facts, written
from catalog.ckan.client import AS_BEFORE, Changed, Client, Uncertain, Upload
from catalog.ckan.record import Record, record_of, release_digest
from catalog.ckan.resources import STAGED, Planned, facts_of, ours, planned, version_of
from catalog.errors import Busy, PortalError
from catalog.files import sha256_of
from catalog.model import Dataset
from catalog.portal import Edition

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_TRIES = 4


def demand_whole(edition: Edition) -> None:
    """Refuse files that differ from the release before anything is sent, and names that CKAN would change."""
    for file in edition.release.resources:
        if not _NAME.fullmatch(file.name):
            raise PortalError(
                f"{edition.release.name} has a file name that CKAN would change.",
                todo="Use letters, digits, dots, - and _ only.",
            )
        path = edition.folder / file.name
        if not path.is_file() or path.stat().st_size != file.size or sha256_of(path) != file.sha256:
            raise PortalError(
                f"{file.name} of {edition.release.name} differs from its own checksum before it was sent.",
                todo="Pack the release again; the file changed or is damaged.",
            )


def demand_same(edition: Edition, present: Facts | None) -> None:
    """A version never changes: refuse another release under a version number that is taken."""
    version, digest = edition.release.version, release_digest(edition.release)
    taken = {one.get("hub_release") for one in version_of(ours(present).values(), version)}
    taken |= {record_of(present).versions.get(version, digest)}
    if taken - {digest}:
        raise PortalError(
            f"Another release is on the portal as {edition.release.name}.",
            left=AS_BEFORE,
            todo="Publish the new content under the next version number; versions never change.",
        )


def ensure_places(client: Client, dataset: Dataset, present: Facts | None) -> Facts:
    """The dataset, with its organisation and group, made where they are missing; a new dataset is private."""
    organisation, group = describing.organisation(dataset), describing.group(dataset)
    known = {one["name"] for one in (present or {}).get("groups", ())}
    known.add(((present or {}).get("organization") or {}).get("name"))
    for kind, facts in (("organization", organisation), ("group", group)):
        if facts["name"] not in known:
            ensure(client, kind, facts)
    return present or ensure(client, "package", describing.newborn(dataset, Record()))


def ensure(client: Client, kind: str, facts: Facts) -> Facts:
    """The organisation, group or dataset (``package``) of this name, made where there is none."""

    def look() -> Facts | None:
        found: Facts | None = client.find(f"{kind}_show", {"id": facts["name"]})
        return found

    return look() or client.settled(lambda: _created(client, kind, facts), look)


def _created(client: Client, kind: str, facts: Facts) -> Facts:
    """Somebody else may create the same at the same moment; then theirs is as good as ours."""
    try:
        made: Facts = client.call(f"{kind}_create", facts)
    except PortalError:
        found = client.find(f"{kind}_show", {"id": facts["name"]})
        if found is None:
            raise
        return dict(found)
    return made


def send_files(
    client: Client, edition: Edition, package: Facts, more: Mapping[str, Facts], later: Collection[str] = ()
) -> Facts:
    """All missing files but those that come ``later``, in one call: they appear together or not at all.

    ``more`` holds further facts by resource id, such as the lease on a table or what it holds already.
    """
    for attempt in range(_TRIES):
        if attempt:
            package = client.read("package_show", {"id": edition.dataset.id})
        wanted = [one for one in planned(edition) if one.id not in later]
        missing = [one for one in wanted if find_resource(package, one.id) is None]
        if not missing:
            return package
        new = [{**_new(edition, one), **more.get(one.id, {})} for one in missing]
        form = {
            "match": json.dumps(match_of(package)),
            "update__resources__extend": json.dumps(new, ensure_ascii=False),
        }
        uploads = [
            Upload(f"update__resources__{one.id}__upload", one.file.name, edition.folder / one.file.name, _type(one))
            for one in missing
        ]
        try:
            return written(client.send("package_revise", form, uploads))
        except (Changed, Uncertain):
            client.rest()
    raise Busy(
        f"The files of {edition.release.name} could not be brought to CKAN.",
        left=AS_BEFORE,
        todo="Run the same command again.",
    )


def mend_facts(client: Client, edition: Edition, package: Facts) -> Facts:
    """Set facts of our resources that others have overwritten, such as the hash (loaders put an MD5 there)."""
    if _mended(edition, package) is None:
        return package
    return amend(client, edition.dataset.id, lambda found: _mended(edition, found))


def _mended(edition: Edition, package: Facts) -> Facts | None:
    request: Facts = {}
    for one in planned(edition):
        resource = find_resource(package, one.id) or {}
        wanted = facts_of(edition, one, str(resource.get("hub_state") or STAGED))
        wrong = {key: value for key, value in wanted.items() if str(resource.get(key)) != str(value)}
        if resource and wrong:
            request |= resource_facts(one.id, wrong)
    return request or None


def ensure_view(client: Client, resource_id: str) -> None:
    """A preview of the table; ``package_revise`` makes none by itself."""

    def look() -> Any:
        return client.read("resource_view_list", {"id": resource_id}) or None

    facts = {"resource_id": resource_id, "title": "数据预览 Preview", "view_type": "datatables_view"}
    if look() is None:
        client.settled(lambda: [client.call("resource_view_create", facts)], look)


def _new(edition: Edition, one: Planned) -> Facts:
    return {**facts_of(edition, one, STAGED), "url": one.file.name, "url_type": "upload"}


def _type(one: Planned) -> str:
    return one.file.media_type or "application/octet-stream"
