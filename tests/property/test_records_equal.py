"""Measures on records give what the definitions give row by row, and the search finds what trying every node finds."""

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.model import RecordRisk
from desensitise.records import measure, search, survey_of
from desensitise.records.hierarchy import hierarchy_of, labels_at
from desensitise.reference import records as slow

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "place": st.sampled_from(["330106", "330102", "330200", "370202", None]),
            "day": st.sampled_from(["2024-01-05", "2024-02-11", "2024-07-30", "2025-01-01"]),
            "worth": st.none() | st.integers(0, 6),
            "illness": st.sampled_from(["flu", "cold", "gout", None]),
        }
    ),
    min_size=1,
    max_size=24,
)
SCHEMA = {"place": pl.String, "day": pl.String, "worth": pl.Int64, "illness": pl.String}
QUASI = ("place", "day")
STEPS = {"place": ("city", "province"), "day": ("quarter", "year")}


def frame(rows):
    return pl.DataFrame(rows, schema=SCHEMA)


@settings(deadline=None, max_examples=150)
@given(ROWS, st.integers(2, 6))
def test_all_measures_follow_their_definitions(rows, k):
    risk = measure(survey_of([frame(rows)], QUASI, ("worth", "illness")), k)
    groups = list(slow.classes_of(rows, QUASI).values())
    sizes = [len(group) for group in groups]
    assert (risk.rows, risk.classes, risk.k) == (len(rows), len(groups), min(sizes))
    assert risk.unique == sum(size for size in sizes if size == 1)
    assert risk.at_risk == pytest.approx(sum(size for size in sizes if size < k) / len(rows))
    assert risk.marketer == pytest.approx(len(groups) / len(rows))
    assert sum(risk.sizes.values()) == len(rows)
    for one in risk.attributes:
        assert one.distinct == min(slow.distinct(group, one.name) for group in groups)
        assert one.entropy == pytest.approx(min(slow.entropy(group, one.name) for group in groups))
        far = max(slow.closeness(group, rows, one.name, ordered=one.ordered) for group in groups)
        assert one.t == pytest.approx(far, abs=1e-12)
    assert [one.ordered for one in risk.attributes] == [True, False]


@settings(deadline=None)
@given(ROWS, st.integers(1, 5))
def test_a_survey_does_not_depend_on_how_rows_come_in_batches(rows, size):
    whole = measure(survey_of([frame(rows)], QUASI, ("worth",)))
    parts = [frame(rows[at : at + size]) for at in range(0, len(rows), size)]
    assert measure(survey_of(parts, QUASI, ("worth",))) == whole


PROMISES = st.builds(
    RecordRisk,
    st.just(QUASI),
    k=st.integers(2, 5),
    sensitive=st.just(("worth", "illness")),
    l=st.integers(1, 2),
    entropy=st.booleans(),
    t=st.none() | st.sampled_from([0.2, 0.4, 0.6]),
    most_suppressed=st.sampled_from([0, 10, 40]),
)


@settings(deadline=None, max_examples=150)
@given(ROWS, PROMISES)
def test_the_search_finds_the_optimum(rows, promise):
    survey = survey_of([frame(rows)], QUASI, promise.sensitive)
    labels = {}
    for name in QUASI:
        hierarchy = hierarchy_of(name, survey.table[name].unique().sort(), STEPS[name])
        labels[name] = [labels_at(hierarchy, level) for level in range(hierarchy.levels)]
    found = search(survey, STEPS, promise)
    best = slow.optimum(rows, labels, promise, frozenset({"worth"}))
    assert (found is None) == (best is None)
    assert found is None or found.loss == pytest.approx(best)


def test_without_anything_to_give_up_the_bound_opens_one_node():
    rows = [{"place": "330106", "day": "2024-01-05", "worth": 1, "illness": "flu"}] * 9
    found = search(survey_of([frame(rows)], QUASI), STEPS, RecordRisk(QUASI, 5))
    assert (found.levels, found.loss, found.opened) == ((0, 0), 0.0, 1)


def test_entropy_of_even_values_is_their_number():
    rows = [{"place": "a", "day": "b", "worth": worth, "illness": None} for worth in range(5)]
    (one,) = measure(survey_of([frame(rows)], QUASI, ("worth",))).attributes
    assert math.isclose(one.entropy, 5)
