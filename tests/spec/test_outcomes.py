"""The thirty indicators are as the manual says, cell by cell; nothing unreadable is counted or guessed."""

from __future__ import annotations

import json
from collections.abc import Mapping

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.datasets import declared
from desensitise.disclosure.release import spec_of
from exporters.rules.outcomes import KEYS, MEASURES, UNIT, IndicatorKind, counts, indicators, outcomes, undecided
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
