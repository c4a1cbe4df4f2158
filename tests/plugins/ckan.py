"""A real CKAN for tests: started once a run by the first who asks, shared by all workers, ended with the run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import ckanapi
import pytest

from catalog.ckan import CkanPortal
from catalog.ckan.aside import forget
from catalog.ckan.client import Client
from catalog.ckan.resources import PENDING
from catalog.ckan.table import drop
from tests.plugins.ckan_run import run_home, run_process
from tests.plugins.ckan_stack import client, install
from tests.plugins.ckan_stack.serve import Options, Running

MEGABYTES = 8


@cache
def running() -> Running:
    """The stack of this test run: wanted when ``HUB_REQUIRE`` names ``ckan`` (its absence then is a failure).

    These tests take minutes, so without that they skip. ``HUB_TEST_CKAN_HOME`` names the home of a stack that runs
    already (``python -m tests.plugins.ckan_stack start --megabytes 8``).
    """
    given = os.environ.get("HUB_TEST_CKAN_HOME")
    if given and (found := client.find(Path(given))) is not None:
        return found
    if "ckan" not in os.environ.get("HUB_REQUIRE", "").split(","):
        pytest.skip("a real CKAN is used when HUB_REQUIRE names ckan")
    try:
        return client.start(Options(run_home(), megabytes=MEGABYTES), run_process())
    except install.MissingStackError as missing:
        pytest.fail(str(missing), pytrace=False)


@pytest.fixture(scope="session")
def ckan() -> Running:
    """The running stack."""
    return running()


@pytest.fixture
def admin(ckan: Running) -> Iterator[ckanapi.RemoteCKAN]:
    """CKAN's administrator by plain ckanapi, to look at what the adapter has done or to get in its way."""
    with ckanapi.RemoteCKAN(ckan.url, apikey=ckan.token) as remote:
        yield remote


@pytest.fixture
def stranger(ckan: Running) -> Iterator[ckanapi.RemoteCKAN]:
    """An anonymous reader."""
    with ckanapi.RemoteCKAN(ckan.url) as remote:
        yield remote


def portal_on(stack: Running, **changes: object) -> CkanPortal:
    """The adapter on the stack, loading tables by the API unless ``datastore`` is given."""
    return CkanPortal(stack.url, stack.token, **{"timeout": 60.0, "lease_seconds": 2.0, **changes})  # type: ignore[arg-type]


def emptied(stack: Running, *names: str) -> None:
    """Remove datasets of earlier tests, whatever state they are in."""
    client = Client(stack.url, stack.token)
    for name in [name for one in names for name in (one, f"{one}--withdrawn")]:
        package = client.find("package_show", {"id": name})
        if package is not None:
            for resource in package["resources"]:
                drop(client, resource["id"])
                if resource.get(PENDING):
                    forget(client, package["owner_org"], resource[PENDING])
            client.call("dataset_purge", {"id": package["id"]})
