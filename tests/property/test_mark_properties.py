"""Marking depends on neither batches nor pages, weights average to one, and every channel reads back what it wrote."""

from __future__ import annotations

import decimal
from itertools import pairwise

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desensitise.mark import Channel, Profile, additive, embed, models, texts
from desensitise.mark.channels import arrangements, write
from desensitise.mark.embed import AT_ONCE, WINDOW
from desensitise.mark.laws import law_of
from desensitise.mark.observe import observe
from desensitise.mark.prf import Prf, blocks, stream
from desensitise.mark.rowhash import RowHash
from desensitise.mark.token import ordinals_of
from tests.mark_world import CELLS, TRACE, Entries, cells, keys, trace

ROWS = trace(18_000)
CUTS = st.lists(st.integers(1, 17_999), max_size=6, unique=True).map(sorted)


def marked(batches):
    return pa.Table.from_batches(embed(batches, TRACE, keys(3), Entries())).combine_chunks()


WHOLE = marked([ROWS])


@settings(max_examples=15)
@given(CUTS)
def test_the_copy_is_the_same_however_rows_come_in(cuts):
    ends = [0, *cuts, ROWS.num_rows]
    pieces = [ROWS.slice(a, b - a) for a, b in pairwise(ends)]
    assert marked(pieces).equals(WHOLE)


def test_the_batches_of_a_copy_are_the_same_however_rows_come_in():
    cut = [ROWS.slice(n, 700) for _ in range(4) for n in range(0, 18_000, 700)]
    assert [b.num_rows for b in embed(cut, TRACE, keys(3), Entries())] == [AT_ONCE, 72_000 - AT_ONCE]


def test_every_window_has_an_order_of_its_own():
    made = pa.Table.from_batches(embed([ROWS] * 4, TRACE, keys(3), Entries()))
    ordinals = ordinals_of(made.column(TRACE.token).combine_chunks())
    windows = np.split(ordinals, range(WINDOW, len(ordinals), WINDOW))
    assert all(set(window) == set(range(n * WINDOW, n * WINDOW + len(window))) for n, window in enumerate(windows))
    assert not any((np.diff(window) == 1).all() for window in windows)


def test_an_unchanged_cell_keeps_its_mark_when_others_come_and_go():
    rows = cells(400)
    fewer = rows.take(pa.array(range(100, 400)))
    one, two = (pa.Table.from_batches(embed([r], CELLS, keys(3), Entries())) for r in (rows, fewer))
    assert one.slice(100).equals(two)


BINARY = st.tuples(st.integers(1, 1023), st.integers(0, 1))


@settings(max_examples=60)
@given(st.lists(BINARY, min_size=1, max_size=5))
def test_weights_of_two_outcomes_average_to_one(cells_of):
    cut = np.array([c for c, _ in cells_of], np.uint64)
    modulus = np.full(len(cut), 1024, np.uint64)
    found = np.array([s for _, s in cells_of])
    p = models.chances(modulus, cut, found)
    hit, miss = (np.exp(weights) for weights in models.log_weights(modulus, cut, found))
    np.testing.assert_allclose(p * hit + (1 - p) * miss, 1, rtol=1e-9)


@pytest.mark.parametrize("ways", [2, 3, 6, 8, 24, 120, 720])
def test_weights_of_many_outcomes_average_to_one(ways):
    modulus, cut, found = np.array([ways], np.uint64), np.zeros(1, np.uint64), np.zeros(1, np.int64)
    hit, miss = (np.exp(weights) for weights in models.log_weights(modulus, cut, found))
    np.testing.assert_allclose(hit / ways + (1 - 1 / ways) * miss, 1, rtol=1e-9)


@settings(max_examples=30)
@given(st.integers(1, 6), st.lists(st.floats(-12, 12), min_size=1, max_size=6))
def test_weights_of_additions_average_to_one(size, found):
    weights = np.exp(additive.log_weights(size, np.array(found)))
    np.testing.assert_allclose(weights.mean(2), 1, rtol=1e-6)


TEXTS = st.lists(st.sampled_from(["a", "b", "张", "é", "0", "GB 1"]), max_size=6, unique=True)
COLUMNS = {
    "list": (Channel("c", "list"), st.one_of(st.none(), TEXTS), pa.list_(pa.string())),
    "exemplar": (Channel("c", "exemplar"), st.one_of(st.none(), TEXTS), pa.list_(pa.string())),
    "rounding": (Channel("c", "rounding", 5), st.one_of(st.none(), st.integers(-300, 10**6)), pa.int64()),
    "additive": (Channel("c", "additive", 4, floor=1), st.one_of(st.none(), st.integers(0, 10**6)), pa.int64()),
    "decimal": (
        Channel("c", "precision", 2),
        st.one_of(st.none(), st.decimals(0, 10**6, places=2, allow_nan=False)),
        pa.decimal128(18, 2),
    ),
    "date": (Channel("c", "precision", coarse="month"), st.one_of(st.none(), st.dates()), pa.date32()),
}


@pytest.mark.parametrize("name", COLUMNS)
@settings(max_examples=40)
@given(data=st.data())
def test_a_channel_reads_back_what_it_wrote(name, data):
    channel, values, kind = COLUMNS[name]
    column = pa.array(data.draw(st.lists(values, min_size=1, max_size=12)), kind)
    column = column.slice(data.draw(st.integers(0, len(column) - 1)))
    profile = Profile("one", (channel,))
    rows = np.arange(len(column), dtype=np.uint64)
    law = law_of(channel, column, rows, profile, Prf(b"f" * 16))
    drawn = law.symbols(Prf(b"g" * 16).words(blocks(rows, 2, law.value)))
    shown = write(channel, column, law, drawn)
    assert len(shown) == len(column)
    assert pl.Series(shown.is_null()).to_list() == _gone(channel, column)
    texts = ["\n".join(v) if isinstance(v, list) else None if v is None else str(v) for v in shown.to_pylist()]
    seen = observe(channel, column, law, texts)
    expected = drawn - channel.size if channel.kind == "additive" else drawn
    assert seen[law.active].tolist() == expected[law.active].tolist()
    assert np.isnan(seen[~law.active]).all()


def _gone(channel, column):
    values = column.to_pylist()
    return [not v for v in values] if channel.kind == "exemplar" else [v is None for v in values]


@given(st.integers(1, 6))
def test_arrangements_are_all_orders_once(length):
    found = arrangements(length)
    assert len({tuple(row) for row in found.tolist()}) == len(found)
    assert (np.sort(found, axis=1) == np.arange(length)).all()


def test_a_decimal_marked_coarse_has_one_place_less():
    channel = Channel("c", "precision", 2)
    column = pa.array([decimal.Decimal("12.35")] * 50, pa.decimal128(18, 2))
    rows = np.arange(50, dtype=np.uint64)
    law = law_of(channel, column, rows, Profile("one", (channel,)), Prf(b"f" * 16))
    shown = write(channel, column, law, law.symbols(Prf(b"g" * 16).words(blocks(rows, 2))))
    assert {str(v) for v in shown.to_pylist()} == {"12.35", "12.40"}


TOLD = st.one_of(
    st.none(),
    st.text(max_size=12),
    st.from_regex(r"'?[0-9]{4}[-/.年][0-9]{2}[-/.月][0-9]{2}日?([ T]00:00(:00)?Z?)?", fullmatch=True),
    st.from_regex(r" ?-?[0-9]{1,4}\.0{1,2}", fullmatch=True),
    st.sampled_from(["ＧＢ　１", "GB/T 2260", "产品", " x", "X\u200b", "'=1", "=1", "2024-01-02T03:04"]),
)


@settings(max_examples=200)
@given(st.lists(TOLD, max_size=8))
def test_canonical_texts_of_a_column_are_those_of_the_plain_rule(cells_of):
    column = pl.Series("a", cells_of, pl.String)
    plain = column.to_frame().select(texts.canonical(pl.col("a")))["a"]
    assert texts.column(column).to_list() == plain.to_list()


@settings(max_examples=60)
@given(st.lists(st.tuples(st.text(max_size=20), st.integers(-9, 9)), min_size=1, max_size=9), st.integers(0, 8))
def test_a_row_hashes_alike_among_any_others(rows, place):
    place %= len(rows)
    batch = pa.RecordBatch.from_pydict({"a": [a for a, _ in rows], "n": [n for _, n in rows]})
    hashed = RowHash(b"k" * 32, ("a", "n"))
    assert hashed.of(batch)[place] == hashed.of(batch.slice(place, 1))[0]


def plain_hash(text, key):
    """NH over the words of a text, one step after the other; the last word ends with the text."""
    if text is None:
        return 0
    raw = text.encode()
    total = (len(raw) + 1) * (key[0] | 1)
    for word in range((len(raw) + 7) // 8):
        begin = min(8 * word, max(len(raw) - 8, 0))
        held = int.from_bytes(raw[begin : begin + 8], "little")
        total += ((held + key[1 + 2 * word]) % 2**32) * (((held >> 32) + key[2 + 2 * word]) % 2**32)
    return total % 2**64


SPELLED = {
    "few and repeated": lambda n: [f"产品{k % 7}" * (k % 3) for k in range(n)],
    "of one length": lambda n: [f"{k:011d}" for k in range(n)],
    "of one short length": lambda n: [f"{k % 1000:03d}" for k in range(n)],
    "of some lengths": lambda n: [f"{k}" * (1 + k % 5) for k in range(n)],
    "of many lengths": lambda n: [f"{k}" + "é" * (k % 90) for k in range(n)],
    "long": lambda n: ["x" * (k % 3 * 700 + 1) for k in range(n)],
    "with nothing": lambda n: [None if k % 4 == 0 else f"{k % 9}" * 4 for k in range(n)],
    "nothing": lambda n: [None] * n,
}


@pytest.mark.parametrize("rows", [1, 5, 900])
@pytest.mark.parametrize("name", SPELLED)
def test_columns_hash_as_their_texts_do_one_by_one(name, rows):
    said = SPELLED[name](rows)
    key = stream(b"k" * 32, "row hash a", 1 + 2 * 4096).tolist()
    hashed = RowHash(b"k" * 32, ("a",))
    batch = pa.RecordBatch.from_pydict({"a": pa.array([None, "before", *said], pa.string())})
    for _ in range(2):
        assert hashed.of(batch.slice(2)).tolist() == [plain_hash(text, key) for text in said]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=40))
def test_a_marked_whole_never_comes_below_its_part(pairs):
    rows = pa.RecordBatch.from_pydict(
        {"id": [str(n) for n in range(len(pairs))], "all": [a for a, _ in pairs], "some": [min(p) for p in pairs]}
    )
    channel = Channel("all", "additive", 2, floor=3, part="some")
    profile = Profile("cells", (channel,), identity=("id",), keyed_by_identity=True)
    shown = pa.Table.from_batches(embed([rows], profile, keys(3), Entries())).to_pydict()
    assert all(part <= whole for part, whole in zip(shown["some"], shown["all"], strict=True))
    assert all(abs(a - b) <= 2 for a, b in zip(shown["all"], rows.column("all").to_pylist(), strict=True))
