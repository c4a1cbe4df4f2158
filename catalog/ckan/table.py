"""Loading a release's rows into the DataStore table of a resource that nobody is pointed to yet.

A small table is made by one call, which CKAN does in one transaction: it is there whole or not at all. Larger ones
go by COPY in one transaction where the operator gives the DataStore's address, else in pieces, counted after each.
A table counts as loaded only once its resource says so; anything else is thrown away and begun anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

import pyarrow as pa

from catalog.ckan.amend import find_resource
from catalog.ckan.client import AS_BEFORE, Client, Missing
from catalog.ckan.copying import copy_table
from catalog.ckan.lease import Lease
from catalog.ckan.resources import LOADED, planned
from catalog.ckan.rows import records, row_batches, table_fields
from catalog.ckan.staging import ensure_view
from catalog.errors import PortalError
from catalog.portal import Edition

Facts = dict[str, Any]

ONE_CALL_ROWS = 10_000
CALL_ROWS = 5_000
_BY = {"force": True, "calculate_record_count": False}


def load(client: Client, edition: Edition, lease: Lease, package: Facts, address: str = "") -> None:
    """Fill the table of the leased resource unless it is filled; ``address`` is the DataStore's own, if known."""
    resource = find_resource(package, lease.resource) or {}
    if resource.get("hub_table") == LOADED and count(client, lease.resource) is not None:
        return
    lease.take(package)
    fields = table_fields(edition)
    if address:
        rows = copy_table(edition, lease.resource, fields, address)
        client.settled(lambda: _adopt(client, lease.resource, fields), lambda: _active(client, lease.resource))
    else:
        drop(client, lease.resource)
        rows = _insert(client, edition, lease, fields)
    if count(client, lease.resource) != rows:
        drop(client, lease.resource)
        raise PortalError(
            f"{edition.release.name}: the table does not hold the rows that were sent.",
            left=f"The table was removed. {AS_BEFORE}",
            todo="Run the same command again.",
        )
    ensure_view(client, lease.resource)
    lease.give_back({"hub_table": LOADED, "hub_rows": str(rows)})


def demand_fields(edition: Edition) -> None:
    """Refuse column names that the DataStore does not take before anything is sent."""
    if any(one.table for one in planned(edition)):
        table_fields(edition)


def count(client: Client, resource_id: str) -> int | None:
    """Rows in the table, or None when there is no table."""
    found = client.find("datastore_search", {"resource_id": resource_id, "limit": 0, "include_total": True})
    return int(found["total"]) if found else None


def drop(client: Client, resource_id: str) -> None:
    """Remove the table if there is one."""
    if count(client, resource_id) is None:
        return

    def act() -> bool:
        try:
            client.call("datastore_delete", {"resource_id": resource_id, "force": True})
        except Missing:
            return True
        return True

    client.settled(act, lambda: True if count(client, resource_id) is None else None)


def _adopt(client: Client, resource_id: str, fields: list[Facts]) -> bool:
    """Let CKAN know a table that COPY has made, and give it the data dictionary."""
    client.call("datastore_create", {"resource_id": resource_id, "fields": fields, **_BY})
    return True


def _active(client: Client, resource_id: str) -> bool | None:
    return bool(client.read("resource_show", {"id": resource_id}).get("datastore_active")) or None


def _insert(client: Client, edition: Edition, lease: Lease, fields: list[Facts]) -> int:
    batches = row_batches(edition, CALL_ROWS)
    first, rest = _first(batches)
    done = _create(client, lease.resource, fields, first)
    for batch in rest:
        lease.take()
        done = _append(client, lease.resource, records(batch), done)
    return done


def _first(batches: Iterator[pa.RecordBatch]) -> tuple[list[Facts], Iterator[pa.RecordBatch]]:
    """The records of the first call (all of them, if they are few) and the batches that remain."""
    taken: list[Facts] = []
    for batch in batches:
        if taken and len(taken) + batch.num_rows > ONE_CALL_ROWS:
            return taken, chain([batch], batches)
        taken += records(batch)
    return taken, iter(())


def _create(client: Client, resource_id: str, fields: list[Facts], first: list[Facts]) -> int:
    request = {"resource_id": resource_id, "fields": fields, "records": first, **_BY}

    def act() -> int:
        client.call("datastore_create", request)
        return len(first)

    return client.settled(act, lambda: _counted(client, resource_id, len(first)))


def _append(client: Client, resource_id: str, more: list[Facts], before: int) -> int:
    after = before + len(more)
    request = {"resource_id": resource_id, "method": "insert", "records": more, **_BY}

    def act() -> int:
        client.call("datastore_upsert", request)
        return after

    return client.settled(act, lambda: _counted(client, resource_id, after))


def _counted(client: Client, resource_id: str, expected: int) -> int | None:
    """Whether a broken-off call was done after all."""
    return expected if count(client, resource_id) == expected else None
