"""Peers, parcels on their way to them, and receipts."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0004"
down_revision: Final = "0003"

_NOUNS: Final = {
    "peer": ("state",),
    "parcel": ("peer", "state"),
    "receipt": ("peer", "direction", "parcel"),
}


def upgrade() -> None:
    """Create the tables."""
    for noun, searched in _NOUNS.items():
        name = f"exchange_{noun}"
        op.create_table(
            name,
            sa.Column("id", sa.String(120), nullable=False),
            *(sa.Column(column, sa.String(120), nullable=False) for column in searched),
            sa.Column("body", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        )
        for column in searched:
            op.create_index(f"ix_{name}_{column}", name, [column])
