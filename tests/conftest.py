"""What every test shares: Hypothesis without a clock, the PostgreSQL fixtures, and the end of the run's CKAN."""

from __future__ import annotations

from hypothesis import settings

from tests.plugins.ckan_run import pytest_unconfigure
from tests.plugins.postgres import postgres_database, postgres_server, postgres_url

__all__ = ["postgres_database", "postgres_server", "postgres_url", "pytest_unconfigure"]

settings.register_profile("hub", deadline=None)
settings.load_profile("hub")
