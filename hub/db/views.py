"""How often pages were looked at; nothing of who looked."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table

from hub.db.accounts import metadata

__all__ = ["metadata"]

# ``day`` is China's, YYYY-MM-DD.
page_view = Table(
    "page_view",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("dataset", String(64), primary_key=True),
    Column("views", BigInteger, nullable=False),
)
