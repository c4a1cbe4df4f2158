"""What every test shares: Hypothesis without a clock, and the PostgreSQL fixtures."""

from __future__ import annotations

from hypothesis import settings

from tests.plugins.postgres import postgres_database, postgres_server, postgres_url

__all__ = ["postgres_database", "postgres_server", "postgres_url"]

settings.register_profile("hub", deadline=None)
settings.load_profile("hub")
