"""Columns whose texts repeat are worth what the same columns are worth with a value in every row, whoever uses them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import repeats
from catalog.check import check
from catalog.files import load_batches, save_batches
from catalog.rows import Raw
from desensitise.apply import apply
from desensitise.mark import Profile
from desensitise.mark.embed import embed
from desensitise.mark.facts import FactsDigest
from desensitise.mark.rowhash import RowHash
from desensitise.policy import policy_of
from exporters.products import product_of
from hub.marking.kept import shared_batch, shared_pieces
from tests.factories import a_column, a_dataset
from tests.mark_world import TRACE, Entries, keys, trace
from tests.tables import HOSTILE, READERS, batch_of, write
from tests.unit.catalog.test_check import FIELDS, SCHEMA

TEXTS = st.lists(st.none() | st.sampled_from([*HOSTILE[:6], "甲", "乙", 'a"b']), max_size=12)


@st.composite
def columns(draw: st.DrawFn) -> tuple[pa.DictionaryArray, pa.StringArray]:
    """A column that repeats, its values in any order and some unused or null, and the same with a value in every row."""
    values = pa.array(draw(st.lists(st.none() | st.sampled_from(HOSTILE), min_size=1, max_size=6)), pa.string())
    places = np.array(draw(st.lists(st.integers(0, len(values) - 1), max_size=12)), np.int32)
    return repeats.repeating(values, places), values.take(pa.array(places))


@given(columns(), st.data())
def test_a_column_that_repeats_holds_the_values_of_its_rows(
    pair: tuple[pa.DictionaryArray, pa.StringArray], data: st.DataObject
) -> None:
    repeating, whole = pair
    assert repeats.whole(repeating).equals(whole)
    assert repeats.whole(repeats.compact(repeating)).equals(whole)
    assert repeats.in_order(repeating).equals(whole.dictionary_encode())
    assert repeats.whole(repeats.each(repeating, pc.utf8_upper)).equals(pc.utf8_upper(whole))
    rows = np.array(data.draw(st.lists(st.booleans(), min_size=len(whole), max_size=len(whole))), bool)
    assert repeats.whole(repeats.without(repeating, rows)).equals(repeats.without(whole, rows))
    long = repeats.asked(repeating, lambda texts: pc.greater(pc.utf8_length(texts), 1)).tolist()
    assert long == [text is not None and len(text) > 1 for text in whole.to_pylist()]


@pytest.mark.parametrize("form", READERS)
@given(names=TEXTS, cut=st.integers(0, 12))
@settings(max_examples=15)
def test_files_have_the_same_bytes_whichever_columns_repeat(form: str, names: list[str | None], cut: int) -> None:
    rows = batch_of([{"name": name, "quantity": n, "is_listed": n % 2 == 0} for n, name in enumerate(names)])
    mixed = [_repeating(rows.slice(0, cut)), rows.slice(min(cut, len(names)))]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        assert write(form, Path(one), [rows]) == write(form, Path(other), mixed)


def test_neighbours_that_repeat_are_joined_as_they_stand() -> None:
    few = [{"name": "甲乙丙"[n % 3], "standards": ["x"][: n % 2], "made_on": None} for n in range(900)]
    rows = batch_of(few).rename_columns(batch_of(few).schema.names)
    for form in READERS:
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            assert write(form, Path(one), [rows]) == write(form, Path(other), [_repeating(rows)])


@given(names=TEXTS)
def test_hashes_and_facts_are_those_of_the_rows(names: list[str | None]) -> None:
    rows = pa.RecordBatch.from_pydict({"a": pa.array(names, pa.string()), "b": pa.array(names[::-1], pa.string())})
    wanted = RowHash(b"key", ("a", "b")).of(rows).tolist()
    assert RowHash(b"key", ("a", "b")).of(_repeating(rows)).tolist() == wanted
    assert _facts(rows) == _facts(_repeating(rows))


def test_marks_are_those_of_the_rows() -> None:
    rows = trace(300)
    plain = list(embed([rows], TRACE, keys(1), Entries()))
    halves = [_repeating(rows.slice(0, 100)), rows.slice(100)]
    for shown in ([_repeating(rows)], halves):
        assert [repeats.plain(one) for one in embed(shown, TRACE, keys(1), Entries())] == plain


@given(st.lists(st.tuples(st.sampled_from(["1", "9", " 1 ", "", None]), st.sampled_from(["a", "", None, "a\x00"]))))
def test_a_check_gives_the_same_rows_in_both_forms(cells: list[tuple[str | None, str | None]]) -> None:
    rows = [dict.fromkeys(SCHEMA.names) | {"status": a, "uscc": b} for a, b in cells]
    raw = Raw(pa.RecordBatch.from_pylist([{**row, "record_id": f"r{n}"} for n, row in enumerate(rows)], SCHEMA))
    one, other = check(raw, FIELDS), check(raw, FIELDS, repeating=True)
    assert repeats.plain(other.good.batch).equals(one.good.batch)
    assert other.quarantined.equals(one.quarantined)
    assert other.tally == one.tally


@given(
    st.lists(st.tuples(st.sampled_from(["山东省济南市历下区1号", "x", None]), st.sampled_from(["91x", " 92y", None])))
)
def test_treatments_give_the_same_rows_in_both_forms(cells: list[tuple[str | None, str | None]]) -> None:
    columns = (
        a_column("producer_address", treatment="county"),
        a_column("producer_name"),
        a_column("producer_uscc"),
        a_column("trace_scheme"),
    )
    policy = policy_of(a_dataset(columns))
    policy = replace(policy, rules=tuple(replace(r, trader="producer_uscc", text=True) for r in policy.rules))
    names = ("producer_address", "producer_uscc")
    rows = pa.RecordBatch.from_pydict(
        {
            "record_id": pa.array([f"r{n}" for n in range(len(cells))], pa.string()),
            **{name: pa.array([cell[at] for cell in cells], pa.string()) for at, name in enumerate(names)},
            **{name: pa.array([cell[1] for cell in cells], pa.string()) for name in ("producer_name", "trace_scheme")},
        }
    )
    wanted = apply(Raw(rows), policy).batch
    assert repeats.plain(apply(Raw(_repeating(rows)), policy).batch).equals(repeats.plain(wanted))


def test_products_give_the_same_rows_in_both_forms() -> None:
    codes = ["6901234567892", "(01)06901234567892(21)S1", "E=1abc123", None]
    rows = pa.RecordBatch.from_pydict(
        {
            "record_status": ["1", "2", "3", "1"] * 3,
            "openness": ["1", "1", "1", None] * 3,
            "granularity": ["1", "3", None, "2", "3", "1"] * 2,
            "trace_code": codes * 3,
            "serial_or_batch": ["s", None, "t", "s"] * 3,
        }
    )
    dataset = a_dataset((a_column("product_name"),))
    derive = product_of(replace(dataset, product="traceability")).derive
    given_plain, given_repeating = derive(Raw(rows), dataset), derive(Raw(_repeating(rows)), dataset)
    assert repeats.plain(given_repeating.batch).equals(given_plain.batch)


def test_parts_keep_the_form_of_their_first_batch_and_one_batch_is_read_alone(tmp_path: Path) -> None:
    batches = [
        pa.RecordBatch.from_pydict({"_key": [f"{n}{m}" for m in range(4)], "kind": ["a", n, None, n]}) for n in "xyz"
    ]
    for name, first in (("plain", batches[0]), ("repeating", _repeating(batches[0]))):
        path = tmp_path / f"{name}.arrow"
        save_batches([first, _repeating(batches[1]), batches[2]], path)
        assert list(load_batches(path)) == batches
        assert [repeats.plain(one) for one in load_batches(path, repeating=True)] == batches
        assert [one.column(0).to_pylist() for one in load_batches(path, "_key")] == [
            one.column(0).to_pylist() for one in batches
        ]
    (tmp_path / "rows.json").write_text('[{"file": "repeating.arrow", "removed": ""}]')
    pieces = {(part, number): rows for part, number, rows in shared_pieces(tmp_path)}
    assert len(pieces) == 3
    for (part, number), rows in pieces.items():
        assert shared_batch(tmp_path, part, number) == rows


def _repeating(batch: pa.RecordBatch) -> pa.RecordBatch:
    arrays: list[pa.Array] = [_encoded(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(arrays, names=batch.schema.names)


def _encoded(column: pa.Array) -> pa.Array:
    fits: Callable[[pa.DataType], bool] = lambda kind: pa.types.is_string(kind) or pa.types.is_date32(kind)  # noqa: E731
    return column.dictionary_encode() if fits(column.type) else column


def _facts(rows: pa.RecordBatch) -> str:
    digest = FactsDigest(Profile("plain"))
    digest.add(rows)
    return digest.content()
