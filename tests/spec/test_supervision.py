"""Supervision and colours are as their manual says; what is published of colours follows from told figures alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from exporters.rules.area_colours import colours, homeless
from exporters.rules.book import shipped
from exporters.rules.negative_list import derive, on
from exporters.rules.supervision import by_bureau, modes, more_firms, more_products, tasks
from exporters.rules.supervision.tasks import lots
from hub.rules.colours import published
from tests.rules_world import MAKER, OTHER, day, facts
from tests.spec.supervision_cases import AREAS, MODES, Area

BOOK = shipped("supervision")
DAY = day("2026-07-02")


@pytest.mark.parametrize(("risk", "levels", "mode", "flags"), MODES)
def test_the_mode_is_that_of_the_manual(risk: str, levels: Sequence[str | None], mode: str | None, flags: str) -> None:
    made = pl.DataFrame({"producer_uscc": [MAKER] * len(levels), "product_name": [f"P{n}" for n in range(len(levels))]})
    known = pl.DataFrame(
        {"product_name": [f"P{n}" for n in range(len(levels))], "level": list(levels)},
        schema={"product_name": pl.String, "level": pl.String},
    )
    classes = pl.DataFrame({"uscc": [MAKER], "risk_class": [risk]})
    (row,) = modes(classes, made.cast(pl.String), known, BOOK).iter_rows(named=True)
    assert (row["mode"], row["flags"]) == (mode, flags)


def producers(counties: dict[str, tuple[int, int]]) -> pl.DataFrame:
    rows = [
        (f"{code}-{n}", code, "high" if n < high else "low", "A")
        for code, (every, high) in counties.items()
        for n in range(every)
    ]
    return pl.DataFrame(rows, schema=["uscc", "region_code", "risk_class", "class_2012"], orient="row")


@pytest.mark.parametrize("area", AREAS, ids=[str(n) for n in range(len(AREAS))])
def test_an_area_has_the_colour_of_the_manual(area: Area) -> None:
    rows = colours(producers(area.counties), shipped("area_colours"))
    found = {
        code: (colour, source)
        for code, colour, source in rows.select("area_code", "colour", "coloured_as").iter_rows()
        if code in area.told
    }
    assert found == area.told


def test_a_producer_without_a_known_region_is_told_and_counted_nowhere() -> None:
    rows = producers({"370202": (10, 2), "999999": (5, 5), "370200": (12, 3), "370000": (1, 1)})
    assert homeless(rows).height == 18
    made = colours(rows, shipped("area_colours"))
    assert made.select("level", "area_code", "producers").rows() == [
        ("city", "370200", 10), ("county", "370202", 10), ("province", "370000", 10),
    ]  # fmt: skip


def test_a_city_without_counties_is_its_own_county() -> None:
    made = colours(producers({"441900": (10, 2)}), shipped("area_colours"))
    assert made.select("level", "area_code").rows() == [("county", "441900"), ("province", "440000")]


def test_the_pilot_counts_class_c() -> None:
    rows = producers({"370202": (10, 9)}).with_columns(class_2012=pl.lit("C"))
    assert colours(rows, shipped("area_colours", "pilot_2020"))["colour"].unique().to_list() == ["red"]


def test_what_is_published_of_colours_tells_of_no_few_and_follows_from_told_figures() -> None:
    counties = {
        "370202": (40, 8),
        "370203": (30, 2),
        "370212": (25, 6),
        "370213": (3, 1),
        "370102": (50, 9),
        "370103": (12, 0),
    }
    rows = published(producers(counties), shipped("area_colours"), 5)
    assert rows.filter(pl.col("counted").is_between(1, 4) | pl.col("producers").is_between(1, 4)).is_empty()
    assert rows["withheld"].any()
    assert not rows["withheld"].all()
    told = dict(rows.filter(pl.col("share").is_not_null()).select("area_code", "share").iter_rows())
    coloured = rows.filter(pl.col("colour").is_not_null())
    assert set(coloured["coloured_as"]) <= set(told)
    assert coloured["producers"].null_count() == 0


def test_tasks_follow_from_mode_size_and_what_was_done() -> None:
    given = facts(
        enterprise_basic=[{}, {"uscc": OTHER, "enterprise_size": "2"}],
        special_rectification=[{"rectify_by": "2026-02-10"}, {"inspected_on": "2025-05-05"}],
        spot_check=[{}, {"counterfeit": "1"}],
    )
    mode = pl.DataFrame(
        {"uscc": [MAKER, OTHER], "mode": ["strict", None], "because": ["", ""], "flags": ["", "UNKNOWN:product_level"]}
    )
    rows = tasks(mode, given, BOOK, DAY, seed=1)
    mine = rows.filter(pl.col("uscc") == MAKER).row(0, named=True)
    assert (mine["tier"], mine["bureau_region"], mine["state"], mine["duty"]) == (
        "3",
        "370102",
        "on_time",
        "rectification_report",
    )
    assert [
        mine[c] for c in ("inspections_due", "inspections_done", "checks_due", "checks_done", "open_rectifications")
    ] == [2, 1, 2, 1, 1]
    other = rows.filter(pl.col("uscc") == OTHER).row(0, named=True)
    assert (other["tier"], other["bureau_region"], other["state"]) == ("2", "370100", "undecided")
    assert tasks(mode, given, BOOK, day("2026-12-31"), seed=1).filter(pl.col("uscc") == MAKER)["state"].to_list() == [
        "behind"
    ]
    assert by_bureau(rows)["producers"].to_list() == [1, 1]


def test_a_producer_of_unknown_size_or_place_is_flagged_and_given_to_nobody() -> None:
    given = facts(
        enterprise_basic=[{"enterprise_size": "9"}, {"uscc": OTHER, "region_code": "999999"}],
        special_rectification=[],
        spot_check=[],
    )
    mode = pl.DataFrame({"uscc": [MAKER, OTHER], "mode": ["credit"] * 2, "because": [""] * 2, "flags": [""] * 2})
    rows = tasks(mode, given, BOOK, DAY, seed=1)
    assert rows["bureau_region"].to_list() == [None, None]
    assert set(rows["flags"]) == {"UNKNOWN:enterprise_size", "UNKNOWN:region_code"}


def test_the_lot_is_even_repeatable_and_of_its_own_each_year() -> None:
    codes = pl.Series([f"{n:018d}" for n in range(20_000)])
    first = lots(codes, 7, 2026)
    assert np.array_equal(first, lots(codes, 7, 2026))
    assert np.array_equal(first[100:200], lots(codes[100:200], 7, 2026))
    assert abs((first < 0.2).mean() - 0.2) < 0.01
    both = (first < 0.2) & (lots(codes, 7, 2027) < 0.2)
    assert abs(both.mean() - 0.04) < 0.01


def test_sampling_tells_which_products_and_firms_to_sample_more_and_why() -> None:
    given = facts(
        spot_check=[
            {"verdict": "2", "safety_failed": True},
            {"verdict": "2", "product_name": "软管", "producer_uscc": OTHER},
        ],
        risk_monitoring=[{}, {"source_type": "6"}, {"assessed_on": "2020-01-01"}],
        product_basic=[{}, {"product_name": "软管"}],
    )
    book = shipped("negative_list")
    entries = on(day("2026-03-01"), derive({"spot_check": given["spot_check"]}, book).spans, book).entries
    products = more_products(entries, given, BOOK, day("2026-03-01"))
    assert products.select("product_name", "points", "factor", "reasons").rows() == [
        ("灶具", 11, 3, "I-1×1;injury×1;complaint×1"),
        ("软管", 1, 2, "III-1×1"),
    ]
    strict = pl.DataFrame({"uscc": [OTHER], "mode": ["strict"]})
    assert more_firms(entries, strict, BOOK).rows() == [(MAKER, 5, 3, "I-1"), (OTHER, 4, 2, "III-1;strict")]
