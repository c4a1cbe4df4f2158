"""The revision of everything that decides who may have what: one number that grows with every change of it.

Triggers count, so that no writer can forget to.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0008"
down_revision: Final = "0007"

_WATCHED: Final = (
    "exchange_party",
    "exchange_assignment",
    "exchange_grant",
    "exchange_ticket",
    "oauth_client",
    "oauth_spent",
    "release",
    "mark_copy",
)
_GROW: Final = "UPDATE state_revision SET number = number + 1"
# Of what is used up only revoked tokens say something about access; proofs and assertions come with every request.
_TOKENS: Final = "oauth_spent"


def upgrade() -> None:
    """Create the number and what makes it grow."""
    op.create_table(
        "state_revision",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_state_revision"),
    )
    op.execute("INSERT INTO state_revision (id, number) VALUES (1, 1)")
    if op.get_bind().dialect.name == "postgresql":
        _postgres()
    else:
        _sqlite()


def _sqlite() -> None:
    for table in _WATCHED:
        for change, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            when = f"WHEN {row}.id LIKE 'token:%' " if table == _TOKENS else ""
            name = f"tr_{table}_{change.lower()}"
            op.execute(f"CREATE TRIGGER {name} AFTER {change} ON {table} {when}BEGIN {_GROW}; END")


def _postgres() -> None:
    body = f"BEGIN {_GROW}; RETURN NULL; END"
    op.execute(f"CREATE FUNCTION state_revision_grows() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
    for table in _WATCHED:
        if table != _TOKENS:
            op.execute(
                f"CREATE TRIGGER tr_{table} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION state_revision_grows()"
            )
            continue
        for change, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            op.execute(
                f"CREATE TRIGGER tr_{table}_{change.lower()} AFTER {change} ON {table} FOR EACH ROW "
                f"WHEN ({row}.id LIKE 'token:%') EXECUTE FUNCTION state_revision_grows()"
            )
