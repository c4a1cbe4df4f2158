"""Bring the state's tables to this version of the hub, safely when several processes start at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine, inspect, text

from catalog.errors import StorageError
from hub.db import fresh
from hub.db.engine import reading, writing

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

FOLDER: Final = Path(__file__).parent / "migrations"
# Any constant will do; it is what all hubs that migrate one PostgreSQL database queue up for.
_QUEUE: Final = 7_203_519_464_281


def migrate(engine: Engine) -> None:
    """Upgrade the database to the newest revision in one transaction; nothing is done when it stands there already.

    StorageError when a newer version of the hub wrote the database, or when a migration fails (rolled back).
    """
    with reading(engine) as connection:
        if _recorded(connection) == newest():
            return
    with writing(engine) as connection:
        _queue(connection)
        if fresh.is_empty(connection):
            fresh.create(connection, newest())
            return
    upgrade(engine)


def upgrade(engine: Engine) -> None:
    """Run every migration that the database has not seen, in one transaction."""
    # Loading Alembic takes longer than most commands do, and nearly always there is nothing to migrate.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    with writing(engine) as connection:
        _queue(connection)
        _revision(connection, scripts)
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise StorageError(
                "The migration of the hub's database failed.", todo="Report it with `hub status --json`."
            ) from None


def _queue(connection: Connection) -> None:
    # SQLite's BEGIN IMMEDIATE is the queue itself.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:queue)"), {"queue": _QUEUE})


def newest() -> str:
    """The newest revision that this version brings; files are called ``v<revision>_<what>.py``."""
    return max(path.name[1:5] for path in (FOLDER / "versions").glob("v[0-9]*.py"))


def _recorded(connection: Connection) -> str | None:
    """The one revision that Alembic has written down (None: none yet, or several)."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    return str(found[0]) if len(found) == 1 else None


def _revision(connection: Connection, scripts: ScriptDirectory) -> str | None:
    """The revision that the database stands at (None: empty). StorageError when this version does not know it."""
    from alembic.runtime.migration import MigrationContext

    known = {script.revision for script in scripts.walk_revisions()}
    heads = MigrationContext.configure(connection).get_current_heads()
    if not known.issuperset(heads):
        raise StorageError(
            "The hub's database was written by a newer version of the hub.",
            todo="Start that version, or restore a backup made before its migration.",
        )
    return heads[0] if heads else None
