"""Quality scores: shares of the six dimensions, nothing invented where nothing was measured."""

import json
from datetime import datetime, timedelta, timezone

import pytest

from catalog.quality import Outside, Quality, Share, evaluate, period_days
from catalog.tally import LAG_DAYS, Count, Tally

AS_OF = datetime(2026, 5, 1, 2, tzinfo=timezone(timedelta(hours=8)))
NAMES = ("normativity", "completeness", "accuracy", "consistency", "timeliness", "accessibility")
TALLY = Tally(
    rows_read=100,
    rows_kept=90,
    cells=1000,
    filled=800,
    dirty=8,
    duplicates=2,
    keyed=92,
    timed=200,
    ordered=190,
    lags=(50, 20, 10, 5, 5, 5, 3, 2),
    latest="2026-04-30T08:00:00+08:00",
    rules={
        ("a", "a:required"): Count("required", 100, 10),
        ("b", "b:required_when"): Count("required_when", 20, 5),
        ("a", "a:type"): Count("type", 90, 0),
        ("a", "a:length"): Count("length", 90, 9),
        ("c", "c:code"): Count("code", 100, 1),
        ("d", "d:range"): Count("range", 50, 0),
        ("e", "e:order"): Count("order", 30, 5),
        ("f", "USCC_CHECKSUM"): Count("check", 100, 4),
        ("g", "g:pattern"): Count("pattern", 10, 1),
    },
)
EVERYTHING = Outside(Share(9, 10), Share(4, 4), Share(3, 4), Share(1, 1), Share(7, 7), Share(2, 4))


def evaluated(tally=TALLY, total=100, frequency="P1M", outside=None):
    return evaluate(tally, total_at_source=total, as_of=AS_OF, frequency=frequency, outside=outside)


def indicator(quality, name):
    return next(i for d in quality.dimensions for i in d.indicators if i.name == name)


def test_there_are_six_dimensions_in_the_order_of_the_standard():
    quality = evaluated()
    assert tuple(d.name for d in quality.dimensions) == NAMES
    assert (quality.rows, quality.as_of) == (100, "2026-05-01T02:00:00+08:00")


@pytest.mark.parametrize(
    ("name", "met", "of"),
    [
        ("standard", 171, 180),
        ("business_rules", 90, 100),
        ("reference_data", 99, 100),
        ("elements", 105, 120),
        ("records", 100, 100),
        ("content", 96, 100),
        ("format", 99, 100),
        ("uniqueness", 90, 92),
        ("clean_cells", 792, 800),
        ("promptness", 85, 100),
        ("sequence", 190, 200),
        ("metadata", 9, 10),
        ("security", 4, 4),
        ("same_data", 3, 4),
        ("linked_data", 1, 1),
        ("reachable", 7, 7),
        ("usable", 2, 4),
    ],
)
def test_every_indicator_is_the_share_of_what_meets_its_rule(name, met, of):
    told = indicator(evaluated(outside=EVERYTHING), name)
    assert told.share == Share(met, of)
    assert told.why == ""


def test_a_dimension_is_the_mean_of_what_was_measured():
    scores = evaluated(outside=EVERYTHING).scores()
    assert scores == {
        "normativity": 94.8,  # 0.95, 0.90, 0.99, 0.90, 1
        "completeness": 93.75,  # 0.875, 1
        "accuracy": 97.95,  # 0.96, 0.99, 0.97826…, 0.99, cut and not rounded up
        "consistency": 87.5,
        "timeliness": 90.0,
        "accessibility": 75.0,
    }
    assert evaluated().scores()["normativity"] == 94.66  # two indicators fewer, two thirds cut


def test_only_full_marks_give_a_hundred():
    nearly = evaluated(Tally(rows_read=999_999), total=1_000_000)
    assert nearly.scores() == {"completeness": 99.99}
    assert evaluated(Tally(rows_read=1_000_000), total=1_000_000).scores() == {"completeness": 100.0}


def test_numerators_and_denominators_add_up_over_what_was_measured():
    completeness = evaluated().dimensions[1]
    assert (completeness.numerator, completeness.denominator) == (205, 220)


def test_what_was_not_measured_stays_none_and_says_so():
    quality = evaluated()
    assert quality.unmeasured() == ("consistency", "accessibility")
    assert set(quality.scores()) == set(NAMES) - {"consistency", "accessibility"}
    consistency = quality.dimensions[3]
    assert consistency.score is consistency.numerator is consistency.denominator is None
    assert indicator(quality, "metadata").why == "not measured"


def test_nothing_to_look_at_is_no_full_mark():
    quality = evaluated(Tally(), total=0)
    assert quality.unmeasured() == NAMES
    assert {i.rate for d in quality.dimensions for i in d.indicators} == {None}
    assert indicator(quality, "content").why == "nothing to measure"


def test_more_rows_than_the_source_told_are_no_more_than_all():
    assert indicator(evaluated(total=80), "records").share == Share(80, 80)
    assert indicator(evaluated(total=400), "records").rate == 0.25


@pytest.mark.parametrize(
    ("frequency", "within"),
    [("P1D", 50), ("PT1H", 50), ("P1W", 70), ("P2W", 80), ("P1M", 85), ("P3M", 90), ("P6M", 95), ("P1Y", 98)],
)
def test_promptness_counts_the_rows_within_the_promised_interval(frequency, within):
    assert indicator(evaluated(frequency=frequency), "promptness").share == Share(within, 100)


@pytest.mark.parametrize("frequency", ["", "P", "monthly", "P5Y", "R/P1M", "P1M\n"])
def test_without_a_promise_promptness_is_not_measured_but_order_is(frequency):
    quality = evaluated(frequency=frequency)
    assert indicator(quality, "promptness").share is None
    assert indicator(quality, "promptness").why == "no interval is promised"
    assert quality.scores()["timeliness"] == 95.0


@pytest.mark.parametrize(
    ("frequency", "days"),
    [
        ("P1D", 1),
        ("P7D", 7),
        ("P2W", 14),
        ("P1M", 31),
        ("P3M", 92),
        ("P12M", 366),
        ("P1Y", 366),
        ("PT12H", 1),
        ("P", None),
        ("", None),
    ],
)
def test_periods_are_read_as_days(frequency, days):
    assert period_days(frequency) == days


def test_quality_survives_json_and_equal_qualities_give_equal_text():
    for outside in (None, EVERYTHING):
        quality = evaluated(outside=outside)
        text = quality.to_json()
        assert Quality.from_json(text) == quality
        assert Quality.from_json(text).to_json() == text
        shown = {d["name"]: d["score"] for d in json.loads(text)["dimensions"]}
        assert {name: score for name, score in shown.items() if score is not None} == quality.scores()


def test_lags_have_a_place_for_every_bound_and_one_for_longer():
    assert len(Tally().lags) == len(LAG_DAYS) + 1
    assert list(LAG_DAYS) == sorted(set(LAG_DAYS))
