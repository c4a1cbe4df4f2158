"""Risks, their tasks and reminders; objections to the negative list; follow-up of supervision; kept derivations."""

from __future__ import annotations

import json
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0013"
down_revision: Final = "0012"

_NOUNS: Final = {
    "risk": ("state", "kind", "region", "heard_on"),
    "risk_task": ("state", "territory"),
    "reminder": ("about", "bureau"),
    "list_objection": ("entry", "party", "state"),
    "follow_up": ("bureau", "state"),
}


def upgrade() -> None:
    """Create the tables; negative lists that were made before are entered as the ledger tells of them."""
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
    made = op.create_table(
        "derivation",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("name", "number", name="pk_derivation"),
    )
    leaf = sa.table("ledger_leaf", sa.column("seq"), sa.column("kind"), sa.column("body"), sa.column("at"))
    query = sa.select(leaf.c.body, leaf.c.at).where(leaf.c.kind == "negative-list.made").order_by(leaf.c.seq)
    for body, at in op.get_bind().execute(query).all():
        about = json.loads(body)["data"]
        told = json.dumps(about, ensure_ascii=False, sort_keys=True)
        op.get_bind().execute(sa.insert(made).values(name="negative-list", number=about["number"], body=told, at=at))
