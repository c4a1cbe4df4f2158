"""Small editions in several calls, for tests of the real CKAN; each test has a dataset named after itself."""

import re

import pytest

from catalog.ckan import client as ckan_client
from catalog.ckan import inserting
from catalog.ckan.resources import planned
from catalog.ckan.table import count
from tests.factories import a_dataset
from tests.plugins.ckan import emptied
from tests.unit.catalog.folder_factories import a_csv, an_edition

ROWS = 12


@pytest.fixture
def small_calls(monkeypatch):
    """Tables of a dozen rows then take several calls."""
    monkeypatch.setattr(inserting, "ONE_CALL_ROWS", 5)
    monkeypatch.setattr(inserting, "ROUND_ROWS", 5)


@pytest.fixture
def name(request, ckan):
    made = re.sub(r"[^a-z0-9]+", "-", request.node.name.removeprefix("test_"))[:60].strip("-")
    emptied(ckan, made)
    return made


def edition(folder, name, version=1, rows=ROWS, **more):
    lines = tuple((f"R-{version}-{number}", "山东青岛示例锅") for number in range(rows))
    files = {f"{name}.csv": a_csv(lines), "notes.txt": f"v{version}".encode()}
    dataset = more.pop("dataset", None) or a_dataset(id=name)
    return an_edition(folder, version, dataset, files=more.pop("files", files), **more)


def current_rows(stranger, name):
    """Rows of the table that readers of the dataset are pointed to."""
    package = stranger.call_action("package_show", {"id": name})
    (one,) = [r for r in package["resources"] if r.get("datastore_active") and r["hub_state"] == "current"]
    return stranger.call_action("datastore_search", {"resource_id": one["id"], "limit": 0})["total"]


def looks(ckan, table_id):
    """How many rows a stranger finds under a table's id; None where nothing is shown."""
    return count(ckan_client.Client(ckan.url), table_id)


def table_of(wanted):
    (one,) = [one for one in planned(wanted) if one.table]
    return one.id
