"""The API's tests share one published house a module; who changes it takes one of their own."""

from __future__ import annotations

import pytest

from tests.api_world import Api, published


@pytest.fixture(scope="package")
def api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return published(tmp_path_factory.mktemp("api"))
