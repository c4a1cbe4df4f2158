"""Reading a release back from CKAN, as a stranger does wherever a stranger may."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from catalog.ckan.amend import Facts, find_resource
from catalog.ckan.client import AS_BEFORE, Client
from catalog.ckan.resources import ALGORITHM, LOADED, Planned, planned
from catalog.ckan.rows import table_fields
from catalog.errors import PortalError
from catalog.portal import Edition


def check_files(reader: Client, edition: Edition, package: Facts) -> None:
    """Every file's bytes by SHA-256, and the facts CKAN tells of it."""
    wrong = []
    for one in planned(edition):
        resource = find_resource(package, one.id)
        holds = resource is not None and _facts_hold(one, resource)
        if not holds or reader.digest(address(edition, one)) != (one.file.size, one.file.sha256):
            wrong.append(one.file.name)
    if wrong:
        raise PortalError(
            f"{edition.release.name}: {len(wrong)} files do not read back as released, the first is {wrong[0]}.",
            left=AS_BEFORE,
            todo="Stage the release again; if it repeats, look at CKAN's storage.",
        )


def check_table(reader: Client, edition: Edition, package: Facts) -> None:
    """The rows by dump (CKAN's own total may be stale) and the data dictionary."""
    one = next((one for one in planned(edition) if one.table), None)
    if one is None:
        return
    resource = find_resource(package, one.id) or {}
    fields = reader.find("datastore_search", {"resource_id": one.id, "limit": 0})
    wanted = {field["id"]: (field["type"], field["info"]) for field in table_fields(edition)}
    found = {
        field["id"]: (_type(field["type"]), field.get("info"))
        for field in (fields or {}).get("fields", ())
        if field["id"] != "_id"
    }
    rows = dumped_rows(reader, one.id)
    if resource.get("hub_table") != LOADED or found != {key: (_type(t), i) for key, (t, i) in wanted.items()}:
        raise _differs(edition, "dictionary")
    if str(rows) != str(resource.get("hub_rows")):
        raise _differs(edition, "rows")


def dumped_rows(reader: Client, resource_id: str) -> int | None:
    """How many rows a dump of the table holds, or None when it is not shown."""
    return reader.download(f"datastore/dump/{resource_id}?format=csv", _rows)


def check_page(reader: Client, edition: Edition) -> None:
    """The dataset's page shows this version's content digest."""
    text = reader.download(f"dataset/{edition.dataset.id}", b"".join) or b""
    if edition.release.provenance.content.encode() not in text:
        raise PortalError(
            f"CKAN's page of {edition.dataset.id} does not name {edition.release.name}.",
            left="The new version is current.",
            todo="Check CKAN and its search index; then run the same command again.",
        )


def address(edition: Edition, one: Planned) -> str:
    """Where the file is downloaded, relative to CKAN's root; known before it is sent."""
    return f"dataset/{edition.dataset.id}/resource/{one.id}/download/{one.file.name}"


def _rows(pieces: Iterator[bytes]) -> int:
    lines = io.TextIOWrapper(io.BufferedReader(_Stream(pieces)), encoding="utf-8", newline="")
    return sum(1 for _ in csv.reader(lines)) - 1


def _facts_hold(one: Planned, resource: Facts) -> bool:
    return (
        resource.get("hash") == one.file.sha256
        and resource.get("hash_algorithm") == ALGORITHM
        and str(resource.get("size")) == str(one.file.size)
    )


_SAME = {"int8": "bigint", "bool": "boolean", "_text": "text[]", "timestamptz": "timestamp with time zone"}


def _type(name: str) -> str:
    return _SAME.get(name, name)


def _differs(edition: Edition, what: str) -> PortalError:
    return PortalError(
        f"{edition.release.name}: the table's {what} do not read back as released.",
        left=AS_BEFORE,
        todo="Stage the release again; its table is then loaded anew.",
    )


class _Stream(io.RawIOBase):
    """The pieces of a download as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
