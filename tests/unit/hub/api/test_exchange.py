"""The exchange's nouns over the API: from application to signature to data, tickets, uses, and the scan view."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from agreements import applying, keys
from agreements.permissions import Role
from tests.api_world import Api, is_problem, with_rates_that_stand
from tests.exchange_api import NEIGHBOUR, Exchange, exchange
from tests.exchange_world import INSTITUTE, LAB, private_key

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
    "retention_days": 30,
}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    made = exchange(tmp_path_factory.mktemp("exchange"))
    made.world.give("unit", NEIGHBOUR, Role.AGENT)
    return made


def _applied(hub: Exchange) -> str:
    answer = hub.post("agent", "/api/v1/agreements", ASKED)
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["id"])


def test_a_party_applies_signs_and_takes_data_over_the_api(hub: Exchange) -> None:
    number = _applied(hub)
    assert is_problem(hub.get("agent", f"/api/v1/agreements/{number}/text"), 409, "out-of-step")
    move, offered = hub.world.move, {"statistics": frozenset({"region_code", "period"})}
    hub.world.do(applying.check, move(number, "op1"), offered)
    hub.world.do(applying.review, move(number, "op1", "同意"))
    approved = hub.world.do(applying.approve, move(number, "op2"), offered)
    hub.world.sign(approved, "op2", 1)
    text = hub.get("agent", f"/api/v1/agreements/{number}/text").data
    _, key, value = keys.sign(private_key(2), text)
    wrong = keys.sign(private_key(2), text + b" ")[2]
    path = f"/api/v1/agreements/{number}/signatures"
    assert is_problem(hub.post("agent", path, {"key": key, "value": wrong}), 422)
    signed = hub.post("agent", path, {"key": key, "value": value}).get_json()
    assert signed["state"] == "active"
    (grant,) = [one for one in hub.get("agent", "/api/v1/grants").get_json() if one["agreement"] == number]
    assert grant["fields"] == ["period", "region_code"] or grant["fields"] == ["region_code", "period"]
    answer = hub.get("institute", "/api/v1/datasets/statistics/records?purpose=research&limit=3")
    assert answer.status_code == 200, answer.text
    rows = answer.get_json()
    assert rows["grant"] == grant["id"]
    used = hub.get("agent", "/api/v1/uses").get_json()
    assert (used[0]["dataset"], used[0]["rows"], used[0]["clause"]) == ("statistics", 3, "SM11")
    left = hub.post("agent", f"/api/v1/agreements/{number}/steps/leave", {"note": "项目结束"})
    assert left.status_code == 200, left.text
    assert is_problem(hub.get("institute", "/api/v1/datasets/statistics/records?purpose=research"), 403, "refused")


def test_nobody_sees_or_moves_the_agreement_of_another(hub: Exchange) -> None:
    number = _applied(hub)
    assert is_problem(hub.get("lab", f"/api/v1/agreements/{number}"), 404)
    assert is_problem(hub.post("lab", f"/api/v1/agreements/{number}/steps/withdraw"), 404)
    assert number not in hub.get("lab", "/api/v1/agreements").text
    # The party's querying machine is no agent.
    assert is_problem(hub.get("institute", f"/api/v1/agreements/{number}"), 403, "not-permitted")
    assert hub.post("agent", f"/api/v1/agreements/{number}/steps/withdraw").status_code == 200


@pytest.mark.parametrize("change", [{"starts": "soon"}, {"purpose": "fun"}, {"data": []}, {"unknown": 1}])
def test_a_wrong_application_is_refused_by_field(hub: Exchange, change: dict[str, object]) -> None:
    answer = hub.post("agent", "/api/v1/agreements", {**ASKED, **change})
    assert is_problem(answer, 422, "unprocessable")
    assert next(iter(change)) in {fault["field"] for fault in answer.get_json(force=True)["faults"]}


def test_an_owner_authorises_a_ticket_and_stops_it(hub: Exchange) -> None:
    ends = (hub.api.parts.clock.now() + timedelta(days=30)).isoformat()
    body = {
        "owner": NEIGHBOUR,
        "dataset": "licences",
        "record": "r1",
        "fields": ["applicant_contact_phone"],
        "purpose": "supervision",
        "case": "鲁市监案〔2026〕1号",
        "statement": "核实联系人",
        "ends": ends,
    }
    asked = hub.post("bureau", "/api/v1/tickets", body)
    assert asked.status_code == 201, asked.text
    path = f"/api/v1/tickets/{asked.get_json()['id']}/authorisation"
    assert is_problem(hub.post("agent", path), 403)
    assert hub.post("unit", path).get_json()["authorised_at"]
    bearer = {"Authorization": f"Bearer {hub.token('unit')}"}
    ended = hub.api.ask("DELETE", path, headers=bearer)
    assert ended.get_json()["withdrawn_at"]
    assert [one["id"] for one in hub.get("unit", "/api/v1/tickets").get_json()] == [asked.get_json()["id"]]
    assert hub.get("lab", "/api/v1/tickets").get_json() == []
    assert LAB != INSTITUTE


def test_a_scan_shows_one_product_without_flow(hub: Exchange) -> None:
    path = hub.api.parts.releases / "traceability" / "1" / "traceability.parquet"
    row = pl.read_parquet(path).row(5, named=True)
    answer = hub.api.get("/api/v1/trace", query_string={"code": row["trace_code"]})
    shown = answer.get_json()
    assert (shown["clause"], shown["product"]["trace_code"]) == ("SM09", row["trace_code"])
    flow = {"sold_at", "buyer_name", "buyer_address", "buyer_contact", "quantity", "seller_name", "producer_contact"}
    assert not flow & set(shown["product"])


def test_guessing_codes_ends_all_answers_for_a_while(hub: Exchange) -> None:
    own = Api(hub.api.parts, hub.api.settings.home, "sqlite:///x", hub.api.settings.home)
    with_rates_that_stand(own.app)
    path = hub.api.parts.releases / "traceability" / "1" / "traceability.parquet"
    real = pl.read_parquet(path)["trace_code"][0]
    answers = [own.get("/api/v1/trace", query_string={"code": f"69000000000{n:02}"}).status_code for n in range(12)]
    assert answers == [404] * 10 + [429] * 2
    assert is_problem(own.get("/api/v1/trace", query_string={"code": real}), 429)
    other = own.get("/api/v1/trace", query_string={"code": real}, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert other.status_code == 200


def test_shared_data_has_no_file_that_skips_the_row_rules(hub: Exchange) -> None:
    for reader in ("bureau", "city", "neighbour"):
        answer = hub.get(reader, "/api/v1/datasets/licences/releases/1/files/licences.csv?purpose=supervision")
        assert is_problem(answer, 403, "refused")
