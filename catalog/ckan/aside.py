"""A table that arrives in pieces grows where nobody looks, and is shown when it is whole.

CKAN hides datasets, not single tables. So the table grows below a private dataset of its own, which is purged when
all rows are there: CKAN leaves the table then (elsewhere a trap, see docs/ckan.md), and the file of the same id that
is added to the shown dataset takes it over, whole. Other files of the release name the table as long as it is coming,
so that a withdrawal finds it wherever a killed process left it. One of those files also carries the lease: the room is
gone before the table is shown, and nobody else may take the table for an abandoned one in between.
"""

from __future__ import annotations

from typing import Any

from catalog.ckan import staging, table
from catalog.ckan.amend import Facts, amend, find_resource
from catalog.ckan.client import AS_BEFORE, Client
from catalog.ckan.lease import Lease
from catalog.ckan.names import organisation_name
from catalog.ckan.resources import LOADED, PENDING, Planned, planned
from catalog.ckan.rows import table_fields
from catalog.errors import PortalError
from catalog.portal import Edition

NOWHERE = "https://loading.invalid/"


def room_name(table_id: str) -> str:
    """The private dataset below which this table grows."""
    return f"loading-{table_id}"


def pending(edition: Edition, coming: Planned, claim: Facts) -> dict[str, Facts]:
    """What the other files say of the table that is coming; the one that carries the lease has the claim as well."""
    others = [one.id for one in planned(edition) if one.id != coming.id]
    return {id_: {PENDING: coming.id, **(claim if id_ == others[0] else {})} for id_ in others}


def carrier(edition: Edition, coming: Planned) -> str:
    """The id of the file that carries the lease on a table that is coming."""
    for one in planned(edition):
        if one.id != coming.id:
            return one.id
    raise PortalError(
        f"{edition.release.name} has one file only, so nothing on CKAN could say that its table is coming.",
        left=AS_BEFORE,
        todo="Publish it with its description, or give HUB_CKAN_DATASTORE_URL so that the table is loaded at once.",
    )


def bring(client: Client, edition: Edition, coming: Planned, lease: Lease) -> None:
    """Let the table grow under the lease, then show it with its file."""
    package = lease.take()
    present = find_resource(package, coming.id)
    if present is not None and str(table.count(client, coming.id)) != present.get("hub_rows"):
        table.drop(client, coming.id)
        package = amend(client, edition.dataset.id, lambda found: _struck(found, coming.id))
        present = None
    if present is None:
        rows = _grown(client, edition, coming, lease)
        lease.hold()
        _clear(client, coming.id)
        facts = {"hub_table": LOADED, "hub_rows": str(rows)}
        staging.send_files(client, edition, package, {coming.id: facts})
    staging.ensure_view(client, coming.id)
    table.adopt(client, coming.id, table_fields(edition))
    lease.give_back({})


def reclaim(client: Client, table_id: str, lease: Lease, package: Facts) -> None:
    """Remove the room that an earlier attempt left; ``Busy`` while somebody still lets the table grow in it."""
    if client.find("package_show", {"id": room_name(table_id)}) is not None:
        if find_resource(package, lease.resource) is not None:
            lease.take()
        _clear(client, table_id)


def forget(client: Client, owner: str, table_id: str) -> None:
    """Remove a table wherever it was left. CKAN deletes tables of resources only, so one may be made for it again."""
    if table.count(client, table_id) is None:
        _clear(client, table_id)
        return
    if client.find("resource_show", {"id": table_id}) is None:
        staging.ensure(client, "package", _room(table_id, owner))
    table.drop(client, table_id)
    _clear(client, table_id)


def _clear(client: Client, table_id: str) -> None:
    """Remove the room; a table that grew in it stays."""
    name = room_name(table_id)
    room = client.find("package_show", {"id": name})
    if room is None:
        return

    def look() -> bool | None:
        return True if client.find("package_show", {"id": name}) is None else None

    client.taken_away("dataset_purge", {"id": room["id"]}, look)


def _grown(client: Client, edition: Edition, coming: Planned, lease: Lease) -> int:
    owner = organisation_name(edition.dataset.publisher.uscc)
    staging.ensure(client, "package", _room(coming.id, owner))
    return table.insert(client, edition, coming.id, lease.keeper())


def _room(table_id: str, owner: str) -> dict[str, Any]:
    file = {"id": table_id, "name": "table", "url": NOWHERE}
    name = room_name(table_id)
    return {"name": name, "title": name, "private": True, "owner_org": owner, "resources": [file]}


def _struck(package: Facts, resource_id: str) -> Facts | None:
    return {"filter": [f"-resources__{resource_id}"]} if find_resource(package, resource_id) else None
