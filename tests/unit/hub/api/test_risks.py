"""From what is heard to a published notice over the API: each bureau in its own territory, each step by its person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import select

from agreements import register
from agreements.model import PartyKind
from agreements.permissions import Role
from catalog.errors import StorageError
from hub.db.engine import reading
from hub.db.tables import ledger_leaf
from hub.risk.reminding import remind
from hub.risk.risk_tasks import HOMES, raise_tasks
from hub.rules.keeping import keep
from hub.state.exchange import desk
from tests.api_world import is_problem
from tests.exchange_api import CITY, Exchange, exchange
from tests.exchange_world import uscc
from tests.rules_world import MAKER

COUNTY = uscc("11370102005000017")
TODAY = datetime(2026, 3, 3, tzinfo=UTC).date()
HOME = pl.DataFrame([(MAKER, "370102", TODAY, "E1")], schema=HOMES, orient="row")
COMPLAINT: dict[str, Any] = {
    "number": "12315-1", "heard_on": "2026-03-01", "product_category": "燃气器具", "product_name": "家用燃气灶具",
    "producer_uscc": MAKER, "region_code": "370202", "injury_type": "灼伤", "summary": "点火延迟后爆燃，联系人张伟13912345678。",
}  # fmt: skip


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    made = exchange(tmp_path_factory.mktemp("risks"), ("grading",))
    made.world.do(register.register, "admin1", COUNTY, "历下区市场监督管理局", (PartyKind.REGULATOR,), "370102")
    for person in ("lixia1", "lixia2", "lixia3"):
        made.world.give(person, COUNTY, Role.HANDLING)
    made.world.give("citydesk", CITY, Role.HANDLING)
    return made


def _bring(hub: Exchange, who: str, kind: str, *records: dict[str, Any]) -> Any:
    return hub.post(who, f"/api/v1/risk-sources/{kind}", {"records": list(records)})


def _watch(hub: Exchange) -> list[str]:
    """The hub's watch, as the scheduler runs it."""
    with desk(hub.api.parts.engine, hub.api.parts.clock.now()) as found:
        return [one.id for one in raise_tasks(found, HOME, found.now.date())]


def _events(hub: Exchange, kind: str) -> int:
    with reading(hub.api.parts.engine) as connection:
        return len(connection.execute(select(ledger_leaf.c.seq).where(ledger_leaf.c.kind == kind)).all())


def test_five_complaints_become_a_task_of_the_producer_s_county_and_then_a_notice(hub: Exchange) -> None:
    told = [{**COMPLAINT, "number": f"12315/{n}"} for n in range(5)]
    taken = _bring(hub, "op1", "complaint", *told)
    assert taken.status_code == 201, taken.text
    assert (taken.get_json()["new"], _bring(hub, "op1", "complaint", *told).get_json()["known"]) == (5, 5)
    assert _events(hub, "risk.collected") == 1
    (task,) = _watch(hub)
    assert _watch(hub) == []
    (shown,) = hub.get("lixia1", "/api/v1/risk-tasks").get_json()
    assert (shown["territory"], shown["because"], shown["clock"]) == ("370102", "complaints", None)
    assert _assessed(hub, "7-12315_0") == "S"
    assert _watch(hub) == [task]
    path = f"/api/v1/risk-tasks/{task}"
    assert is_problem(hub.post("lixia1", f"{path}/steps/close", {"note": "无"}), 409, "out-of-step")
    assert hub.post("lixia1", f"{path}/steps/accept").get_json()["state"] == "accepted"
    drafted = hub.post("lixia1", f"{path}/drafts", {"kind": "X"})
    assert drafted.status_code == 201, drafted.text
    notice = drafted.get_json()["notice"]
    assert "灼伤" in notice["title"]
    assert "CCC" in notice["text"]
    assert [area["code"] for area in notice["areas"]] == ["370102"]
    _published(hub, notice["notice_no"])
    (shown,) = hub.get("lixia2", "/api/v1/risk-tasks?state=noticed").get_json()
    assert (shown["notice"], shown["clock"]["state"]) == (notice["notice_no"], "met")
    assert hub.post("lixia1", f"{path}/steps/report", {"note": "已责令停止销售"}).status_code == 200
    assert is_problem(hub.post("lixia1", f"{path}/steps/close", {"note": "已整改"}), 403)
    assert hub.post("lixia2", f"{path}/steps/close", {"note": "已整改"}).get_json()["state"] == "closed"
    assert _watch(hub) == []


def _assessed(hub: Exchange, number: str) -> str:
    assert hub.post("op1", f"/api/v1/risks/{number}/identification", {"is_risk": True}).status_code == 200
    told = hub.post("op1", f"/api/v1/risks/{number}/assessment", {"severity": "3", "probability": "IV"})
    assert told.status_code == 200, told.text
    disposed = hub.post("op1", f"/api/v1/risks/{number}/disposal", {"measures": ["发布提示"]})
    assert disposed.get_json()["state"] == "disposed"
    return str(told.get_json()["level"])


def _published(hub: Exchange, number: str) -> None:
    path = f"/api/v1/notices/{number}"
    assert is_problem(hub.post("op1", f"{path}/reviews/legal"), 403), "a draft is reviewed in its own bureau"
    for kind, person in (("technical", "lixia2"), ("legal", "lixia3")):
        assert hub.post(person, f"{path}/reviews/{kind}").status_code == 200
    assert "approval:same_person" in hub.post("lixia1", f"{path}/publication").text
    assert hub.post("lixia2", f"{path}/publication").status_code == 200
    assert number in hub.api.get("/api/v1/notices/feed.rss?region=370102").text


def test_nobody_s_name_or_number_is_stored(hub: Exchange) -> None:
    _bring(hub, "op1", "complaint", {**COMPLAINT, "number": "canary"})
    shown = hub.get("op1", "/api/v1/risks/7-canary").text
    assert "张伟" not in shown
    assert "13912345678" not in shown
    assert "爆燃" in shown


def test_what_a_source_corrects_begins_anew(hub: Exchange) -> None:
    record = {**COMPLAINT, "number": "corrected", "product_name": "电热毯", "producer_uscc": None}
    _bring(hub, "op1", "complaint", record)
    hub.post("op1", "/api/v1/risks/7-corrected/identification", {"is_risk": False, "note": "重复"})
    again = _bring(hub, "op1", "complaint", {**record, "summary": "使用中起火"}).get_json()
    assert (again["new"], again["corrected"], again["known"]) == (0, 1, 0)
    risk = hub.get("op1", "/api/v1/risks/7-corrected").get_json()
    assert (risk["state"], [step["name"] for step in risk["steps"]]) == ("collected", ["collect", "dismiss", "correct"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("assessment", {"severity": "3", "probability": "IV"}),
        ("disposal", {"measures": ["检查"]}),
    ],
)
def test_steps_keep_their_order(hub: Exchange, path: str, body: dict[str, Any]) -> None:
    _bring(hub, "op1", "complaint", {**COMPLAINT, "number": f"order-{path}", "product_name": "电热毯"})
    answer = hub.post("op1", f"/api/v1/risks/7-order-{path}/{path}", body)
    assert is_problem(answer, 409, "out-of-step")
    assert hub.get("op1", f"/api/v1/risks/7-order-{path}").get_json()["state"] == "collected"


def test_each_bureau_sees_and_brings_what_lies_in_its_own_territory(hub: Exchange) -> None:
    _bring(hub, "op1", "opinion", _opinion("o1", "370202"), _opinion("o2", "370103"))
    seen = {one["id"] for one in hub.get("citydesk", "/api/v1/risks").get_json()}
    assert "8-o2" in seen
    assert "8-o1" not in seen
    assert is_problem(hub.get("citydesk", "/api/v1/risks/8-o1"), 404)
    assert is_problem(_bring(hub, "citydesk", "opinion", _opinion("o3", "370202")), 403)
    assert is_problem(hub.post("citydesk", "/api/v1/risks/8-o1/identification", {"is_risk": True}), 403)
    for stranger in ("platform", "agent", "neighbour", "auditor"):
        assert is_problem(hub.get(stranger, "/api/v1/risks"), 403), stranger


def _opinion(number: str, region: str) -> dict[str, Any]:
    return {
        "number": number, "heard_on": "2026-03-01", "product_category": "电器", "product_name": f"取暖器{number}",
        "region_code": region, "summary": "网友反映漏电", "source_ref": "https://example.org/1",
    }  # fmt: skip


@pytest.mark.parametrize("change", [{"reporter": "x"}, {"summary": ""}, {"product_name": None}])
def test_a_record_of_another_shape_is_refused_whole(hub: Exchange, change: dict[str, Any]) -> None:
    answer = _bring(
        hub, "op1", "complaint", {**COMPLAINT, "number": "shape"}, {**COMPLAINT, "number": "shape2", **change}
    )
    assert is_problem(answer, 422)
    assert is_problem(hub.get("op1", "/api/v1/risks/7-shape"), 404)


def test_kinds_with_a_source_of_their_own_do_not_come_by_the_api(hub: Exchange) -> None:
    for kind in ("spot_check", "monitoring", "nothing"):
        assert is_problem(_bring(hub, "op1", kind, COMPLAINT), 404)


def test_a_joint_task_is_taken_up_by_every_bureau_and_reminded_of_once(hub: Exchange) -> None:
    for number, region in (("j1", "370102"), ("j2", "370202")):
        record = {**COMPLAINT, "number": number, "product_name": "磁力珠", "producer_uscc": None, "region_code": region}
        _bring(hub, "op1", "complaint", record)
        hub.post("op1", f"/api/v1/risks/7-{number}/identification", {"is_risk": True})
        hub.post("op1", f"/api/v1/risks/7-{number}/assessment", {"severity": "4", "probability": "I"})
    (task,) = _watch(hub)
    (shown,) = [one for one in hub.get("op1", "/api/v1/risk-tasks").get_json() if one["id"] == task]
    assert (shown["joint"], shown["territory"], shown["highest"]) == (True, "370102;370202", "S")
    step = f"/api/v1/risk-tasks/{task}/steps/accept"
    assert hub.post("lixia1", step).get_json()["state"] == "open"
    assert is_problem(hub.post("lixia2", step), 409), "the county has taken it up already"
    assert hub.post("op1", step).get_json()["state"] == "accepted"
    clock = hub.api.parts.clock
    assert _reminded(hub) == 0
    clock.moment += timedelta(hours=13)  # type: ignore[attr-defined]
    assert (_reminded(hub), _reminded(hub)) == (2, 0)
    clock.moment += timedelta(hours=40)  # type: ignore[attr-defined]
    assert (_reminded(hub), _reminded(hub)) == (2, 0)
    mine = hub.get("lixia1", "/api/v1/reminders").get_json()
    assert [one["state"] for one in mine if one["about"] == task] == ["remind", "late"]
    assert _events(hub, "risk-task.reminded") == 4


@pytest.mark.slow
def test_the_way_of_a_risk_is_the_same_on_postgresql(tmp_path: Path, postgres_database: str) -> None:
    made = exchange(tmp_path, ("grading",), HUB_DATABASE=postgres_database)
    assert made.api.parts.engine.dialect.name == "postgresql"
    made.world.do(register.register, "admin1", COUNTY, "历下区市场监督管理局", (PartyKind.REGULATOR,), "370102")
    for person in ("lixia1", "lixia2", "lixia3"):
        made.world.give(person, COUNTY, Role.HANDLING)
    test_five_complaints_become_a_task_of_the_producer_s_county_and_then_a_notice(made)
    kept = [keep(made.api.parts, "derived", {"rows": HOME}, {"day": "2026-03-03"}).number for _ in range(2)]
    assert kept == [1, 2]
    made.api.parts.engine.dispose()


def test_a_step_stands_or_falls_with_its_event(hub: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    _bring(hub, "op1", "complaint", {**COMPLAINT, "number": "atomic", "product_name": "电热毯"})

    def failing(*_: object) -> None:
        raise StorageError("The ledger failed.", todo="Try again.")

    with monkeypatch.context() as patch:
        patch.setattr("hub.state.exchange.append", failing)
        answer = hub.post("op1", "/api/v1/risks/7-atomic/identification", {"is_risk": True})
        assert is_problem(answer, 503)
        assert is_problem(_bring(hub, "op1", "complaint", {**COMPLAINT, "number": "unheard"}), 503)
    assert hub.get("op1", "/api/v1/risks/7-atomic").get_json()["state"] == "collected"
    assert is_problem(hub.get("op1", "/api/v1/risks/7-unheard"), 404)


def test_risks_come_page_by_page(hub: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.api.views.risks._PAGE", 2)
    whole, after = [], ""
    while page := hub.get("op1", f"/api/v1/risks?after={after}").get_json():
        whole += [one["id"] for one in page]
        after = whole[-1]
    monkeypatch.undo()
    assert whole == sorted(whole) == [one["id"] for one in hub.get("op1", "/api/v1/risks").get_json()]
    assert len(whole) > 2


def _reminded(hub: Exchange) -> int:
    with desk(hub.api.parts.engine, hub.api.parts.clock.now()) as found:
        return len(remind(found))
