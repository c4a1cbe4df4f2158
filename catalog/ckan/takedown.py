"""Taking versions off CKAN for good, in the order that leaves nothing behind, and proving that they are gone.

``dataset_purge`` alone leaves files and tables, ``resource_delete`` leaves the file. So: hide, drop the table, clear
the files, remove the resources, purge; then ask for every address as a stranger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from catalog.ckan import package as describing
from catalog.ckan.amend import Facts, amend, find_resource, resource_facts
from catalog.ckan.aside import forget
from catalog.ckan.client import Client
from catalog.ckan.record import Record, extras_of, record_of
from catalog.ckan.resources import PENDING, ours
from catalog.ckan.table import drop
from catalog.model import Dataset
from catalog.portal import Absence

NOWHERE = "https://withdrawn.invalid/"


def hidden_name(dataset_id: str) -> str:
    """What a dataset is called from the moment it is hidden until it is purged."""
    return f"{dataset_id[:80]}--withdrawn"


def addresses(resources: Iterable[Mapping[str, Any]], name: str) -> dict[int, tuple[str, ...]]:
    """Every address below which a version's files and tables could be found, by version."""
    found: dict[int, list[str]] = {}
    for one in resources:
        id_ = one["id"]
        found.setdefault(int(one["hub_version"]), []).extend(
            (
                f"dataset/{name}/resource/{id_}",
                f"dataset/{name}/resource/{id_}/download/{one['hub_file']}",
                f"datastore/dump/{id_}?format=csv",
                f"api/3/action/resource_show?id={id_}",
                f"api/3/action/datastore_search?resource_id={id_}&limit=0",
            )
        )
    return {version: tuple(sorted(places)) for version, places in found.items()}


def remove_resources(client: Client, package: Mapping[str, Any], resources: Iterable[Mapping[str, Any]]) -> None:
    """Tables, then all files in one call, then all entries in one; each step may find its work done already."""
    taken = list(resources)
    ids = [str(one["id"]) for one in taken]
    for id_ in ids:
        drop(client, id_)
    for id_ in {str(one[PENDING]) for one in taken if one.get(PENDING)} - {*ids}:
        forget(client, str(package["owner_org"]), id_)
    amend(client, str(package["id"]), lambda found: _cleared(found, ids))
    amend(client, str(package["id"]), lambda found: _struck(found, ids))


def _cleared(package: Facts, ids: Iterable[str]) -> Facts | None:
    """The request that removes the files from CKAN's storage; entries keep pointing nowhere until they go."""
    gone = {"clear_upload": True, "url": NOWHERE, "url_type": ""}
    here = [one for one in (find_resource(package, id_) for id_ in ids) if one and one.get("url_type") == "upload"]
    return {key: value for one in here for key, value in resource_facts(one["id"], gone).items()} or None


def _struck(package: Facts, ids: Iterable[str]) -> Facts | None:
    here = [f"-resources__{id_}" for id_ in ids if find_resource(package, id_)]
    return {"filter": here} if here else None


def remove_dataset(client: Client, dataset: Dataset, record: Record, reason: str) -> None:
    """Hide the dataset under another name, put its tombstone in its place, then empty and purge what was hidden.

    The tombstone is there before anything is deleted and tells what is still to be done, so that a killed withdrawal
    goes on where it stopped and no version comes back.
    """
    hidden = hidden_name(dataset.id)
    package = client.find("package_show", {"id": dataset.id})
    if package is not None and describing.GONE not in extras_of(package):
        if _is_tombstone(package, record):
            return
        hide = {"id": package["id"], "name": hidden, "private": True}
        client.taken_away("package_patch", hide, lambda: _is_missing(client, dataset.id))
        package = None
    if package is None:
        stone = describing.tombstone(dataset, record, reason, hidden)
        client.settled(
            lambda: client.call("package_create", stone), lambda: client.find("package_show", {"id": dataset.id})
        )
    old = client.find("package_show", {"id": hidden})
    if old is not None:
        remove_resources(client, old, old.get("resources", ()))
        client.taken_away("dataset_purge", {"id": old["id"]}, lambda: _is_missing(client, hidden))
    amend(client, dataset.id, _settled)


def _is_tombstone(package: Facts, record: Record) -> bool:
    present = record_of(package)
    return not present.version and not ours(package) and present.withdrawn == record.withdrawn


def _settled(package: Facts) -> Facts | None:
    extras = [one for one in package.get("extras", ()) if one["key"] != describing.GONE]
    if len(extras) == len(package.get("extras", ())):
        return None
    return {"filter": ["-extras"], "update": {"extras": extras}}


def _is_missing(client: Client, name: str) -> bool | None:
    return True if client.find("package_show", {"id": name}) is None else None


def prove(reader: Client, record: Record, versions: Iterable[int]) -> Absence:
    """Ask for every address of these versions as an anonymous reader."""
    asked = sorted({place for version in versions for place in record.withdrawn.get(version, ())})
    there = [place for place in asked if reader.download(place, lambda _: True)]
    return Absence(len(asked) + 1, tuple(there))


def withdrawn_record(package: Facts | None, name: str, versions: Iterable[int]) -> Record:
    """The record as it shall be after these versions are gone, with the addresses they had."""
    resources = [one for one in (package or {}).get("resources", ()) if one.get("hub_version")]
    known = addresses(resources, name)
    return record_of(package).without({version: known.get(version, ()) for version in versions})
