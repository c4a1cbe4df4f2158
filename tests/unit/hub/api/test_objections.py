"""Objections to the negative list from raising to the entry's exit, and follow-up of supervision tasks, over the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from agreements import register
from agreements.calendar import CHINA, read_calendar
from agreements.model import PartyKind
from agreements.permissions import Role
from exporters.rules.negative_list.listing import LISTED
from hub.db.engine import reading
from hub.db.tables import ledger_leaf
from hub.rules import supervision
from hub.rules.negative_list import KeptList, make
from hub.rules.objections import DAYS
from tests.api_world import is_problem
from tests.exchange_api import CITY, Exchange, exchange
from tests.rules_world import MAKER, OTHER, day, facts

PATH = "/api/v1/negative-list/objections"
FACTS = facts(
    product_basic=[{}, {"producer_uscc": OTHER}],
    enterprise_basic=[{}, {"uscc": OTHER, "region_code": "370202"}],
    spot_check=[{"verdict": "2", "safety_failed": True}],
    special_rectification=[],
    risk_monitoring=[],
)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    made = exchange(tmp_path_factory.mktemp("objections"), ("grading",))
    for code, name, person in ((MAKER, "示例燃具有限公司", "maker"), (OTHER, "另一燃具有限公司", "rival")):
        made.world.do(register.register, "admin1", code, name, (PartyKind.PRODUCER,), "370102")
        made.world.give(person, code, Role.AGENT)
    made.world.give("citydesk", CITY, Role.HANDLING)
    return made


def _list(hub: Exchange) -> KeptList:
    return make(FACTS, day("2026-03-10"), hub.api.parts)


def _entry(found: KeptList) -> str:
    rows = found.listing.entries
    return str(rows.filter((rows["level"] == "product") & (rows["state"] == LISTED))["entry_id"][0])


def _states(found: KeptList, entry: str) -> tuple[str, str | None]:
    (row,) = [one for one in found.listing.entries.iter_rows(named=True) if one["entry_id"] == entry]
    return row["state"], row["objection"]


def _events(hub: Exchange, kind: str) -> int:
    with reading(hub.api.parts.engine) as connection:
        return len(connection.execute(select(ledger_leaf.c.seq).where(ledger_leaf.c.kind == kind)).all())


def test_an_upheld_objection_takes_the_entry_off_the_next_list(hub: Exchange) -> None:
    first = _list(hub)
    entry = _entry(first)
    for stranger in ("rival", "platform"):
        assert is_problem(hub.post(stranger, PATH, {"entry": entry, "text": "x"}), 403), stranger
    raised = hub.post("maker", PATH, {"entry": entry, "text": "抽样样品不是我单位产品"})
    assert raised.status_code == 201, raised.text
    body = raised.get_json()
    assert (
        body["due"]
        == read_calendar().after(datetime.fromisoformat(body["raised_at"]).astimezone(CHINA).date(), DAYS).isoformat()
    )
    assert is_problem(hub.post("maker", PATH, {"entry": entry, "text": "again"}), 409)
    assert [one["id"] for one in hub.get("maker", PATH).get_json()] == [body["id"]]
    assert hub.get("rival", PATH).get_json() == []
    assert [one["id"] for one in hub.get("op1", PATH).get_json()] == [body["id"]]
    assert _states(_list(hub), entry) == ("listed", "open")
    answer = f"{PATH}/{body['id']}/answer"
    assert is_problem(hub.post("maker", answer, {"outcome": "2", "answer": "x"}), 403)
    assert is_problem(hub.post("op1", answer, {"outcome": "2", "answer": "张伟13912345678"}), 422)
    told = hub.post("op1", answer, {"outcome": "2", "answer": "经核实异议成立"}).get_json()
    assert (told["state"], told["said"], told["exit_list"]) == ("answered", "", 0)
    last = _list(hub)
    assert _states(last, entry) == ("removed", "removed")
    (mine,) = hub.get("maker", PATH).get_json()
    assert (mine["state"], mine["exit_list"]) == ("exited", last.number)
    assert _list(hub).number == last.number + 1
    assert [_events(hub, f"objection.{kind}") for kind in ("raised", "answered", "exited")] == [1, 1, 1]


def test_an_answer_that_keeps_the_entry_leaves_it_where_it_is(hub: Exchange) -> None:
    entry = next(
        row["entry_id"]
        for row in _list(hub).listing.entries.iter_rows(named=True)
        if row["state"] == LISTED and row["producer_uscc"] == MAKER
    )
    raised = hub.post("maker", PATH, {"entry": entry, "text": "不服"}).get_json()
    hub.post("op1", f"{PATH}/{raised['id']}/answer", {"outcome": "1", "answer": "维持原结论"})
    assert _states(_list(hub), entry) == ("listed", "kept")


@pytest.fixture(scope="module")
def given(hub: Exchange) -> Any:
    return supervision.give_out(hub.api.parts, FACTS, day("2026-03-10"), 7)


def test_each_bureau_follows_its_own_tasks_up(hub: Exchange, given: Any) -> None:
    assert given.frame("tasks").height == 2
    tasks = "/api/v1/supervision-tasks"
    assert {one["uscc"] for one in hub.get("op1", tasks).get_json()} == {MAKER, OTHER}
    assert [one["uscc"] for one in hub.get("citydesk", tasks).get_json()] == [MAKER]
    path = f"{tasks}/{MAKER}/follow-up"
    assert is_problem(hub.post("citydesk", path, {"state": "done"}), 409)
    assert is_problem(hub.post("citydesk", path, {"state": "planned"}), 409), "a plan has a day"
    planned = hub.post("citydesk", path, {"state": "planned", "planned_on": "2026-05-06"})
    assert (planned.get_json()["state"], planned.get_json()["bureau"]) == ("planned", "370102")
    assert is_problem(hub.post("citydesk", f"{tasks}/{OTHER}/follow-up", {"state": "returned"}), 403)
    assert is_problem(hub.post("maker", path, {"state": "done"}), 403)
    assert hub.post("citydesk", path, {"state": "done", "note": "已检查"}).get_json()["state"] == "done"
    again = supervision.give_out(hub.api.parts, FACTS, day("2026-03-11") + timedelta(days=1), 7)
    assert again.number == given.number + 1
    (mine,) = hub.get("citydesk", tasks).get_json()
    assert (mine["followed"], mine["planned_on"]) == ("done", "2026-05-06")
    assert _events(hub, "supervision.followed") == 2
