"""Bring the state's tables to this version of the hub, safely when several processes start at once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, text

from catalog.errors import StorageError
from hub.db.engine import reading, writing

FOLDER: Final = Path(__file__).parent / "migrations"
# Any constant will do; it is what all hubs that migrate one PostgreSQL database queue up for.
_QUEUE: Final = 7_203_519_464_281


def migrate(engine: Engine) -> None:
    """Upgrade the database to the newest revision in one transaction; nothing is done when it stands there already.

    StorageError when a newer version of the hub wrote the database, or when a migration fails (rolled back).
    """
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    with reading(engine) as connection:
        if _revision(connection, scripts) == scripts.get_current_head():
            return
    with writing(engine) as connection:
        # SQLite's BEGIN IMMEDIATE is the queue itself.
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:queue)"), {"queue": _QUEUE})
        _revision(connection, scripts)
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise StorageError(
                "The migration of the hub's database failed.", todo="Report it with `hub status --json`."
            ) from None


def _revision(connection: Connection, scripts: ScriptDirectory) -> str | None:
    """The revision that the database stands at (None: empty). StorageError when this version does not know it."""
    known = {script.revision for script in scripts.walk_revisions()}
    heads = MigrationContext.configure(connection).get_current_heads()
    if not known.issuperset(heads):
        raise StorageError(
            "The hub's database was written by a newer version of the hub.",
            todo="Start that version, or restore a backup made before its migration.",
        )
    return heads[0] if heads else None
