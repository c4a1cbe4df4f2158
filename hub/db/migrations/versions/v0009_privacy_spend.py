"""What agreements spent of their privacy budgets."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0009"
down_revision: Final = "0008"


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "privacy_spend",
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("agreement", sa.String(120), nullable=False),
        sa.Column("epsilon", sa.String(32), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("dataset", "version", name="pk_privacy_spend"),
    )
    op.create_index("ix_privacy_spend_agreement", "privacy_spend", ["agreement"])
