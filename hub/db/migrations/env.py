"""Alembic's door: runs the revisions on the connection, and in the transaction, that ``hub.db.migrate`` holds."""

from __future__ import annotations

from alembic import context

from hub.db.notices import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
