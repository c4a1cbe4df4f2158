"""The hub's databases for tests of the exchange."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from tests.exchange_world import World, world
from tests.plugins.engines import database, engine

__all__ = ["database", "engine"]


@pytest.fixture
def exchange(engine: Engine) -> World:
    """A founded exchange."""
    return world(engine)
