"""Notices, from draft to publication."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0012"
down_revision: Final = "0011"

_NAME: Final = "exchange_notice"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        _NAME,
        sa.Column("id", sa.String(120), nullable=False),
        sa.Column("state", sa.String(120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_NAME}"),
    )
    op.create_index(f"ix_{_NAME}_state", _NAME, ["state"])
