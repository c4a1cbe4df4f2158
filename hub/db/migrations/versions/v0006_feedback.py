"""Feedback: corrections of data, and demands for data that is not open."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0006"
down_revision: Final = "0005"

_NAME: Final = "exchange_feedback"
_SEARCHED: Final = ("bureau", "raised_by", "kind", "dataset", "state")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        _NAME,
        sa.Column("id", sa.String(120), nullable=False),
        *(sa.Column(column, sa.String(120), nullable=False) for column in _SEARCHED),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{_NAME}"),
    )
    for column in _SEARCHED:
        op.create_index(f"ix_{_NAME}_{column}", _NAME, [column])
