"""The thirty indicators are as the manual says, cell by cell; nothing unreadable is counted or guessed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.datasets import declared, parse_dataset
from catalog.errors import DeclarationError
from catalog.model import Dataset
from catalog.rows import Raw
from desensitise.disclosure import protect
from desensitise.disclosure.release import spec_of
from exporters.products import product_of
from exporters.products.base import as_raw
from exporters.rules.outcomes import KEYS, MEASURES, READS, UNIT, IndicatorKind, counts, indicators, outcomes, undecided
from exporters.rules.outcomes.counts import STATED, read_one_by_one, read_stated
from tests.rules_world import MAKER, OTHER, SHOP, facts
from tests.spec.outcome_cases import CASES, Rows


@pytest.mark.parametrize(("what", "rows", "wanted", "flags"), CASES, ids=[str(n) for n in range(len(CASES))])
def test_inspections_come_to_the_indicators_of_the_manual(
    what: str, rows: Rows, wanted: Mapping[str, str | None], flags: tuple[str, ...]
) -> None:
    given_ = facts(inspection=rows)["inspection"]
    (row,) = outcomes(given_, ()).iter_rows(named=True)
    told = {name: None if row[name] is None else str(row[name]) for name in wanted}
    assert told == wanted, what
    undecided_ = undecided(given_).with_columns(pl.col("record_id").str.strip_prefix("inspection-")).rows()
    assert tuple(f"{record} {flag}" for record, flag in undecided_) == flags, what


def test_cells_are_told_apart_by_city_month_group_and_role() -> None:
    rows = (
        {"region_code": "370102"},
        {"region_code": "370103", "inspected_on": "2026-01-31"},
        {"region_code": "370202"},
        {"inspected_on": "2026-02-01"},
        {"target_categories": "电线电缆"},
        {"unit_role": "2"},
    )
    told = outcomes(facts(inspection=rows)["inspection"])
    assert told.height == 5
    assert told.select(KEYS).row(0) == ("370100", "2026-01", "燃气器具", "1")
    assert told["producers_inspected"].to_list() == [2, 0, 1, 1, 1]


def test_all_thirty_stand_in_the_list_and_in_the_published_dataset() -> None:
    every = indicators().indicator
    assert {one.code.split(".")[0] for one in every} == {f"OC{number:02}" for number in range(1, 31)}
    dataset = next(one for one in declared() if one.id == "rectification")
    columns = {column.field.code: column.field.name for column in dataset.columns}
    assert {one.code: one.name for one in every}.items() <= columns.items()
    spec = spec_of(dataset)
    assert {one.name for one in spec.measures} >= set(MEASURES)
    rates = {one.name: (one.numerator, one.denominator) for one in spec.rates}
    assert rates == {one.name: one.of for one in every if one.kind is IndicatorKind.RATE}


def _with_period(period: str) -> Dataset:
    text = (files("catalog") / "datasets" / "rectification.toml").read_text(encoding="utf-8")
    return parse_dataset(text.replace('period = "quarter"', f'period = "{period}"'), "own.toml")


def test_single_months_are_told_after_disclosure_control_where_a_declaration_asks_for_them() -> None:
    given = [
        {
            "record_id": f"V{month}{n}",
            "uscc": f"9137010000500{n:05}",
            "unit_role": "1",
            "inspected_on": f"2026-{month}-0{1 + n % 9}",
            "outcome_indicators": '{"batches_sampled":2}',
        }
        for month, units in (("01", 6), ("02", 2), ("03", 7), ("05", 8))
        for n in range(units)
    ]
    dataset = _with_period("month")
    counted = counts(facts(inspection=given)["inspection"])
    sums = counted.group_by(*KEYS, UNIT).agg(pl.all().sum())
    table = protect(sums, spec_of(dataset, 5)).table.filter(
        (pl.col("region_code") == "370100") | (pl.col("region_code") == "_T")
    )
    whole = table.filter((pl.col("product_group") == "_T") & (pl.col("unit_role") == "_T"))
    told = dict(whole.select("period", "producers_inspected").unique().iter_rows())
    assert {"2026-01", "2026-02", "2026-03", "2026Q1", "2026Q2", "2026", "_T"} <= set(told)
    assert told["2026-02"] is None, "two units"
    assert None in {told["2026-01"], told["2026-03"]}, "the quarter would give the month away"
    assert told["2026Q1"] == 15


def test_a_period_that_is_none_is_refused() -> None:
    with pytest.raises(DeclarationError, match="neither month nor quarter"):
        product_of(_with_period("week")).derive(_raw(), _with_period("week"))


@pytest.mark.parametrize(("period", "found"), [("month", "2026-01"), ("quarter", "2026Q1")])
def test_the_product_sums_by_the_period_that_is_declared(period: str, found: str) -> None:
    dataset = _with_period(period)
    made = product_of(dataset).derive(_raw(), dataset)
    assert set(made.batch.column("period").to_pylist()) == {found}


def _raw() -> Raw:
    rows = facts(inspection=[{}])["inspection"].with_columns(
        pl.col("target_categories").str.split(";"), record_status=pl.lit("1"), openness=pl.lit("1")
    )
    return as_raw(rows.select(*READS, "record_status", "openness"))


_CELL = st.one_of(
    st.dictionaries(
        st.sampled_from(STATED),
        st.sampled_from([0, 1, 2, 7, -1, 1.5, 1000.0, "3", "x", None, True, [1], {"recalls": 9}]),
        max_size=4,
    ).map(json.dumps),
    st.sampled_from(["", "x", "[1]", "3", "null", None]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_CELL, min_size=1, max_size=4))
def test_reading_all_at_once_gives_what_reading_one_by_one_gives(cells: list[str | None]) -> None:
    table = pl.DataFrame({"outcome_indicators": cells}, schema={"outcome_indicators": pl.String})
    assert read_stated(table).equals(read_one_by_one(table))


_ROW = st.fixed_dictionaries(
    {
        "uscc": st.sampled_from((MAKER, OTHER, SHOP, None)),
        "unit_role": st.sampled_from("12345"),
        "region_code": st.sampled_from(("370102", "370203")),
        "inspected_on": st.sampled_from(("2026-01-10", "2026-02-10")),
        "result": st.sampled_from(("1", "2")),
        "rectify_by": st.sampled_from(("2026-02-01", None)),
        "rectified_on": st.sampled_from(("2026-01-20", None)),
        "fine_amount": st.sampled_from(("1.05", "-1", None)),
        "outcome_indicators": st.sampled_from(('{"recalls":1}', '{"batches_failed":2}', "{", '{"problems_found":2}')),
    }
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_ROW, min_size=1, max_size=6), st.integers(0, 6))
def test_partial_sums_of_any_split_come_to_the_whole(rows: list[dict[str, str]], at: int) -> None:
    table = facts(inspection=rows)["inspection"]
    cut = [one for one in (table.head(at), table.slice(at)) if one.height]
    parts = pl.concat([counts(one) for one in cut])
    keys = [*KEYS, UNIT]
    one, two = (made.group_by(keys).sum().sort(keys, nulls_last=True) for made in (parts, counts(table)))
    assert one.equals(two)
