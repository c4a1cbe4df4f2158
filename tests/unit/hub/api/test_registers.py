"""Registers answer from the source: protected fields by the owner's ticket, one's own record, flow for a named code."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from agreements import register, tickets
from agreements.permissions import Role
from hub import live
from tests.api_world import is_problem, with_rates_that_stand
from tests.exchange_api import CITY, NEIGHBOUR, Exchange, exchange
from tests.register_world import Unit, joined, rows_of

CASE = "purpose=supervision&case=" + quote("鲁市监案〔2026〕1号") + "&statement=" + quote("核实联系人")
JOINT = "purpose=joint_supervision&case=" + quote("苏市监案〔2026〕9号") + "&statement=" + quote("跨省协查")
PHONE = "fields=applicant_contact_phone"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("registers")


@pytest.fixture(scope="module")
def hub(place: Path) -> Exchange:
    made = exchange(place)
    with_rates_that_stand(made.api.app)
    made.world.give("city", CITY, Role.AGENT)
    return made


@pytest.fixture(scope="module")
def owners(hub: Exchange, place: Path) -> list[Unit]:
    return joined(hub, place)


def _ticket(hub: Exchange, owner: str, record: str, asker: str = "neighbour", **changed: object) -> Any:
    body: dict[str, object] = {
        "owner": owner,
        "dataset": "licences",
        "record": record,
        "fields": ["applicant_contact_phone"],
        "purpose": "supervision",
        "case": "鲁市监案〔2026〕1号",
        "statement": "核实联系人",
        "ends": (hub.api.parts.clock.now() + timedelta(days=30)).isoformat(),
        **changed,
    }
    return hub.post(asker, "/api/v1/tickets", body)


def _delete(hub: Exchange, actor: str, path: str) -> Any:
    return hub.api.ask("DELETE", path, headers={"Authorization": f"Bearer {hub.token(actor)}"})


def test_an_owner_opens_one_field_of_one_record_sees_each_answer_and_ends_it(hub: Exchange, owners: list[Unit]) -> None:
    own = owners[0]
    path = f"/api/v1/registers/licences/records/{own.licence}?{PHONE}&{CASE}"
    assert is_problem(hub.get("neighbour", path), 403, "refused")
    number = _ticket(hub, own.uscc, own.licence).get_json()["id"]
    assert is_problem(hub.get("neighbour", path), 403, "refused")
    shown = [one for one in hub.get("unit0", "/api/v1/tickets").get_json() if one["id"] == number]
    assert (shown[0]["case"], shown[0]["statement"], shown[0]["record"]) == (
        "鲁市监案〔2026〕1号",
        "核实联系人",
        own.licence,
    )
    assert hub.post("unit0", f"/api/v1/tickets/{number}/authorisation").status_code == 200
    answer = hub.get("neighbour", path)
    assert answer.status_code == 200, answer.text
    told = answer.get_json()
    assert told["rows"] == [{"record_id": own.licence, "applicant_contact_phone": own.phone}]
    assert (told["clause"], told["ticket"]) == ("SM06", number)
    assert answer.headers["Cache-Control"] == "no-store"
    (seen,) = hub.get("unit0", f"/api/v1/tickets/{number}/answers").get_json()
    assert (seen["mark"], seen["actor"], seen["rows"]) == (told["mark"], "neighbour", 1)
    assert (seen["purpose"], seen["case_no"]) == ("supervision", "鲁市监案〔2026〕1号")
    assert _delete(hub, "unit0", f"/api/v1/tickets/{number}/authorisation").status_code == 200
    refused = hub.get("neighbour", path)
    assert is_problem(refused, 403, "refused")
    assert refused.get_json()["clause"] == "SM06"
    assert own.phone not in refused.text


def test_what_is_withdrawn_while_the_source_is_read_is_not_answered(
    hub: Exchange, owners: list[Unit], monkeypatch: pytest.MonkeyPatch
) -> None:
    own = owners[0]
    number = _ticket(hub, own.uscc, own.licence).get_json()["id"]
    hub.post("unit0", f"/api/v1/tickets/{number}/authorisation")
    path = f"/api/v1/registers/licences/records/{own.licence}?{PHONE}&{CASE}"
    assert hub.get("neighbour", path).status_code == 200
    look = live.look

    def look_for_long(*asked: Any) -> Any:
        found = look(*asked)
        hub.world.do(tickets.withdraw, "unit0", number)
        return found

    monkeypatch.setattr(live, "look", look_for_long)
    refused = hub.get("neighbour", path)
    assert is_problem(refused, 403, "refused")
    assert own.phone not in refused.text
    assert len(hub.get("unit0", f"/api/v1/tickets/{number}/answers").get_json()) == 1


def test_whoever_is_barred_while_the_source_is_read_is_not_answered(
    hub: Exchange, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = next(rows_of(place, "SELECT * FROM traceability WHERE record_status = '1'"))
    path = f"/api/v1/registers/traceability/records?key=trace_code&value={quote(row['trace_code'])}&{JOINT}"
    assert hub.get("neighbour", path).status_code == 200
    look = live.look

    def look_for_long(*asked: Any) -> Any:
        found = look(*asked)
        hub.world.do(register.suspend_party, "op1", NEIGHBOUR, "核查中")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(live, "look", look_for_long)
        refused = hub.get("neighbour", path)
    hub.world.do(register.restore_party, "op2", NEIGHBOUR)
    assert is_problem(refused, 403, "refused")
    assert refused.get_json()["suspended_because"] == "核查中"


def test_another_s_word_opens_nothing(hub: Exchange, owners: list[Unit]) -> None:
    mine, other = owners
    number = _ticket(hub, other.uscc, mine.licence).get_json()["id"]
    assert hub.post("unit1", f"/api/v1/tickets/{number}/authorisation").status_code == 200
    answer = hub.get("neighbour", f"/api/v1/registers/licences/records/{mine.licence}?{PHONE}&{CASE}")
    assert is_problem(answer, 403, "refused")
    assert mine.phone not in answer.text
    assert is_problem(hub.get("lab", f"/api/v1/tickets/{number}/answers"), 404)


def test_a_ticket_opens_no_other_field_record_or_case(hub: Exchange, owners: list[Unit]) -> None:
    own = owners[1]
    number = _ticket(hub, own.uscc, own.licence).get_json()["id"]
    hub.post("unit1", f"/api/v1/tickets/{number}/authorisation")
    base = "/api/v1/registers/licences/records"
    assert hub.get("neighbour", f"{base}/{own.licence}?{PHONE}&{CASE}").status_code == 200
    for path in (
        f"{base}/{own.licence}?{PHONE},applicant_contact_name&{CASE}",
        f"{base}/{owners[0].licence}?{PHONE}&{CASE}",
        f"{base}/{own.licence}?{PHONE}&{JOINT}",
        f"{base}/{own.licence}?{PHONE}",
        f"/api/v1/registers/grading/records/{own.licence}?fields=measured_values&{CASE}",
    ):
        assert is_problem(hub.get("neighbour", path), 403, "refused"), path
    assert is_problem(hub.get("city", f"{base}/{own.licence}?{PHONE}&{CASE}"), 403, "refused")


@pytest.mark.parametrize("name", ["legal_rep_id_no", "licence_no", "nothing", "reviewers"])
def test_no_ticket_is_taken_for_what_never_leaves_or_is_not_protected(
    hub: Exchange, owners: list[Unit], name: str
) -> None:
    assert is_problem(_ticket(hub, owners[0].uscc, "x", fields=[name]), 422, "unprocessable")


def test_nothing_of_a_protected_answer_is_left_behind(hub: Exchange, owners: list[Unit], place: Path) -> None:
    own = owners[1]
    held = [path for path in (place / "home").rglob("*") if path.is_file()]
    assert held
    assert not [path.name for path in held if own.phone.encode() in path.read_bytes()]


def test_a_unit_sees_its_own_base_record_and_no_other(hub: Exchange, owners: list[Unit]) -> None:
    mine, other = owners
    found = hub.get("unit0", "/api/v1/registers/enterprises/records?purpose=own")
    assert found.status_code == 200, found.text
    assert [(row["uscc"], row["record_id"]) for row in found.get_json()["rows"]] == [(mine.uscc, mine.base)]
    assert found.get_json()["clause"] == "SM02"
    whole = hub.get("unit0", f"/api/v1/registers/enterprises/records/{mine.base}").get_json()["rows"][0]
    assert {"contact_phone", "legal_representative"} <= set(whole)
    assert "legal_rep_id_no" not in whole
    stolen = hub.get("unit0", f"/api/v1/registers/enterprises/records/{other.base}")
    none = hub.get("unit0", "/api/v1/registers/enterprises/records/EB37-9999999999")
    assert is_problem(stolen, 403, "refused")
    assert is_problem(none, 403, "refused")
    same = [{**one.get_json(), "request_id": ""} for one in (stolen, none)]
    assert same[0] == same[1]
    listed = hub.get("unit0", f"/api/v1/registers/enterprises/records?key=uscc&value={other.uscc}").get_json()
    assert listed["rows"] == []


def test_flow_is_told_for_a_named_code_of_a_case_only(hub: Exchange, place: Path) -> None:
    query = "SELECT * FROM traceability WHERE record_status = '1' AND buyer_name LIKE '%公司' AND granularity = '3'"
    row = next(rows_of(place, query))
    base = "/api/v1/registers/traceability/records"
    fields = "fields=trace_code,sold_at,buyer_name,seller_name"
    named = f"key=trace_code&value={quote(row['trace_code'])}"
    answer = hub.get("neighbour", f"{base}?{named}&{fields}&{JOINT}")
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["clause"] == "SM05"
    assert row["buyer_name"] in {one["buyer_name"] for one in answer.get_json()["rows"]}
    assert {one["trace_code"] for one in answer.get_json()["rows"]} == {row["trace_code"]}
    batch = f"batch={quote(row['serial_or_batch'])}"
    assert is_problem(hub.get("neighbour", f"{base}?{batch}&{JOINT}"), 403, "refused")
    whole = hub.get("neighbour", f"{base}?{batch}&producer={row['producer_uscc']}&{fields}&{JOINT}").get_json()
    assert whole["count"] >= 1
    for path in (
        f"{base}?{named}&{fields}&purpose=supervision&case=x",
        f"{base}?{named}&{fields}&purpose=joint_supervision&statement=x",
        f"{base}?{fields}&{JOINT}",
        f"{base}?{named}&fields=buyer_name,producer_contact&{JOINT}",
    ):
        assert is_problem(hub.get("neighbour", path), 403, "refused"), path
    assert is_problem(hub.get("unit0", f"{base}?{named}&{JOINT}"), 403, "refused")
    assert is_problem(hub.get("neighbour", f"{base}?{named}&fields=buyer_contact&{JOINT}"), 422)


def test_a_natural_person_in_the_flow_is_never_named(hub: Exchange, place: Path) -> None:
    query = "SELECT * FROM traceability WHERE record_status = '1' AND buyer_name LIKE '%店'"
    row = next(rows_of(place, query))
    fields = "fields=buyer_name,buyer_address,sold_at"
    named = f"key=trace_code&value={quote(row['trace_code'])}"
    answer = hub.get("neighbour", f"/api/v1/registers/traceability/records?{named}&{fields}&{JOINT}")
    assert row["record_id"] in {one["record_id"] for one in answer.get_json()["rows"]}
    assert row["buyer_name"] not in answer.text


def test_who_goes_through_codes_is_stopped_before_long(hub: Exchange) -> None:
    base = "/api/v1/registers/traceability/records?key=trace_code"
    answers = [
        hub.get("bureau", f"{base}&value=6900000000{n:03}&value=6910000000{n:03}&{JOINT}").status_code for n in range(9)
    ]
    # Two are left: a batch of more than that is not for nothing either.
    many = "&".join(f"value=692000000{n:04}" for n in range(20))
    answers += [hub.get("bureau", f"{base}&{many}&{JOINT}").status_code for _ in range(3)]
    assert answers == [200] * 10 + [429] * 2


def test_the_ledger_tells_the_case_and_the_records_and_no_value(hub: Exchange, owners: list[Unit], place: Path) -> None:
    with hub.api.parts.engine.connect() as connection:
        bodies = [
            row[0]
            for row in connection.exec_driver_sql("SELECT body FROM ledger_leaf WHERE body LIKE '%record.answered%'")
        ]
    facts = [json.loads(body)["data"] for body in bodies]
    assert {"SM02", "SM05", "SM06"} <= {one["clause"] for one in facts}
    assert "苏市监案〔2026〕9号" in {one["case"] for one in facts}
    assert not [one for one in owners if any(one.phone in body for body in bodies)]


def test_a_source_that_is_away_is_said_without_a_word_of_it(hub: Exchange, owners: list[Unit], place: Path) -> None:
    source = place / "p.sqlite"
    source.rename(place / "away.sqlite")
    try:
        answer = hub.get("unit0", f"/api/v1/registers/enterprises/records/{owners[0].base}")
        assert is_problem(answer, 503, "unavailable")
        assert "sqlite" not in answer.text
    finally:
        (place / "away.sqlite").rename(source)


def _scan(hub: Exchange, code: str, at: str) -> Any:
    place = {"REMOTE_ADDR": at}
    return hub.api.get("/api/v1/trace", query_string={"code": code}, environ_base=place)


def _traces(place: Path, condition: str) -> list[dict[str, Any]]:
    alone = "trace_code IN (SELECT trace_code FROM traceability GROUP BY trace_code HAVING count(*) = 1)"
    open_ = "record_status = '1' AND openness = '1' AND " + alone
    return list(rows_of(place, f"SELECT * FROM traceability WHERE {open_} AND {condition}"))


def test_a_scan_shows_what_its_firm_flagged_and_names_what_is_closed(hub: Exchange, place: Path) -> None:
    flags = '{"buyer_name":1,"sold_at":1,"supplier_name":1}'
    row = _traces(place, f"public_flags = '{flags}' AND buyer_name LIKE '%公司' AND supplier_name LIKE '%公司'")[0]
    told = _scan(hub, row["trace_code"], "198.51.100.21").get_json()
    assert told["product"]["trace_code"] == row["trace_code"]
    assert told["flagged"] == {name: row[name] for name in ("sold_at", "buyer_name", "supplier_name")}
    closed = {one["name"]: one["clause"] for one in told["closed"]}
    assert closed["buyer_contact"] == closed["quantity"] == ""
    assert (closed["customer_name"], closed["producer_contact"]) == ("SM05", "SM06")
    assert not set(closed) & {*told["flagged"], *told["product"]}


def test_a_scan_shows_no_flow_without_a_flag_and_never_a_person(hub: Exchange, place: Path) -> None:
    row = _traces(place, "public_flags LIKE '%\"buyer_name\":0%'")[0]
    assert _scan(hub, row["trace_code"], "198.51.100.22").get_json()["flagged"] == {}
    for odd in _traces(
        place, """public_flags IN ('{"buyer_name":1,', '{"buyer_name":"1","sold_at":true,"sold_on":2}')"""
    ):
        assert _scan(hub, odd["trace_code"], "198.51.100.26").get_json()["flagged"] == {}
    persons = _traces(place, "public_flags LIKE '%\"buyer_name\":1%' AND buyer_name LIKE '%店'")
    for person in persons[:3]:
        answer = _scan(hub, person["trace_code"], "198.51.100.23")
        assert answer.status_code == 200
        assert person["buyer_name"] not in answer.text
        assert person["buyer_contact"] not in answer.text


def test_an_item_is_shown_to_who_holds_its_code_and_its_neighbours_are_not_guessed(hub: Exchange, place: Path) -> None:
    row = _traces(place, "granularity = '3' AND trace_code LIKE 'E=%'")[0]
    answer = _scan(hub, row["trace_code"], "198.51.100.24")
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["product"]["serial_or_batch"] == row["serial_or_batch"]
    assert "producer_address" not in answer.get_json()["product"]
    assert is_problem(_scan(hub, row["trace_code"][:-1] + "X", "198.51.100.24"), 404)


def test_a_scan_answers_from_the_release_while_the_source_is_away(hub: Exchange, place: Path) -> None:
    batch = _traces(place, "granularity = '2'")[0]["trace_code"]
    item = _traces(place, "granularity = '3'")[0]["trace_code"]
    source = place / "p.sqlite"
    source.rename(place / "away.sqlite")
    try:
        assert _scan(hub, batch, "198.51.100.25").get_json()["flagged"] is None
        assert is_problem(_scan(hub, item, "198.51.100.25"), 503, "unavailable")
    finally:
        (place / "away.sqlite").rename(source)
