"""Tests of the hub run on both of its databases."""

from __future__ import annotations

from tests.plugins.engines import database, engine

__all__ = ["database", "engine"]
