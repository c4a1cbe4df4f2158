"""What every test shares: Hypothesis without a clock, the PostgreSQL fixtures, and the end of the run's CKAN."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.plugins.ckan_run import pytest_unconfigure
from tests.plugins.engines import migrated_database, migrated_template
from tests.plugins.postgres import postgres_database, postgres_server, postgres_url

__all__ = [
    "migrated_database",
    "migrated_template",
    "postgres_database",
    "postgres_server",
    "postgres_url",
    "pytest_unconfigure",
]

# A busy machine fails no property for being slow, and a run that must hold all components tries equal examples each time.
settings.register_profile(
    "hub",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="HUB_REQUIRE" in os.environ,
)
settings.load_profile("hub")

HOUSES = frozenset({"spec", "contract", "attack", "interop"})
"""Folders whose tests run whole houses, servers or attacks."""
SERVERS = frozenset({"postgres", "pg", "pg_database", "postgres_database", "postgres_server", "postgres_url"})
"""Fixtures, and values of their parameters, that stand for a database server."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What runs a whole house or asks a server is left out of ``make test-fast`` as if each was marked slow.

    Files with slow tests come first: of two workers none should be left alone with minutes of them at the end.
    """
    tests = config.rootpath / "tests"
    for item in items:
        needs = {*getattr(item, "fixturenames", ()), *_values(item)}
        if Path(item.path).relative_to(tests).parts[0] in HOUSES or needs & SERVERS:
            item.add_marker(pytest.mark.slow)
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish() -> None:
    """All that was imported and collected stays until the end: the collector of garbage need not walk it again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """What stayed is let go of before the interpreter ends."""
    gc.unfreeze()


def _values(item: pytest.Item) -> set[str]:
    called = getattr(item, "callspec", None)
    return {value for value in called.params.values() if isinstance(value, str)} if called else set()
