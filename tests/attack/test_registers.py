"""Registers under attack: strange ids and fields, a party that is barred, a log that is searched for what was answered."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from urllib.parse import quote

import pytest

from agreements import register
from tests.api_world import is_problem
from tests.exchange_api import Exchange, exchange
from tests.register_world import Unit, joined

STRANGE = [
    "' OR ''='",
    "x' UNION SELECT 1 --",
    "%00",
    "\x00",
    "..",
    "%2e%2e",
    "中文",
    "%",
    "*",
    "a" * 600,
    "{}",
    "$1",
    "NULL",
]
WHY = "purpose=own"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("attack")


@pytest.fixture(scope="module")
def hub(place: Path) -> Exchange:
    return exchange(place, ("grading",))


@pytest.fixture(scope="module")
def owners(hub: Exchange, place: Path) -> list[Unit]:
    return joined(hub, place)


@pytest.mark.parametrize("text", STRANGE)
def test_no_strange_id_or_key_gets_a_record_or_makes_the_hub_fail(hub: Exchange, owners: list[Unit], text: str) -> None:
    assert owners
    given = quote(text, safe="")
    for reader in ("unit0", "bureau"):
        for path in (
            f"/api/v1/registers/enterprises/records/{given}?{WHY}",
            f"/api/v1/registers/enterprises/records?key=uscc&value={given}&{WHY}",
            f"/api/v1/registers/enterprises/records?key={given}&value=x&{WHY}",
            f"/api/v1/registers/enterprises/records?fields={given}&{WHY}",
            f"/api/v1/registers/{given}/records?{WHY}",
        ):
            answer = hub.get(reader, path)
            assert answer.status_code in {200, 400, 403, 404, 422, 429}, (path, answer.status_code)
            if answer.status_code == 200 and "value=" in path:
                assert answer.get_json()["rows"] == []


def test_a_barred_party_gets_nothing_from_its_next_request_on(hub: Exchange, owners: list[Unit]) -> None:
    own = owners[1]
    path = f"/api/v1/registers/enterprises/records/{own.base}"
    assert hub.get("unit1", path).status_code == 200
    hub.world.do(register.suspend_party, "op1", own.uscc, "测试暂停")
    refused = hub.get("unit1", path)
    assert is_problem(refused, 403, "refused")
    assert refused.get_json()["suspended_because"] == "测试暂停"
    assert is_problem(hub.get("unit1", "/api/v1/registers/enterprises/records"), 403, "refused")
    hub.world.do(register.restore_party, "op2", own.uscc)
    assert hub.get("unit1", path).status_code == 200


def test_no_log_line_or_metric_holds_what_was_answered(
    hub: Exchange, owners: list[Unit], caplog: pytest.LogCaptureFixture
) -> None:
    own = owners[1]
    with caplog.at_level(logging.DEBUG):
        whole = hub.get("unit1", f"/api/v1/registers/enterprises/records/{own.base}").get_json()["rows"][0]
    values = [str(whole[name]) for name in ("contact_phone", "legal_representative", "contact_person")]
    lines = [json.dumps(getattr(one, "hub_facts", {}), ensure_ascii=False) + one.getMessage() for one in caplog.records]
    assert lines
    for value in values:
        assert not [line for line in lines if value in line]
        assert value not in hub.api.get("/metrics").text
