"""How often a dataset's page was looked at, by day; nothing of who looked."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0015"
down_revision: Final = "0014"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "page_view",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("views", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "dataset", name="pk_page_view"),
    )
