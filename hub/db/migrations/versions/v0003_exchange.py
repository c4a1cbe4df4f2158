"""The exchange: parties, roles, agreements, grants, tickets, cases and uses."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0003"
down_revision: Final = "0002"

_BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NOUNS: Final = {
    "party": ("state", "house"),
    "party_key": ("party", "state"),
    "assignment": ("person", "party", "role", "held"),
    "permission_request": ("person", "state"),
    "agreement": ("recipient", "state"),
    "grant": ("party", "agreement", "dataset", "state"),
    "ticket": ("party", "owner"),
    "case": ("party", "state"),
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
    op.create_table(
        "exchange_series",
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_exchange_series"),
    )
    _create_use()


def _create_use() -> None:
    op.create_table(
        "exchange_use",
        sa.Column("id", _BIG, nullable=False, autoincrement=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("party", sa.String(18), nullable=False),
        sa.Column("actor", sa.String(120), nullable=False),
        sa.Column("grant_id", sa.String(120), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(8), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("peer", sa.String(64), nullable=False),
        sa.Column("leaf", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exchange_use"),
    )
    op.create_index("ix_exchange_use_party_at", "exchange_use", ["party", "at"])
    op.create_index("ix_exchange_use_grant_id_at", "exchange_use", ["grant_id", "at"])
