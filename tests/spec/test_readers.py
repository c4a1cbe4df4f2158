"""Every line of the readers' specs (``tests/spec/readers/``) holds, on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers_world import Asks, Place, holds, readers
from tests.spec.readers_page import READERS, lines_of

LINES = [(name, account, line) for name in READERS for account, line in lines_of(name)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """One exchange that all of them ask."""
    return readers(tmp_path_factory.mktemp("readers"))


@pytest.mark.parametrize(
    ("account", "line"),
    [pytest.param(account, line, id=f"{name} {line.what}") for name, account, line in LINES],
)
def test_a_reader(place: Place, account: str, line: Asks) -> None:
    assert holds(place, account, line) == ""


@pytest.mark.slow
def test_every_reader_gets_the_same_on_postgresql(tmp_path: Path, postgres_database: str) -> None:
    place = readers(tmp_path, HUB_DATABASE=postgres_database)
    assert place.hub.api.parts.engine.dialect.name == "postgresql"
    wrong = [(name, line.what, told) for name, account, line in LINES if (told := holds(place, account, line))]
    place.hub.api.parts.engine.dispose()
    assert wrong == []
