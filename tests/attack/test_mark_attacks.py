"""Attacks on marked copies: who must be named is named, and nobody else ever.

Thresholds are those of 10,000 grants at epsilon 1e-9; fewer grants are weighed here than in benchmarks/mark.py, so
epsilon is scaled by their number.
"""

from __future__ import annotations

from functools import cache
from math import log

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from desensitise.mark import Candidate, MasterKeys, identify
from desensitise.mark.facts import facts_digest
from desensitise.mark.identify import evidence_of
from tests.mark_attacks import COUNTS, MERGES, attacked, drawn, flipped, mix
from tests.mark_world import (
    CELLS,
    PUBLIC,
    ROUNDED,
    TRACE,
    candidates,
    cells,
    copy,
    joined,
    keys,
    original,
    trace,
)

GRANTS = 150
EPSILON = 1e-9 * GRANTS / 10_000
ROWS = 10_000
FIVE = [11, 12, 13, 14, 15]
NO_ORDER = {"seed": 3, "shuffle": True}


@cache
def world():
    return trace(ROWS), candidates(GRANTS)


@cache
def leaked(profile=TRACE, grant=7):
    return copy(world()[0], profile, grant)


def verdict(found, profile=TRACE):
    rows, grants = world()
    return identify(found, original(rows, profile), grants, EPSILON)


def names(found, profile=TRACE):
    return sorted(int(one.grant[1:]) for one in verdict(found, profile).named)


def values_only(rows, seed=3):
    """Rows without token, in an order that tells nothing."""
    return joined(leaked().drop("record_uri").sample(rows, seed=seed, shuffle=True))


def test_the_threshold_is_that_of_ten_thousand_grants():
    assert verdict(leaked()[:1]).threshold == pytest.approx(log(10_000 / 1e-9))


@pytest.mark.parametrize("profile", [PUBLIC, TRACE], ids=lambda one: one.name)
@pytest.mark.parametrize("row", [0, 9999])
def test_one_row_with_its_token_names_grant_and_download(profile, row):
    (one,) = verdict(leaked(profile)[row : row + 1], profile).named
    assert (one.grant, one.downloads, one.tokens) == ("g7", (7,), 1)


def test_tokens_moved_to_other_rows_are_rejected():
    rows = leaked(PUBLIC)[:300].drop("standards").with_columns(pl.col("record_uri").shift(1))[1:]
    found = verdict(rows.sample(299, **NO_ORDER), PUBLIC)
    assert found.outcome == "not enough evidence"
    assert found.moved_tokens == 299


def test_an_invented_token_names_nobody():
    rows = leaked(PUBLIC)[:1].drop("standards")
    forged = rows.with_columns(pl.col("record_uri").str.replace(".{6}$", "aaaaaa"))
    assert verdict(forged, PUBLIC).outcome == "not enough evidence"


@pytest.mark.parametrize("start", [0, ROWS - 20])
def test_twenty_rows_in_sequence_name_the_download(start):
    facts = leaked(PUBLIC)[start : start + 20].drop("record_uri", "standards")
    (one,) = verdict(facts, PUBLIC).named
    assert (one.grant, one.downloads) == ("g7", (7,))


@pytest.mark.parametrize("column", ["uscc", "product", "event", "region"])
@pytest.mark.parametrize("descending", [False, True])
def test_a_thousand_rows_after_a_stable_sort_name_the_download(column, descending):
    facts = leaked(PUBLIC)[3000:4000].drop("record_uri", "standards")
    (one,) = verdict(facts.sort(column, descending=descending, maintain_order=True), PUBLIC).named
    assert one.downloads == (7,)


def test_a_reversed_file_names_the_download():
    facts = leaked(PUBLIC)[100:130].drop("record_uri", "standards").reverse()
    assert [one.downloads for one in verdict(facts, PUBLIC).named] == [(7,)]


@pytest.mark.parametrize("seed", range(2))
def test_forty_shuffled_rows_of_values_name_the_grant(seed):
    assert names(values_only(40, seed)) == [7]


def test_one_per_cent_with_a_third_of_the_marks_flipped_names_the_grant():
    assert names(flipped(world()[0], TRACE, 7, 0.3).sample(1000, **NO_ORDER)) == [7]


@pytest.mark.parametrize("merge", MERGES)
def test_all_of_five_colluders_are_named(merge):
    found = attacked(world()[0], TRACE, FIVE, MERGES[merge], seed=99)
    assert names(found.sample(1000, **NO_ORDER)) == FIVE


@pytest.mark.parametrize("seed", range(2))
def test_a_hundred_and_thirty_rounded_numbers_name_the_grant(seed):
    assert names(flipped(world()[0], ROUNDED, 7, 0).sample(130, seed=seed), ROUNDED) == [7]


@pytest.mark.slow
def test_rounded_numbers_stand_flips_and_three_colluders():
    assert names(flipped(world()[0], ROUNDED, 7, 0.3).sample(1600, seed=1), ROUNDED) == [7]
    three = attacked(world()[0], ROUNDED, [21, 22, 23], mix, seed=99).sample(1300, seed=1)
    assert {21, 22, 23}.issuperset(names(three, ROUNDED))
    assert names(three, ROUNDED)


@pytest.mark.parametrize(
    "again", [lambda v: (v + 5) // 10 * 10, lambda v: (v / 10).round(mode="half_to_even").cast(pl.Int64) * 10]
)
def test_numbers_rounded_again_to_tens_name_the_grant(again):
    found = flipped(world()[0], ROUNDED, 7, 0).with_columns(again(pl.col("quantity")))
    assert names(found.sample(260, seed=1), ROUNDED) == [7]


@pytest.mark.parametrize("changed", [lambda v: v + 7, lambda v: v - 5, lambda v: v + 1000, lambda v: v / 1000])
def test_a_constant_added_to_all_numbers_or_another_unit_hides_nothing(changed):
    found = flipped(world()[0], ROUNDED, 7, 0).with_columns(changed(pl.col("quantity")))
    assert names(found.sample(130, seed=1), ROUNDED) == [7]


def test_numbers_of_nobody_stay_those_of_nobody():
    found = flipped(world()[0], ROUNDED, 7, 0).sample(130, seed=1)
    invented = np.random.default_rng(1).integers(0, 5000, 130)
    assert names(found.with_columns(pl.Series("quantity", invented)), ROUNDED) == []


@cache
def aggregate():
    rows = cells()
    return rows, original(rows, CELLS), drawn(rows, CELLS, FIVE)["count"][1]


@pytest.mark.parametrize("added", [3, 9, -200])
def test_a_constant_added_to_all_counts_hides_nothing(added):
    rows, _, _ = aggregate()
    found = flipped(rows, CELLS, 11, 0).sample(40, seed=1).with_columns(pl.col("count") + added)
    assert named_cells(found) == [11]


def named_cells(found):
    return sorted(int(one.grant[1:]) for one in identify(found, aggregate()[1], world()[1], EPSILON).named)


def test_twenty_five_cells_of_an_aggregate_name_the_grant():
    assert named_cells(flipped(aggregate()[0], CELLS, 7, 0).sample(25, seed=1)) == [7]


@pytest.mark.parametrize("merge", COUNTS)
def test_all_of_five_who_merge_an_aggregate_are_named(merge):
    rows, _, symbols = aggregate()
    copies = (rows.column("count").to_numpy() + symbols - 4).astype(np.float64)
    merged = COUNTS[merge](copies, np.random.default_rng(99))
    assert named_cells(pl.DataFrame(rows).with_columns(pl.Series("count", merged))) == FIVE


@pytest.mark.slow
def test_evidence_against_innocents_stays_within_its_bound():
    rows = trace(1500, seed=8)
    grants = candidates(400)
    evidence = []
    for culprit in range(1000, 1006):
        found = joined(copy(rows, TRACE, culprit).drop("record_uri")[:150])
        evidence.append(evidence_of(found, original(rows, TRACE), grants))
    every = np.concatenate(evidence)
    assert every.max() < 25
    assert [a for a in (0.1, 0.01, 0.001) if (every >= log(1 / a)).mean() > a] == []


def test_repeated_rows_of_another_hub_name_nobody():
    other = trace(300, seed=55)
    found = pl.concat([pl.DataFrame(other)] * 50)
    assert verdict(joined(found)).outcome == "none"


def test_repeating_rows_adds_no_evidence():
    ten = values_only(10)
    many = pl.concat([ten] * 50)
    assert verdict(many).outcome == "not enough evidence"
    assert verdict(many).duplicates == 490


def test_invented_rows_beside_real_ones_change_nothing():
    real = values_only(60)
    invented = joined(pl.DataFrame(trace(600, seed=77))).select(real.columns)
    found = verdict(pl.concat([real, invented]).sample(660, **NO_ORDER))
    assert [one.grant for one in found.named] == ["g7"]


def test_a_copy_under_an_unregistered_key_names_nobody():
    other = MasterKeys(b"x" * 32)
    strangers = [Candidate.of(keys(n, service=other)) for n in range(1, 150)]
    rows = world()[0]
    found = identify(leaked()[:2000], original(rows, TRACE), strangers, EPSILON)
    assert found.outcome == "not enough evidence"
    assert found.runner_up < 25


def test_ten_rows_of_values_are_not_enough():
    assert {verdict(values_only(10, seed)).outcome for seed in range(3)} == {"not enough evidence"}


def test_full_inversion_names_the_grant():
    assert names(flipped(world()[0], TRACE, 7, 1.0).sample(1000, **NO_ORDER)) == [7]


@pytest.mark.slow
def test_fifty_downloads_of_one_grant_merged_name_the_grant():
    rows = trace(1000, seed=4)
    downloads = [keys(7, number) for number in range(500, 550)]
    grants = [Candidate.of(*downloads), *candidates(GRANTS)[7:], *candidates(6)]
    copies = [copy(rows, TRACE, 7, number).drop("record_uri") for number in range(500, 550)]
    sort = ["uscc", "batch"]
    merged = pl.concat([one.sort(sort)[n::50] for n, one in enumerate(copies)])
    found = identify(joined(merged), original(rows, TRACE), grants, EPSILON)
    assert [one.grant for one in found.named] == ["g7"]


def test_any_two_copies_tell_the_same_facts():
    rows = trace(3000)
    one, two = copy(rows, TRACE, 1), copy(rows, TRACE, 2)
    assert facts_digest([one], TRACE) == facts_digest([two], TRACE) == facts_digest([rows], TRACE)
    facts = ["uscc", "product", "batch", "event", "region"]
    assert one.select(facts).sort(facts).equals(two.select(facts).sort(facts))
    changed = one.with_columns(region=pl.when(pl.int_range(pl.len()) == 5).then(pl.lit("0")).otherwise("region"))
    assert facts_digest([changed], TRACE) != facts_digest([one], TRACE)


def test_fifty_colluders_learn_no_more_of_a_count_than_the_shared_value_tells():
    draw = np.random.default_rng(12)
    true = draw.integers(5, 30, 2000)
    shared = true + draw.integers(-3, 4, 2000)
    rows = pa.RecordBatch.from_pydict({**cells(2000).to_pydict(), "count": shared})
    symbols = drawn(rows, CELLS, list(range(1, 51)))["count"][1]
    shows = np.where(shared - 4 >= 1, shared + symbols - 4, shared)
    best = np.rint((shows.max(0) + shows.min(0)) / 2)
    from_copies, from_shared = np.abs(best - true), np.abs(shared - true)
    assert (from_copies == 0).mean() <= (from_shared == 0).mean() + 0.01
    assert from_copies.mean() >= from_shared.mean() - 0.01


def test_cut_sorted_canonical_facts_name_nobody():
    facts = leaked(PUBLIC).drop("record_uri").with_columns(pl.col("standards").list.sort())
    found = facts.sample(5000, **NO_ORDER).sort("batch")
    assert verdict(found, PUBLIC).outcome == "not enough evidence"


@pytest.mark.parametrize("seed", range(2))
def test_shuffled_facts_name_nobody(seed):
    facts = leaked(PUBLIC).drop("record_uri", "standards").sample(3000, seed=seed, shuffle=True)
    assert verdict(facts, PUBLIC).outcome == "not enough evidence"
