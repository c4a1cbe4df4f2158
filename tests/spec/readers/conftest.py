"""All readers' specs ask one exchange, built once a worker."""

from __future__ import annotations

import pytest

from tests.readers_world import Place, readers


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return readers(tmp_path_factory.mktemp("readers"))
