"""The catalogue for harvesters: one CKAN dataset whose files describe all others and keep their addresses for ever.

``entries.json`` is what the other files are made from: the public part of every declaration and its releases, so
that any hub can renew the description after any change, and none needs to remember anything.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from catalog.ckan import package as describing
from catalog.ckan.amend import Facts, find_resource, match_of
from catalog.ckan.client import Changed, Client, Uncertain, Upload
from catalog.ckan.names import group_name, organisation_name, resource_id
from catalog.ckan.resources import ALGORITHM
from catalog.ckan.staging import ensure
from catalog.errors import Busy
from catalog.folder.entry import Entry, from_json, to_json
from catalog.folder.feed import feed
from catalog.model import Dataset
from catalog.portal import Edition

Describe = Callable[[Sequence[Edition], str], Mapping[str, bytes]]
"""Descriptions of the whole catalogue by file name, given what is shown and CKAN's root."""

NAME = "hub-catalogue"
ENTRIES = "entries.json"
FEED = "feed.xml"
_TYPES = {
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".json": "application/json",
    ".xml": "application/atom+xml",
}
_TRIES = 6


def renew(client: Client, dataset: Dataset, entry: Entry | None, describe: Describe) -> None:
    """Put one dataset's entry in its place (None: take it out) and renew every file, in one call."""
    for _ in range(_TRIES):
        package = ensure(client, "package", _facts(dataset))
        try:
            entries = _entries(client, package)
            entries.pop(dataset.id, None)
            if entry is not None:
                entries[dataset.id] = to_json(entry).decode()
            files = _files(client, entries, describe)
            if _are_current(package, files):
                return
            _send(client, package, files)
        except (Changed, Uncertain):
            client.rest()
        else:
            return
    raise Busy(
        "The description of the catalogue could not be renewed.",
        left="The release itself is current.",
        todo="Run it again.",
    )


def _facts(dataset: Dataset) -> Facts:
    return {
        "name": NAME,
        "title": "数据目录（机器可读） Catalogue (DCAT-AP)",
        "notes": "全部数据集的 DCAT-AP 3.0.1 描述与发布订阅（Atom）。\n\n"
        "DCAT-AP 3.0.1 of all datasets, and a feed of releases (Atom).",
        "owner_org": organisation_name(dataset.publisher.uscc),
        "groups": [{"name": group_name(dataset.domain)}],
        "license_id": "cc-zero",
        "author": dataset.publisher.zh,
        "tags": [{"name": tag} for tag in ("DCAT-AP", "Atom", "目录")],
        "extras": [{"key": describing.CATALOGUE, "value": "yes"}],
    }


def _entries(client: Client, package: Facts) -> dict[str, str]:
    place = address(ENTRIES)
    if find_resource(package, _id(ENTRIES)) is None:
        return {}
    text = client.download(place, b"".join)
    if text is None:
        # Without the others' entries the catalogue would be written as if there were none.
        raise Uncertain
    return {str(key): json.dumps(value, ensure_ascii=False) for key, value in json.loads(text).items()}


def _files(client: Client, entries: Mapping[str, str], describe: Describe) -> dict[str, bytes]:
    known = [from_json(entries[key]) for key in sorted(entries)]
    editions = [Edition(one.dataset, one.current, Path(), one.earlier, "") for one in known if one.current]
    whole = {key: json.loads(entries[key]) for key in sorted(entries)}
    return {
        **describe(editions, client.url),
        FEED: feed(
            known, client.url, lambda dataset_id: f"{client.url}dataset/{dataset_id}", (address(FEED), "dataset/")
        ),
        ENTRIES: json.dumps(whole, ensure_ascii=False, sort_keys=True).encode(),
    }


def _are_current(package: Facts, files: Mapping[str, bytes]) -> bool:
    shown = {str(one["id"]): one.get("hash") for one in package.get("resources", ())}
    return all(shown.get(_id(name)) == hashlib.sha256(body).hexdigest() for name, body in files.items())


def _send(client: Client, package: Facts, files: Mapping[str, bytes]) -> None:
    present = {str(one["id"]) for one in package.get("resources", ())}
    form = {"match": json.dumps(match_of(package))}
    new = []
    with tempfile.TemporaryDirectory(prefix="hub-catalogue-") as folder:
        uploads = []
        for name, body in files.items():
            path = Path(folder) / name
            path.write_bytes(body)
            facts = _resource(name, body)
            if facts["id"] in present:
                form[f"update__resources__{facts['id']}"] = json.dumps(facts, ensure_ascii=False)
            else:
                new.append(facts)
            uploads.append(Upload(f"update__resources__{facts['id']}__upload", name, path, str(facts["mimetype"])))
        if new:
            form["update__resources__extend"] = json.dumps(new, ensure_ascii=False)
        client.send("package_revise", form, uploads)


def _resource(name: str, body: bytes) -> Facts:
    kind = _TYPES.get(Path(name).suffix, "application/octet-stream")
    return {
        "id": _id(name),
        "name": name,
        "url": name,
        "url_type": "upload",
        "format": Path(name).suffix[1:].upper(),
        "mimetype": kind,
        "size": len(body),
        "hash": hashlib.sha256(body).hexdigest(),
        "hash_algorithm": ALGORITHM,
    }


def _id(name: str) -> str:
    return resource_id(NAME, 0, name)


def address(name: str) -> str:
    """Where a file of the catalogue is found below CKAN's root, for ever."""
    return f"dataset/{NAME}/resource/{_id(name)}/download/{name}"
