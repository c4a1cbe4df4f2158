"""Loading a release's rows into the DataStore table of a resource that nobody is pointed to yet.

No reader ever meets a part of a table. A small one is made by one call, which CKAN does in one transaction; a very
large one by COPY in one transaction, where the operator gives the DataStore's address; the others grow where nobody
looks (``catalog.ckan.aside``). A table counts as loaded only once its resource says so; anything else is thrown away
and begun anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from catalog.ckan import inserting
from catalog.ckan.amend import find_resource
from catalog.ckan.client import AS_BEFORE, PAUSES, Client
from catalog.ckan.copying import copy_table
from catalog.ckan.inserting import BY, Miscounted, fill
from catalog.ckan.lease import Lease
from catalog.ckan.resources import LOADED, planned, table_parts
from catalog.ckan.rows import table_fields
from catalog.ckan.staging import ensure_view
from catalog.errors import PortalError
from catalog.portal import Edition

Facts = dict[str, Any]

COPY_ROWS = 100_000
"""From so many rows on COPY is worth its hold on the database; below that the API is fast enough."""


@dataclass(frozen=True, slots=True)
class Store:
    """The DataStore's own address for COPY, or "", and from how many rows on it is used."""

    address: str = ""
    copy_rows: int = COPY_ROWS


class Way(Enum):
    """How rows come into the DataStore."""

    ONE_CALL = "one call"
    PIECES = "pieces"
    COPY = "copy"


def way(edition: Edition, store: Store) -> Way:
    """How this edition's rows come into the DataStore."""
    rows = sum(file.rows or 0 for file in table_parts(edition))
    if store.address and rows >= store.copy_rows:
        return Way.COPY
    return Way.ONE_CALL if rows <= inserting.ONE_CALL_ROWS else Way.PIECES


def is_loaded(client: Client, resource: Facts) -> bool:
    """Whether the resource says that its table is whole, CKAN knows of the table, and it is there."""
    said = resource.get("hub_table") == LOADED and resource.get("datastore_active")
    return bool(said) and count(client, str(resource["id"])) is not None


def load(client: Client, edition: Edition, lease: Lease, package: Facts, store: Store) -> None:
    """Fill the table of the leased resource in one transaction, unless another process did so meanwhile."""
    package = lease.take(package)
    if is_loaded(client, find_resource(package, lease.resource) or {}):
        lease.give_back({})
        return
    fields = table_fields(edition)
    if way(edition, store) is Way.COPY:
        rows = copy_table(edition, lease.resource, fields, store.address)
        adopt(client, lease.resource, fields)
        if count(client, lease.resource) != rows:
            raise _refused(client, edition, lease.resource)
    else:
        rows = insert(client, edition, lease.resource, lease.keeper())
    ensure_view(client, lease.resource)
    lease.give_back({"hub_table": LOADED, "hub_rows": str(rows)})


def demand_fields(edition: Edition) -> None:
    """Refuse column names that the DataStore does not take before anything is sent."""
    if any(one.table for one in planned(edition)):
        table_fields(edition)


def insert(client: Client, edition: Edition, resource_id: str, keep: Callable[[], None]) -> int:
    """All rows of the edition in a new table; how many they are.

    A worker that dies may have handed its rows to PostgreSQL, which keeps them a moment after they were looked for and
    sent once more. Such a table is thrown away and begun anew. ``keep`` is called now and then, to hold a lease.
    """
    for _ in PAUSES:
        drop(client, resource_id)
        try:
            return fill(client, edition, resource_id, table_fields(edition), lambda: count(client, resource_id), keep)
        except Miscounted:
            client.rest()
            keep()
    raise _refused(client, edition, resource_id)


def _refused(client: Client, edition: Edition, resource_id: str) -> PortalError:
    drop(client, resource_id)
    return PortalError(
        f"{edition.release.name}: the table does not hold the rows that were sent.",
        left=f"The table was removed. {AS_BEFORE}",
        todo="Run the same command again.",
    )


def count(client: Client, resource_id: str) -> int | None:
    """Rows in the table, or None when there is no table."""
    found = client.find("datastore_search", {"resource_id": resource_id, "limit": 0, "include_total": True})
    return int(found["total"]) if found else None


def drop(client: Client, resource_id: str) -> None:
    """Remove the table if there is one."""
    if count(client, resource_id) is None:
        return

    request = {"resource_id": resource_id, "force": True}
    client.taken_away("datastore_delete", request, lambda: True if count(client, resource_id) is None else None)


def adopt(client: Client, resource_id: str, fields: list[Facts]) -> None:
    """Let CKAN know a table that is there, and give it the data dictionary."""
    request = {"resource_id": resource_id, "fields": fields, **BY}

    def look() -> bool | None:
        return bool(client.read("resource_show", {"id": resource_id}).get("datastore_active")) or None

    client.settled(lambda: bool(client.call("datastore_create", request)) or True, look)
