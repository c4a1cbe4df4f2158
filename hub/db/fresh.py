"""An empty database gets the newest tables at once, as the migrations would make them one after the other.

Loading Alembic and walking all revisions takes longer than anything else at a first start. A test holds both ways
equal on SQLite and PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from hub.db import counting
from hub.db.notices import metadata

_KEPT = ("ledger_leaf", "ledger_node", "ledger_checkpoint")
_VERSION = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)
_REFUSAL = (
    "CREATE FUNCTION hub_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = '23001'; END$$"
)


def is_empty(connection: Connection) -> bool:
    """Whether the database holds no table of anybody."""
    return not inspect(connection).get_table_names()


def create(connection: Connection, revision: str) -> None:
    """Make every table in the caller's transaction, and note the revision that they stand at."""
    metadata.create_all(connection, checkfirst=False)
    dialect = connection.dialect.name
    for statement in (*_append_only(dialect), *counting.statements(dialect), _VERSION):
        connection.execute(text(statement))
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})


def _append_only(dialect: str) -> list[str]:
    """The ledger's tables refuse changes in the database itself."""
    if dialect == "postgresql":
        made = (
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION hub_append_only()"
            for table in _KEPT
        )
        return [_REFUSAL, *made]
    return [
        f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
        for table in _KEPT
        for change in ("UPDATE", "DELETE")
    ]
