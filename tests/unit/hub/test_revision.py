"""The revision grows with every change of who may have what, whoever makes it, and with nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from agreements.model import Action
from agreements.use import Use
from catalog.errors import StorageError
from hub.db.engine import writing
from hub.oauth.spent import name, spend
from hub.state.revision import Revision
from hub.state.uses import SqlUses
from tests.exchange_world import HOUSE, World, world

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
USE = Use(NOW, HOUSE, "op1", "", Action.QUERY, "grading", 1, "SM08", 3)


@pytest.fixture
def founded(engine: Engine) -> World:
    return world(engine)


def test_parties_roles_grants_tickets_clients_releases_and_copies_move_it(founded: World) -> None:
    revision = Revision(founded.engine)
    changes = [
        "UPDATE exchange_party SET state = 'suspended'",
        "UPDATE exchange_assignment SET held = '0' WHERE person = 'op1'",
        "INSERT INTO exchange_grant (id, party, agreement, dataset, state, body) VALUES ('g', 'p', 'a', 'd', 's', '{}')",
        "DELETE FROM exchange_grant",
        "INSERT INTO exchange_ticket (id, party, owner, body) VALUES ('t', 'p', 'o', '{}')",
        "INSERT INTO oauth_spent (id, until) VALUES ('token:x', '2027')",
        "DELETE FROM oauth_spent WHERE id = 'token:x'",
        (
            "INSERT INTO mark_copy (number, dataset, version, grant_id, recipient, profile, leaf, at)"
            " VALUES (1, 'd', 1, 'g', 'r', '{}', 0, 'now')"
        ),
        (
            "INSERT INTO release (dataset, version, run_id, state, content, body, leaf, sealed_at)"
            " VALUES ('d', 1, 'r', 's', 'c', '{}', 0, 'now')"
        ),
        "UPDATE release SET state = 'withdrawn'",
    ]
    for change in changes:
        before = revision.now()
        with writing(founded.engine) as connection:
            connection.execute(text(change))
        assert revision.now() > before, change
    revision.close()


def test_uses_proofs_and_what_was_rolled_back_leave_it_alone(founded: World) -> None:
    revision = Revision(founded.engine)
    before = revision.now()
    SqlUses(founded.engine).write([USE])
    assert spend(founded.engine, name("proof", "p"), NOW + timedelta(hours=1), NOW)
    with pytest.raises(StorageError), writing(founded.engine) as connection:
        connection.execute(text("UPDATE exchange_party SET state = 'suspended', id = NULL"))
    assert revision.now() == before
    revision.close()
