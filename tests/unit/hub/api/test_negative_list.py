"""The negative list over the API (SM16): registered users ask about goods, platforms take the feed, the public neither."""

from __future__ import annotations

import hashlib
import json

import polars as pl
import pytest

from agreements import register
from agreements.model import PartyKind
from agreements.permissions import Role
from exporters.rules.book import shipped
from exporters.rules.negative_list import applied, full
from hub.rules.negative_list import kept, make
from tests.api_world import is_problem
from tests.exchange_api import Exchange, exchange
from tests.exchange_world import uscc
from tests.rules_world import MAKER, day, facts

SHOP = uscc("91370100005000077")
FAILED = {"verdict": "2", "safety_failed": True}
GTIN = "6921168509256"
ASK = "/api/v1/negative-list"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    made = exchange(tmp_path_factory.mktemp("list"), ("traceability",))
    made.world.do(register.register, "admin1", SHOP, "示例商店", (PartyKind.SELLER,), "370100")
    made.world.give("shop", SHOP, Role.QUERY)
    return made


@pytest.fixture(scope="module", autouse=True)
def lists(hub: Exchange) -> None:
    assert is_problem(hub.get("platform", f"{ASK}/feed"), 404)
    ordinary = {"product_basic": [{}], "enterprise_basic": [{}]}
    make(facts(**ordinary, spot_check=[FAILED]), day("2026-02-10"), hub.api.parts)
    penalty = {"decided_on": "2026-03-01", "sampling_form_no": "S1"}
    make(facts(**ordinary, spot_check=[FAILED], penalty_decision=[penalty]), day("2026-03-10"), hub.api.parts)


def test_a_shop_asks_whether_it_may_sell_a_scanned_product(hub: Exchange) -> None:
    told = hub.get("shop", f"{ASK}?code={GTIN}")
    assert told.status_code == 200, told.text
    body = told.get_json()
    assert (body["clause"], body["list"], body["day"]) == ("SM16", 2, "2026-03-10")
    (answer,) = body["answers"]
    assert (answer["outcome"], answer["class"], answer["colour"]) == ("listed", "I", "red")
    assert {one["rule"] for one in answer["entries"]} == {"I-2"}
    assert all(one["because_zh"] and one["advice_zh"] for one in answer["entries"])


def test_a_shop_asks_about_its_whole_stock_and_learns_nothing_beyond(hub: Exchange) -> None:
    asked = {"questions": [{"code": GTIN}, {"code": "6901234567892"}, {"model": "M1"}]}
    answers = hub.post("shop", ASK, asked).get_json()["answers"]
    assert [one["outcome"] for one in answers] == ["listed", "unknown_code", "unclear"]
    assert is_problem(hub.post("shop", ASK, {"questions": [{"code": GTIN}] * 51}), 422)
    assert is_problem(hub.post("shop", ASK, {"questions": [{"recipe": "x"}]}), 422)
    assert is_problem(hub.get("shop", f"{ASK}/feed"), 403, "refused")


def test_a_platform_takes_the_list_and_then_its_changes(hub: Exchange) -> None:
    def taken(path: str) -> pl.DataFrame:
        answer = hub.get("platform", path)
        assert answer.status_code == 200, answer.text
        *lines, end = answer.data.splitlines(keepends=True)
        said = json.loads(end)["@end"]
        assert said == {"rows": len(lines), "sha256": hashlib.sha256(b"".join(lines)).hexdigest()}
        assert answer.headers["X-List"] == "2"
        return pl.DataFrame([json.loads(line) for line in lines], infer_schema_length=None)

    whole, changes = taken(f"{ASK}/feed"), taken(f"{ASK}/feed?since=1")
    book = shipped("negative_list")
    assert whole["entry_id"].to_list() == full(kept(hub.api.parts).listing, book)["entry_id"].to_list()
    before = full(kept(hub.api.parts, 1).listing, book)
    after = applied(before.select("entry_id"), changes.select("change", "entry_id"))
    assert after["entry_id"].to_list() == whole["entry_id"].to_list()
    assert "source" not in whole.columns
    assert is_problem(hub.get("platform", f"{ASK}/feed?since=9"), 404)


@pytest.mark.parametrize("reader", ["", "institute", "agent", "lab"])
def test_nobody_else_is_told(hub: Exchange, reader: str) -> None:
    for path in (f"{ASK}?code={GTIN}", f"{ASK}/feed"):
        answer = hub.get(reader, path) if reader else hub.api.get(path)
        assert is_problem(answer, 403 if reader else 401), path
        assert MAKER not in answer.text


def test_a_scan_tells_registered_users_what_the_list_says_of_the_item(hub: Exchange) -> None:
    codes = pl.read_parquet(hub.api.parts.releases / "traceability" / "1" / "traceability.parquet")["trace_code"]
    code = codes.filter(codes.str.starts_with("(01)"))[0]
    products = [{"gtin": code[4:18]}]
    sold = facts(product_basic=products, enterprise_basic=[{}], spot_check=[FAILED])
    make(sold, day("2026-02-10"), hub.api.parts)
    asked = {"code": code}
    bearer = {"Authorization": f"Bearer {hub.token('shop')}"}
    signed_in = hub.api.get("/api/v1/trace", query_string=asked, headers=bearer).get_json()
    stranger = hub.api.get("/api/v1/trace", query_string=asked).get_json()
    assert signed_in["listed"]["outcome"] == "listed"
    assert stranger["listed"] is None
    assert signed_in["product"] == stranger["product"]


def test_every_question_is_a_use_in_the_ledger(hub: Exchange) -> None:
    with hub.api.parts.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "SELECT action, count(*) FROM exchange_use WHERE dataset = 'negative_list' GROUP BY action"
        )
        counted = {str(action): int(number) for action, number in found}
    assert counted["lookup"] >= 2
    assert counted["push"] >= 2
