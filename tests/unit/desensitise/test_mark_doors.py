"""The public doors of marks with rows and questions of any kind: answered, or refused in words."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from catalog.errors import DeclarationError
from desensitise.mark import Candidate, Channel, Copy, MasterKeys, Original, Profile, embed, identify, keys_of
from tests.mark_world import MASTER, TRACE, Entries, candidates, copy, joined, keys, original, trace

ROWS = trace(400, seed=11)
SHARED = original(ROWS, TRACE)
COPY = copy(ROWS, TRACE, 7)


def marked(batches, profile=TRACE, held=None):
    return pl.DataFrame(pa.Table.from_batches(embed(batches, profile, held or keys(7), Entries())))


@pytest.mark.parametrize("level", [pl.CompatLevel.newest(), pl.CompatLevel.oldest()])
def test_rows_from_polars_are_marked_and_compared_as_any_others(level):
    rows = pl.DataFrame(ROWS).with_columns(pl.col("region").cast(pl.Categorical)).to_arrow(compat_level=level)
    shown = marked(rows.to_batches())
    assert shown.with_columns(pl.col("region").cast(pl.String)).equals(COPY)
    shared = Original("trace", 1, rows, TRACE, MASTER.family("trace"))
    found = joined(COPY.drop("record_uri").sample(60, seed=1, shuffle=True))
    assert [one.grant for one in identify(found, shared, candidates(20)).named] == ["g7"]


def test_columns_that_hold_no_texts_are_no_hindrance():
    odd = COPY.with_columns(
        pl.lit(b"\xff\xfe").alias("raw"),
        pl.lit(timedelta(1)).alias("lasted"),
        pl.Series("pair", [[1, 2]] * 400, pl.Array(pl.Int64, 2)),
        pl.Series("thing", [object()] * 400, pl.Object),
    )
    assert [one.grant for one in identify(odd[:60], SHARED, candidates(20)).named] == ["g7"]


def test_without_candidates_or_downloads_there_is_a_verdict():
    found = joined(COPY.drop("record_uri")[:60])
    assert identify(found, SHARED, []).outcome == "not enough evidence"
    assert [one.grant for one in identify(found, SHARED, [Candidate("g7", "agency", keys(7).grant, ())]).named] == [
        "g7"
    ]


def test_a_grant_that_is_given_twice_is_named_once_with_all_its_downloads():
    twice = [*candidates(20), Candidate.of(keys(7, 500))]
    found = identify(pl.concat([COPY[:5], copy(ROWS, TRACE, 7, 500)[5:10]]), SHARED, twice)
    assert [(one.grant, sorted(one.downloads)) for one in found.named] == [("g7", [7, 500])]
    assert found.candidates == 20


@pytest.mark.parametrize("epsilon", [0, -1, 1, 2.0, float("nan")])
def test_an_epsilon_that_is_no_chance_is_refused(epsilon):
    with pytest.raises(DeclarationError, match="Epsilon"):
        identify(COPY[:5], SHARED, candidates(3), epsilon)


@pytest.mark.parametrize(
    ("kind", "size", "coarse"),
    [
        ("rounding", 1, ""),
        ("rounding", 0, ""),
        ("additive", 0, ""),
        ("precision", 0, ""),
        ("precision", 0, "year"),
        ("x", 1, ""),
    ],
)
def test_a_channel_that_marks_nothing_is_refused(kind, size, coarse):
    with pytest.raises(DeclarationError, match="cannot carry"):
        Channel("quantity", kind, size, coarse)


def test_a_profile_that_marks_a_column_twice_is_refused():
    with pytest.raises(DeclarationError, match="twice"):
        Profile("odd", (Channel("quantity", "rounding", 5), Channel("quantity", "additive", 2)))


def test_a_list_mark_on_a_text_and_a_number_too_large_for_a_token_are_refused():
    with pytest.raises(DeclarationError, match="does not fit"):
        marked([ROWS], Profile("odd", (Channel("region", "list"),)))
    with pytest.raises(DeclarationError, match="number"):
        marked([ROWS], held=keys_of(MasterKeys(b"m" * 32), Copy("trace", 1, "g", "agency", 2**32)))


@pytest.mark.parametrize(
    ("kind", "held"),
    [
        (pa.int64(), [2**63 - 1, -(2**63), 2**63 - 2]),
        (pa.int8(), [127, -128, 126]),
        (pa.float64(), [float("inf"), float("-inf"), None]),
    ],
)
@pytest.mark.parametrize(
    "channel", [Channel("n", "rounding", 5, floor=-(2**63)), Channel("n", "additive", 4, floor=-(2**63))]
)
def test_a_number_at_the_end_of_its_type_stays_as_it_is(kind, held, channel):
    rows = pa.RecordBatch.from_pydict({"n": pa.array(held * 9, kind)})
    assert marked([rows], Profile("ends", (channel,)))["n"].to_list() == held * 9


def test_decimals_without_room_for_all_whole_numbers_are_marked():
    wanted = np.random.default_rng(1).integers(0, 10**6, 50).tolist()
    rows = pa.RecordBatch.from_pydict({"n": pa.array(wanted).cast(pa.decimal128(21, 2)).cast(pa.decimal128(20, 2))})
    shown = marked([rows], Profile("decimals", (Channel("n", "rounding", 5),)))["n"]
    assert {int(one) % 5 for one in shown} == {0}
