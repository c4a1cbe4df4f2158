"""Corrections and demands: raised by anybody, sent to the source bureau, answered in public on time, naming nobody."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agreements.calendar import read_calendar
from agreements.permissions import Role
from tests.api_world import is_problem, with_rates_that_stand
from tests.exchange_api import CITY, Exchange, exchange
from tests.exchange_world import HOUSE
from tests.register_world import Unit, joined

WRONG = {
    "dataset": "grading",
    "version": 1,
    "column": "grade",
    "record": "https://hub/x",
    "text": "等级有误 13800138000",
}
REPLY = {"outcome": "accepted", "subject": "分级结果中的等级", "answer": "已在来源系统更正，下一版本生效。"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("feedback")


@pytest.fixture(scope="module")
def hub(place: Path) -> Exchange:
    made = exchange(place, ("grading",))
    with_rates_that_stand(made.api.app)
    made.world.give("city", CITY, Role.AGENT)
    return made


@pytest.fixture(scope="module")
def owners(hub: Exchange, place: Path) -> list[Unit]:
    return joined(hub, place)


def _public(hub: Exchange, body: object, what: str = "corrections", at: str = "198.51.100.1") -> Any:
    place = {"REMOTE_ADDR": at}
    return hub.api.ask("POST", f"/api/v1/{what}", json=body, environ_base=place)


def test_anybody_corrects_published_data_and_reads_the_bureau_s_answer(hub: Exchange) -> None:
    raised = _public(hub, WRONG)
    assert raised.status_code == 201, raised.text
    told = raised.get_json()
    assert (told["state"], told["bureau"]["uscc"], told["dataset"], told["column"]) == (
        "open",
        HOUSE,
        "grading",
        "grade",
    )
    today = date.fromisoformat(told["raised_on"])
    assert told["due"] == read_calendar().after(today, 10).isoformat()
    listed = hub.api.get("/api/v1/corrections?dataset=grading").text
    assert told["id"] in listed
    assert "13800138000" not in listed
    (seen,) = [one for one in hub.get("op1", "/api/v1/feedback").get_json() if one["id"] == told["id"]]
    assert seen["said"] == WRONG["text"]
    named = {**REPLY, "answer": "经办人张伟 13912345678 已更正。"}
    path = f"/api/v1/feedback/{told['id']}/answer"
    assert is_problem(hub.post("op1", path, named), 422)
    assert is_problem(hub.post("agent", path, REPLY), 403)
    assert hub.post("op1", path, REPLY).status_code == 200
    assert is_problem(hub.post("op2", path, REPLY), 409, "out-of-step")
    shown = hub.api.get(f"/api/v1/corrections/{told['id']}").get_json()
    assert (shown["outcome"], shown["answer"], shown["overdue"]) == ("accepted", REPLY["answer"], False)


def test_what_was_said_is_erased_with_the_answer(hub: Exchange) -> None:
    number = _public(hub, WRONG).get_json()["id"]
    hub.post("op1", f"/api/v1/feedback/{number}/answer", REPLY)
    with hub.api.parts.engine.connect() as connection:
        bodies = [
            row[0] for row in connection.exec_driver_sql(f"SELECT body FROM exchange_feedback WHERE id = '{number}'")
        ]
        leaves = [row[0] for row in connection.exec_driver_sql("SELECT body FROM ledger_leaf")]
    assert bodies
    assert not [body for body in (*bodies, *leaves) if "13800138000" in body]


def test_demands_for_what_is_not_open_are_public_once_answered(hub: Exchange) -> None:
    number = _public(hub, {"text": "希望开放纤维质量数据"}, "demands").get_json()["id"]
    assert "纤维" not in hub.api.get("/api/v1/demands").text
    hub.post("op2", f"/api/v1/feedback/{number}/answer", {**REPLY, "outcome": "declined", "subject": "纤维质量数据"})
    (one,) = hub.api.get("/api/v1/demands?state=answered").get_json()
    assert (one["id"], one["subject"], one["outcome"]) == (number, "纤维质量数据", "declined")
    assert is_problem(hub.api.get(f"/api/v1/corrections/{number}"), 404)


def test_a_unit_has_its_own_record_corrected_by_the_bureau_it_comes_from(
    hub: Exchange, owners: list[Unit], place: Path
) -> None:
    mine, other = owners
    body = {"values": {"contact_phone": "13700000001"}, "text": "联系电话已变更"}
    path = f"/api/v1/registers/enterprises/records/{mine.base}/corrections"
    made = hub.post("unit0", path, body)
    assert made.status_code == 201, made.text
    told = made.get_json()
    assert told["proposed"] == {"contact_phone": "13700000001"}
    assert told["bureau"]["uscc"] == HOUSE
    assert is_problem(hub.post("unit1", path, body), 403, "refused")
    assert is_problem(hub.post("city", path, body), 403, "refused")
    assert is_problem(hub.post("unit0", path, {**body, "values": {"legal_rep_id_no": "1"}}), 422)
    nowhere = "/api/v1/registers/enterprises/records/none/corrections"
    assert is_problem(hub.post("unit0", nowhere, body), 403, "refused")
    everyone = hub.api.get("/api/v1/corrections").text
    assert told["id"] in everyone
    assert "13700000001" not in everyone
    assert mine.base not in everyone
    assert told["id"] not in hub.get("unit1", "/api/v1/feedback").text
    assert "13700000001" in hub.get("unit0", "/api/v1/feedback").text
    assert other.uscc not in everyone


def test_a_correction_of_a_record_goes_to_the_closest_bureau_over_it(hub: Exchange) -> None:
    rows = hub.api.get("/api/v1/datasets/grading/records?source_region_code.begins=3701&limit=1").get_json()["rows"]
    told = _public(hub, {**WRONG, "record": rows[0]["record_uri"]}, at="198.51.100.6").get_json()
    assert told["bureau"]["uscc"] == CITY
    forged = rows[0]["record_uri"][:-1] + ("a" if rows[0]["record_uri"][-1] != "a" else "b")
    other = _public(hub, {**WRONG, "record": forged}, at="198.51.100.6").get_json()
    assert other["bureau"]["uscc"] == HOUSE


def test_feedback_is_handed_on_to_the_bureau_that_it_concerns(hub: Exchange) -> None:
    number = _public(hub, WRONG, at="198.51.100.7").get_json()["id"]
    path = f"/api/v1/feedback/{number}"
    assert is_problem(hub.post("city", f"{path}/answer", REPLY), 403)
    moved = hub.post("op1", f"{path}/forward", {"bureau": CITY})
    assert moved.get_json()["bureau"]["uscc"] == CITY
    assert is_problem(hub.post("op1", f"{path}/answer", REPLY), 403)
    assert hub.post("city", f"{path}/answer", {**REPLY, "outcome": "partly"}).status_code == 200


def test_late_answers_are_shown_as_late(hub: Exchange) -> None:
    number = _public(hub, WRONG, at="198.51.100.8").get_json()["id"]
    clock = hub.api.parts.clock
    before = clock.moment  # type: ignore[attr-defined]
    try:
        clock.moment = before.replace(month=before.month + 2)  # type: ignore[attr-defined]
        assert hub.api.get(f"/api/v1/corrections/{number}").get_json()["overdue"] is True
    finally:
        clock.moment = before  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "change", [{"dataset": "nothing"}, {"column": "nothing"}, {"text": ""}, {"text": "x" * 3000}, {"more": 1}]
)
def test_feedback_about_nothing_is_refused(hub: Exchange, change: dict[str, object]) -> None:
    assert _public(hub, {**WRONG, **change}, at="198.51.100.2").status_code in {404, 422}


def test_strangers_are_told_of_no_dataset_that_agencies_share(hub: Exchange) -> None:
    assert is_problem(_public(hub, {**WRONG, "dataset": "licences", "column": ""}, at="198.51.100.3"), 404)
    made = hub.post("bureau", "/api/v1/corrections", {**WRONG, "dataset": "licences", "column": ""})
    assert made.get_json()["dataset"] == "licences"
    assert hub.api.get(f"/api/v1/corrections/{made.get_json()['id']}").get_json()["dataset"] == ""


def test_nobody_floods_the_bureau(hub: Exchange) -> None:
    answers = [_public(hub, WRONG, at="198.51.100.4").status_code for _ in range(12)]
    assert answers == [201] * 10 + [429] * 2
    assert len(hub.api.get("/api/v1/corrections?limit=5").get_json()) == 5
