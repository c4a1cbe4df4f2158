"""Answers about single records: the Use and the ledger event that says which record, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import Engine, select

from agreements.use import Taken, Use
from hub.db.engine import reading, writing
from hub.db.exchange import use as table
from hub.ledger.store import Event, append, queue
from hub.state.uses import read_use, taken_since, write_uses

HOUR: Final = timedelta(hours=1)


def answered(
    engine: Engine, use: Use, facts: Mapping[str, str | int], allows: Callable[[Taken], bool] = lambda _: True
) -> bool:
    """Write the Use of an answer and what it was about: identifiers and counts, never what the record holds.

    ``allows`` is asked about what the party took in the hour before, counted in the transaction that writes, so that
    of several at once none overlooks the others; False, and nothing is written, when it says no. StorageError when
    they do not stand: then nothing may be answered either.
    """
    with writing(engine) as connection:
        queue(connection)
        if not allows(taken_since(connection, use.party, use.at - HOUR)):
            return False
        append(connection, [Event("record.answered", dict(facts))], use.at)
        write_uses(connection, [use])
    return True


def answers_by(engine: Engine, ticket: str, limit: int = 1000) -> Sequence[Use]:
    """Every answer that was given by a ticket, newest first."""
    query = select(table).where(table.c.grant_id == ticket).order_by(table.c.id.desc()).limit(limit)
    with reading(engine) as connection:
        return tuple(read_use(row) for row in connection.execute(query))
