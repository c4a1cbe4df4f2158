"""The hub's own database for tests: each test that asks for ``engine`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Engine

from hub.db.engine import connect
from hub.db.migrate import migrate
from tests.plugins.postgres import new_database


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """URL of an empty database; of a migrated one for a test that asks for ``engine`` as well."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'hub.db'}"
    migrated = "engine" in request.fixturenames
    url: str = request.getfixturevalue("migrated_database" if migrated else "postgres_database")
    return url


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """A migrated database."""
    made = _migrated(database)
    yield made
    made.dispose()


@pytest.fixture
def migrated_database(postgres_server: str, migrated_template: str) -> Iterator[str]:
    """A migrated PostgreSQL database for one test: a copy takes a tenth of the time that making its tables takes."""
    with new_database(postgres_server, migrated_template) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_template(postgres_server: str) -> Iterator[str]:
    """Name of a migrated database that nobody is connected to."""
    with new_database(postgres_server) as url:
        _migrated(url).dispose()
        yield urlsplit(url).path.removeprefix("/")


def _migrated(url: str) -> Engine:
    made = connect(url)
    migrate(made)
    return made
