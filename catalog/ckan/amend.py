"""Changes to a CKAN dataset that lose nobody's edits: read, change what is ours, write only if nobody wrote meanwhile.

``package_revise`` with ``match`` compares and writes under one lock. Reading again after a broken-off call shows
whether it was done, because a change that finds everything in place asks for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from catalog.ckan.client import AS_BEFORE, Changed, Client, Uncertain, unreachable
from catalog.errors import Busy

Facts = dict[str, Any]
Change = Callable[[Facts], Facts | None]
"""What ``package_revise`` shall do besides matching, given the dataset as it is; None when nothing is left to do."""

ATTEMPTS = 6


def amend(client: Client, name: str, change: Change) -> Facts:
    """Bring the dataset to where ``change`` finds nothing to do; the dataset as it then is. ``Missing`` if gone."""
    failed = False
    for _ in range(ATTEMPTS):
        package: Facts = client.read("package_show", {"id": name})
        request = change(package)
        if request is None:
            return package
        try:
            return written(client.call("package_revise", {"match": match_of(package), **request}))
        except Changed:
            failed = False
        except Uncertain:
            failed = True
            client.rest()
    if failed:
        raise unreachable()
    raise Busy(f"Others keep changing dataset {name} on CKAN.", left=AS_BEFORE, todo="Run the same command again.")


def match_of(package: Mapping[str, Any]) -> Facts:
    """What must still hold when the change is written."""
    return {"id": package["id"], "metadata_modified": package["metadata_modified"]}


def written(answer: Mapping[str, Any]) -> Facts:
    """The dataset in the answer of ``package_revise``."""
    package: Facts = dict(answer["package"])
    return package


def resource_facts(resource_id: str, facts: Facts) -> Facts:
    """The request that sets facts of one resource."""
    return {f"update__resources__{resource_id}": facts}


def find_resource(package: Mapping[str, Any], resource_id: str) -> Facts | None:
    """The resource of this id in a dataset."""
    return next((dict(one) for one in package.get("resources", ()) if one["id"] == resource_id), None)
