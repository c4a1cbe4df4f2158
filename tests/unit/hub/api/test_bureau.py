"""The bureau's side over the API: an agreement from application to destruction, and roles, always by two people."""

from __future__ import annotations

from typing import Any

import pytest

from agreements import keys
from agreements.permissions import Role
from tests.api_world import is_problem
from tests.exchange_api import Exchange, exchange
from tests.exchange_world import INSTITUTE, private_key

ASKED: dict[str, Any] = {
    "data": [{"dataset": "statistics", "fields": ["region_code", "period"], "regions": []}],
    "purpose": "research",
    "statement": "研究电线电缆质量波动",
    "project": "线缆质量指数",
    "responsible": "测试员甲",
    "output": "研究报告",
    "starts": "2026-03-02",
    "ends": "2027-03-02",
    "measures": ["专网存放"],
    "retention_days": 0,
}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    return exchange(tmp_path_factory.mktemp("bureau"), ("grading",))


def _step(hub: Exchange, by: str, number: str, step: str, note: str = "") -> Any:
    return hub.post(by, f"/api/v1/agreements/{number}/steps/{step}", {"note": note})


def _state(answer: Any) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.get_json()["state"])


def _sign(hub: Exchange, by: str, seed: int, number: str) -> Any:
    text = hub.get(by, f"/api/v1/agreements/{number}/text").data
    _, key, value = keys.sign(private_key(seed), text)
    return hub.post(by, f"/api/v1/agreements/{number}/signatures", {"key": key, "value": value})


def test_an_agreement_goes_its_whole_way_over_the_api_and_never_by_one_person_alone(hub: Exchange) -> None:
    number = hub.post("agent", "/api/v1/agreements", ASKED).get_json()["id"]
    assert number in {one["id"] for one in hub.get("op1", "/api/v1/agreements").get_json()}
    assert is_problem(_step(hub, "agent", number, "approve"), 403, "not-permitted")
    assert _state(_step(hub, "op1", number, "check")) == "review"
    assert is_problem(_step(hub, "op1", number, "review"), 422)
    assert _state(_step(hub, "op1", number, "review", "建议同意")) == "reviewed"
    assert is_problem(_step(hub, "op1", number, "approve"), 403, "not-permitted")
    shorter = {**ASKED, "ends": "2026-12-31"}
    assert _state(hub.post("op1", f"/api/v1/agreements/{number}/offer", shorter)) == "countered"
    assert _state(_step(hub, "agent", number, "accept")) == "reviewed"
    assert is_problem(_step(hub, "op1", number, "approve"), 403, "not-permitted")
    assert _state(_step(hub, "op2", number, "approve")) == "signing"
    assert _state(_sign(hub, "agent", 2, number)) == "signing"
    assert _state(_sign(hub, "op2", 1, number)) == "active"
    assert _state(_step(hub, "op1", number, "suspend", "超出用途")) == "suspended"
    assert hub.get("agent", f"/api/v1/agreements/{number}").get_json()["reason"] == "超出用途"
    refused = hub.get("institute", "/api/v1/datasets/statistics/records?purpose=research")
    assert is_problem(refused, 403, "refused")
    assert refused.get_json()["suspended_because"] == "超出用途"
    assert _state(_step(hub, "agent", number, "appeal", "已整改")) == "suspended"
    assert is_problem(_step(hub, "op1", number, "restore"), 403, "not-permitted")
    assert _state(_step(hub, "op2", number, "restore")) == "active"
    assert _state(_step(hub, "op2", number, "terminate", "项目取消")) == "terminated"
    gone = {"destroyed_on": "2026-03-02", "method": "磁盘销毁"}
    path = f"/api/v1/agreements/{number}/certificate"
    text = hub.api.get(path, query_string=gone, headers={"Authorization": f"Bearer {hub.token('agent')}"}).data
    _, key, value = keys.sign(private_key(2), text)
    other = keys.sign(private_key(3), text)[2]
    assert is_problem(hub.post("agent", path, {**gone, "key": key, "value": other}), 422)
    assert _state(hub.post("agent", path, {**gone, "key": key, "value": value})) == "destroyed"


def test_a_refusal_says_why(hub: Exchange) -> None:
    number = hub.post("agent", "/api/v1/agreements", {**ASKED, "replaces": ""}).get_json()["id"]
    _step(hub, "op1", number, "check")
    _step(hub, "op1", number, "review", "用途不符")
    assert is_problem(_step(hub, "op2", number, "refuse"), 422)
    assert _state(_step(hub, "op2", number, "refuse", "非研究用途")) == "refused"
    assert is_problem(_step(hub, "op2", number, "approve"), 409, "out-of-step")
    assert is_problem(_step(hub, "op2", number, "dance"), 404)


def test_roles_change_by_two_people_and_hold_at_the_next_request(hub: Exchange) -> None:
    path = "/api/v1/permissions"
    body = {"person": "newcomer", "party": INSTITUTE, "role": "query", "reason": "新接口账号"}
    asked = hub.post("admin1", path, body)
    assert asked.status_code == 201, asked.text
    number = asked.get_json()["id"]
    assert is_problem(hub.get("newcomer", "/api/v1/me"), 401)
    assert is_problem(hub.post("admin1", f"{path}/{number}/approval"), 403, "not-permitted")
    assert is_problem(hub.post("op1", f"{path}/{number}/approval"), 403, "not-permitted")
    assert hub.post("admin2", f"{path}/{number}/approval").get_json()["state"] == "approved"
    assert hub.get("newcomer", "/api/v1/me").get_json()["party"]["id"] == INSTITUTE
    taken = hub.post("admin2", path, {**body, "change": "take"}).get_json()["id"]
    assert hub.post("admin1", f"{path}/{taken}/approval").status_code == 200
    assert is_problem(hub.get("newcomer", "/api/v1/me"), 401)
    refused = hub.post("admin1", path, body).get_json()["id"]
    assert hub.post("admin2", f"{path}/{refused}/refusal", {"note": "未核实"}).get_json()["note"] == "未核实"
    assert [one["state"] for one in hub.get("admin1", path).get_json()][-3:] == ["approved", "approved", "refused"]


def test_nobody_gains_a_role_that_another_one_excludes(hub: Exchange) -> None:
    body = {"person": "op1", "party": INSTITUTE, "role": Role.AUDIT, "reason": "x"}
    assert is_problem(hub.post("admin1", "/api/v1/permissions", body), 403, "not-permitted")
    assert is_problem(hub.post("agent", "/api/v1/permissions", body), 403, "not-permitted")
    assert is_problem(hub.get("agent", "/api/v1/permissions"), 403, "not-permitted")
