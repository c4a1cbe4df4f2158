"""Notices: who is given a task, when it is due, what hinders publishing, and messages that alert hubs can read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xmlschema

from exporters.rules.book import shipped
from exporters.rules.notices import (
    Bureau,
    Kind,
    Level,
    Message,
    Notice,
    Recall,
    Review,
    cap_xml,
    clock,
    clusters,
    hindrances,
    recall_notice,
    tip,
)
from exporters.rules.safety_gate import COLUMNS, RISK, to_alerts, to_risk
from tests.rules_world import day, facts
from tests.spec.notice_cases import CLOCKS, CLUSTERS, EARLIER, GUARDS, NOTICE, NOW, START

DATA = Path(__file__).resolve().parents[1] / "data"
ALERTS = json.loads((DATA / "safety_gate" / "records.json").read_text(encoding="utf-8"))
RECALL = Recall(
    "ZH370001",
    "示例燃具有限公司",
    "JZT-2B01",
    "2025年1月至3月",
    115_000,
    "台",
    "免费更换",
    date(2026, 3, 5),
    None,
    "400-0000000",
)
NOTICES = {
    "tip": NOTICE,
    "update": replace(NOTICE, message=Message.UPDATE, references=(EARLIER,), notice_no="370100-2026-X-0002"),
    "cancel": replace(NOTICE, message=Message.CANCEL, references=(EARLIER, EARLIER), expires=None),
    "recall": replace(NOTICE, kind=Kind.RECALL, recall=RECALL, level=Level.SERIOUS, source="recall", product="家用燃气灶具"),
    "odd": replace(NOTICE, title="<&>\"'", codes=("06921168509256",), web="https://amr.example.cn/1?a=1&b=2", level=Level.LOW, source="opinion"),
}  # fmt: skip


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(DATA / "cap" / "CAP-v1.2.xsd"))


@pytest.mark.parametrize("name", NOTICES)
def test_every_message_is_valid_against_the_schema_of_oasis(schema: xmlschema.XMLSchema, name: str) -> None:
    schema.validate(cap_xml(NOTICES[name]).decode())


def test_the_schema_would_refuse_a_broken_message(schema: xmlschema.XMLSchema) -> None:
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        schema.validate(cap_xml(NOTICE).decode().replace("Severe", "Dreadful"))


def test_a_message_says_what_the_notice_says(schema: xmlschema.XMLSchema) -> None:
    read: Any = schema.to_dict(cap_xml(NOTICES["cancel"]).decode())
    assert (read["msgType"], read["status"], read["scope"]) == ("Cancel", "Actual", "Public")
    assert read["references"].split()[0] == f"{EARLIER.sender},{EARLIER.notice_no},{EARLIER.sent.isoformat()}"
    (info,) = read["info"]
    assert (info["urgency"], info["responseType"]) == ("Past", ["AllClear"])
    (area,) = info["area"]
    assert area["geocode"] == [{"valueName": "GB/T 2260", "value": "370102"}]


def test_a_producer_stands_in_the_message_only_when_the_facts_are_closed() -> None:
    named = replace(NOTICE, producer="示例燃具有限公司")
    assert "示例燃具有限公司" not in cap_xml(named).decode()
    assert "示例燃具有限公司" in cap_xml(replace(named, facts_closed=True)).decode()


@pytest.mark.parametrize(
    ("what", "notice", "review", "bureau", "why"), GUARDS, ids=[str(n) for n in range(len(GUARDS))]
)
def test_a_notice_is_hindered_by_what_the_manual_says(
    what: str, notice: Notice, review: Review, bureau: Bureau, why: tuple[str, ...]
) -> None:
    assert hindrances(notice, review, bureau, NOW) == why, what


@pytest.mark.parametrize(("level", "hours", "after", "state"), CLOCKS)
def test_a_clock_stands_as_the_manual_says(level: Level, hours: int, after: int | None, state: str | None) -> None:
    published = None if after is None else START + timedelta(hours=after)
    found = clock(level, START, START + timedelta(hours=hours), published)
    assert (found.state if found else None) == state


@pytest.mark.parametrize(("what", "rows", "task"), CLUSTERS, ids=[str(n) for n in range(len(CLUSTERS))])
def test_a_cluster_makes_the_task_of_the_manual(what: str, rows: Sequence[Mapping[str, Any]], task: str) -> None:
    made = clusters(facts(risk_monitoring=rows, enterprise_basic=[{}]), shipped("notices"), day("2026-02-20"))
    told = [
        " ".join(filter(None, [f"{r['because']} → {r['territory']}", "joint" if r["joint"] else "", r["flags"]]))
        for r in made.iter_rows(named=True)
    ]
    assert told == ([task] if task else []), what


def test_drafts_are_built_as_real_notices_are() -> None:
    text = tip(NOTICE)
    assert "选购提示：一是查看CCC标志和能效标识；二是选择带熄火保护装置的产品。" in text
    assert "使用提示：一是点火不成功时先关阀通风。" in text
    assert "撤销" in tip(NOTICES["cancel"])
    recall = recall_notice(NOTICES["recall"])
    assert "115,000台" in recall
    assert recall.index("召回范围") < recall.index("缺陷") < recall.index("召回措施") < recall.index("联系方式")


def test_every_real_alert_becomes_a_risk_record_and_comes_back_as_it_was() -> None:
    alerts = pl.DataFrame(ALERTS, schema=dict.fromkeys(COLUMNS, pl.String))
    risks = to_risk(alerts)
    assert alerts.height == risks.height == 353
    assert risks.schema == RISK
    assert to_alerts(risks).equals(alerts)
    assert risks["record_id"].n_unique() == 353
    assert risks["injury_type"].null_count() == 0
    assert not risks["flags"].str.contains("UNKNOWN:risk_type").any()
    assert risks.select("severity", "probability", "risk_level").null_count().row(0) == (353, 353, 353)


def test_barcodes_of_real_alerts_are_split_and_flagged_and_never_refused() -> None:
    risks = to_risk(pl.DataFrame(ALERTS, schema=dict.fromkeys(COLUMNS, pl.String)))
    given = [alert["barcode"] for alert in ALERTS]
    sound = [len(text.split(";")) if text else 0 for text in risks["gtins"].fill_null("")]
    assert sum(1 for cell in given if cell) == 113
    assert sum(1 for n in sound if n) >= 98
    several = risks.filter(pl.col("flags").str.contains("BARCODE_SEVERAL"))
    assert several.height == sum(1 for cell in given if cell and len(cell.split()) > 1)
    assert risks.filter(pl.col("flags").str.contains("BARCODE_SHOP_NUMBER")).height == 3


def test_an_alert_in_unknown_words_keeps_them_and_is_flagged() -> None:
    odd = {
        **dict.fromkeys(COLUMNS),
        "alert_number": "SR/1/26",
        "risk_type": "Fire, Boredom",
        "type_of_alert": "Rumour",
        "counterfeit": "Perhaps",
    }
    risks = to_risk(pl.DataFrame([odd], schema=dict.fromkeys(COLUMNS, pl.String)))
    row = risks.row(0, named=True)
    assert (row["injury_type"], row["risk_level"], row["counterfeit"]) == ("火灾", None, None)
    assert row["flags"] == "UNKNOWN:risk_type;UNKNOWN:type_of_alert;UNKNOWN:counterfeit"
    assert to_alerts(risks).row(0, named=True) == odd


def test_a_serious_alert_says_its_level() -> None:
    serious = {
        **dict.fromkeys(COLUMNS),
        "alert_number": "SR/2/26",
        "type_of_alert": "Serious risk",
        "counterfeit": "Yes",
    }
    row = to_risk(pl.DataFrame([serious], schema=dict.fromkeys(COLUMNS, pl.String))).row(0, named=True)
    assert (row["risk_level"], row["counterfeit"]) == ("S", "2")
