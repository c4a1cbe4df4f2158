"""Faults by source bureau: worst first, by month, and a list of corrections that repeats no value."""

from __future__ import annotations

import polars as pl
import pytest

from exporters.rules.book import shipped
from exporters.rules.data_quality import FAULTS, corrections, faults, trend, worst
from exporters.rules.negative_list import derive
from exporters.rules.trace_chain import doubts
from tests.rules_world import facts

HERE, THERE = "11370100005000026T", "11370200005000034C"
FACTS = facts(
    spot_check=[
        {"verdict": "9", "updated_at": "2026-01-05"},
        {"batch": None, "verdict": "2", "updated_at": "2026-01-06"},
        {"updated_at": "2026-02-07"},
        {"verdict": "2", "safety_failed": None, "source_org_uscc": THERE},
        {"safety_failed": True, "source_org_uscc": THERE},
    ],
    product_basic=[{"gtin": "6921168509257", "producer_uscc": "91370100005000077Y"}],
    penalty_decision=[{"cause": "x"}],
)


def test_every_fault_has_its_bureau_dimension_and_waiting_rules() -> None:
    rows = faults(FACTS, derive(FACTS, shipped("negative_list")).undecided)
    assert rows.schema == FAULTS
    told = rows.select("bureau", "table", "record_id", "fault", "dimension").rows()
    assert (HERE, "spot_check", "spot_check-0", "UNKNOWN:verdict", "规范性") in told
    assert (HERE, "spot_check", "spot_check-1", "MISSING:batch", "完整性") in told
    assert (THERE, "spot_check", "spot_check-4", "CONTRADICTS:verdict,safety_failed", "一致性") in told
    assert (HERE, "product_basic", "product_basic-0", "CHECK:gtin", "准确性") in told
    assert (HERE, "product_basic", "product_basic-0", "CHECK:producer_uscc", "准确性") in told
    waiting = rows.filter(pl.col("fault") == "MISSING:safety_failed")["rules"].to_list()
    assert waiting == ["I-1;III-1;III-4;II-5"]


def test_registers_of_other_authorities_are_not_sent_back() -> None:
    assert set(faults(FACTS)["table"]) == {"spot_check", "product_basic"}


def test_the_worst_stands_first_with_its_share() -> None:
    rows = worst(faults(FACTS), FACTS)
    assert rows["share"].to_list() == sorted(rows["share"], reverse=True)
    batch = rows.filter((pl.col("fault") == "MISSING:batch") & (pl.col("bureau") == HERE)).row(0, named=True)
    assert (batch["records"], batch["of"], batch["share"]) == (1, 3, 0.333333)


def test_the_trend_counts_sound_records_by_month() -> None:
    rows = trend(faults(FACTS), FACTS).filter((pl.col("bureau") == HERE) & (pl.col("table") == "spot_check"))
    complete = rows.filter(pl.col("dimension") == "完整性").select("month", "of", "faulty", "sound").rows()
    assert complete == [("2026-01", 2, 1, 0.5), ("2026-02", 1, 0, 1.0)]


def test_the_corrections_of_a_bureau_are_its_own_and_hold_no_value() -> None:
    rows = faults(FACTS, derive(FACTS, shipped("negative_list")).undecided)
    mine = corrections(rows, THERE)
    assert mine["record_id"].to_list() == ["spot_check-3", "spot_check-4"]
    assert mine.columns == ["table", "record_id", "faults", "rules"]
    text = corrections(rows, HERE).write_csv()
    assert "6921168509257" not in text
    assert "91370100005000077Y" not in text


@pytest.mark.parametrize(
    ("code", "scheme", "granularity", "wanted"),
    [
        ("6921168509256", "1", "1", ""),
        ("(01)06921168509256(10)L1", "1", "2", ""),
        ("https://id.example.cn/01/06921168509256/10/L1/21/S1", "1", "3", ""),
        ("010692116850925621S1", "1", "3", ""),
        ("010692116850925610L1\x1d21S1", "1", "3", ""),
        ("E=1000112345", "2", "3", ""),
        ("https://www.iotroot.com/E=1000112345", "2", "1", ""),
        ("https://www.hgzcloud.com/c/8Kq2", "3", "2", ""),
        ("2016010901123456", "4", "1", ""),
        ("6921168509257", "1", "1", "CHECK:trace_code"),
        ("(01)06921168509256(17)260230", "1", "1", "CHECK:trace_code"),
        ("E=1000112345", "3", "3", "CONTRADICTS:trace_scheme,trace_code"),
        ("6921168509256", "1", "3", "CONTRADICTS:granularity,trace_code"),
        ("010692116850925610L1", "1", "1", "CONTRADICTS:granularity,trace_code"),
        ("2016010901123456", "1", "2", "CONTRADICTS:granularity,trace_code;CONTRADICTS:trace_scheme,trace_code"),
    ],
)
def test_a_trace_code_is_held_against_its_record(code: str, scheme: str, granularity: str, wanted: str) -> None:
    flow = {"trace_code": code, "trace_scheme": scheme, "granularity": granularity}
    told = doubts(facts(trace_flow=[flow])["trace_flow"])
    assert ";".join(told["flags"]) == wanted
    waits = told.select(
        pl.lit("trace_flow").alias("source"), "record_id", "flags", unit_key=pl.lit(""), rules=pl.lit("TR06")
    )
    assert ";".join(faults(facts(trace_flow=[flow]), waits)["fault"]) == wanted
