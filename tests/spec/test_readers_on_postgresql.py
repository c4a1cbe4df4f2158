"""Every line of the readers' specs holds on PostgreSQL as it does on SQLite."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from tests.readers_world import holds, readers
from tests.spec.readers_page import READERS

_AS = {
    "public": "",
    "institute": "institute",
    "province": "neighbour",
    "bureau": "bureau",
    "platform": "platform",
    "testing_body": "tester",
    "unit": "unit0",
    "auditor": "auditor",
}


@pytest.mark.slow
def test_every_reader_gets_the_same_on_postgresql(tmp_path: Path, postgres_database: str) -> None:
    place = readers(tmp_path, HUB_DATABASE=postgres_database)
    assert place.hub.api.parts.engine.dialect.name == "postgresql"
    wrong = []
    for name in READERS:
        module = import_module(f"tests.spec.readers.test_{name}")
        for each, reader in (("ANSWERS", _AS[name]), ("AGENT", "agent"), ("OPERATOR", "op1")):
            lines = getattr(module, each, ())
            wrong += [(name, line.what, told) for line in lines if (told := holds(place, reader, line))]
    place.hub.api.parts.engine.dispose()
    assert wrong == []
