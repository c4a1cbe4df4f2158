"""Answers about single records: the Use and the ledger event that says which record, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Engine, select

from agreements.use import Use
from hub.db.engine import reading, writing
from hub.db.exchange import use as table
from hub.ledger.store import Event, append
from hub.state.uses import read_use, write_uses


def answered(engine: Engine, use: Use, facts: Mapping[str, str | int]) -> None:
    """Write the Use of an answer and what it was about: identifiers and counts, never what the record holds.

    StorageError when they do not stand: then nothing may be answered.
    """
    with writing(engine) as connection:
        append(connection, [Event("record.answered", dict(facts))], use.at)
        write_uses(connection, [use])


def answers_by(engine: Engine, ticket: str, limit: int = 1000) -> Sequence[Use]:
    """Every answer that was given by a ticket, newest first."""
    query = select(table).where(table.c.grant_id == ticket).order_by(table.c.id.desc()).limit(limit)
    with reading(engine) as connection:
        return tuple(read_use(row) for row in connection.execute(query))
