"""Files and readers of notices, who is told of them, and what waits to be sent."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0017"
down_revision: Final = "0016"

_NOUNS: Final = {"follower": ("party", "state"), "delivery": ("notice", "state")}


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "notice_file",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("media", sa.String(60), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_notice_file"),
    )
    op.create_table(
        "notice_reach",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("notice", sa.String(40), nullable=False),
        sa.Column("way", sa.String(8), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "notice", "way", name="pk_notice_reach"),
    )
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
