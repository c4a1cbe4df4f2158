"""What goes with notices: files without metadata, by digest, and how often notices were read; nothing of who read."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, String, Table

from hub.db.views import metadata

__all__ = ["metadata"]

# Pictures and papers of notices, by the SHA-256 of their bytes; they are small, and stand or fall with their notice.
notice_file = Table(
    "notice_file",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("media", String(60), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

# ``day`` is China's, YYYY-MM-DD; ``way`` is page, json, cap, pdf, file or rss, whose ``notice`` is the feed's region.
notice_reach = Table(
    "notice_reach",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("notice", String(40), primary_key=True),
    Column("way", String(8), primary_key=True),
    Column("times", BigInteger, nullable=False),
)
