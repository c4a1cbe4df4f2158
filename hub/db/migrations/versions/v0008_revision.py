"""The revision of everything that decides who may have what: one number that grows with every change of it.

Triggers count, so that no writer can forget to.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from hub.db.counting import statements

revision: Final = "0008"
down_revision: Final = "0007"


def upgrade() -> None:
    """Create the number and what makes it grow."""
    op.create_table(
        "state_revision",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_state_revision"),
    )
    for statement in statements(op.get_bind().dialect.name):
        op.execute(statement)
