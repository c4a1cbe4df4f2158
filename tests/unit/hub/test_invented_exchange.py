"""The invented exchange: everybody is there after one call, and a second one adds nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from agreements import register
from agreements.model import Party
from agreements.permissions import HOUSE, Role
from catalog.errors import HubError
from hub.accounts import accounts
from hub.db.engine import connect
from hub.db.migrate import migrate
from hub.invented_exchange import invent, links
from hub.ledger import store
from hub.state.exchange import desk

NOW = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    made = connect(f"sqlite:///{tmp_path / 'hub.sqlite'}")
    migrate(made)
    return made


def test_everybody_can_be_invited_once_and_nothing_is_added_twice(engine: Engine) -> None:
    with desk(engine, NOW) as first:
        people = invent(first)
        before = store.size(first.connection)
        assert invent(first) == people
        assert store.size(first.connection) == before
        made = links(first, "http://localhost:8080")
        token = made["op-wang"].removeprefix("http://localhost:8080/account/welcome/")
        accounts.open_account(first.connection, token, "correct horse battery", NOW)
        assert set(links(first, "")) == set(made) - {"op-wang"}
    assert {person for person, _, _ in people} == set(made)
    assert {role for _, _, role in people} >= {*HOUSE, Role.AGENT, Role.QUERY, Role.HANDLING}


def test_a_house_of_another_bureau_is_left_as_it_is(engine: Engine) -> None:
    with desk(engine, NOW) as real:
        register.found(real, "113700000050000501", "另一市场监督管理局", "370000", ("one", "two"))
    with pytest.raises(HubError), desk(engine, NOW) as again:
        invent(again)
    with desk(engine, NOW) as after:
        assert [one.name for one in after.find(Party)] == ["另一市场监督管理局"]
