"""What makes the revision of the state grow: triggers on every table that decides who may have what.

Migration 0008 and the first start of an empty database make the same; a later change needs a migration of its own.
"""

from __future__ import annotations

from typing import Final

WATCHED: Final = (
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
_CHANGES: Final = (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))


def statements(dialect: str) -> list[str]:
    """The first number, and the triggers."""
    first = "INSERT INTO state_revision (id, number) VALUES (1, 1)"
    return [first, *(_postgres() if dialect == "postgresql" else _sqlite())]


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER tr_{table}_{change.lower()} AFTER {change} ON {table} {_when(table, row)}BEGIN {_GROW}; END"
        for table in WATCHED
        for change, row in _CHANGES
    ]


def _postgres() -> list[str]:
    body = f"BEGIN {_GROW}; RETURN NULL; END"
    made = [f"CREATE FUNCTION state_revision_grows() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$"]
    made += [
        f"CREATE TRIGGER tr_{table} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION state_revision_grows()"
        for table in WATCHED
        if table != _TOKENS
    ]
    made += [
        f"CREATE TRIGGER tr_{_TOKENS}_{change.lower()} AFTER {change} ON {_TOKENS} FOR EACH ROW "
        f"{_when(_TOKENS, row)}EXECUTE FUNCTION state_revision_grows()"
        for change, row in _CHANGES
    ]
    return made


def _when(table: str, row: str) -> str:
    return f"WHEN ({row}.id LIKE 'token:%') " if table == _TOKENS else ""
