"""Copies put together from prepared lines have the bytes of copies that are marked and written row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import DeclarationError
from catalog.formats.csv import CsvWriter
from catalog.formats.layout import Layout
from desensitise.mark.embed import embed, marked_schema
from desensitise.mark.lines import can_prepare, marked_lines, pieces_of, prepared
from desensitise.mark.profile import Channel, Profile
from tests.mark_world import ADDRESS, MASTER, TRACE, Entries, keys, trace

WORDS = st.text("a\"';\\=＝,\r\n 产", max_size=4)
TEXTS = st.none() | WORDS
LISTS = st.none() | st.lists(WORDS, max_size=7)
DAYS = st.none() | st.dates(date(2024, 1, 1), date(2024, 3, 31))
NUMBERS = st.none() | st.integers(-20, 20)
ROWS = st.lists(st.tuples(TEXTS, LISTS, LISTS, DAYS, NUMBERS, NUMBERS), min_size=1, max_size=12)
SCHEMA = pa.schema(
    {
        "name": pa.string(),
        "standards": pa.list_(pa.string()),
        "licences": pa.list_(pa.string()),
        "made_on": pa.date32(),
        "quantity": pa.int64(),
        "size": pa.int64(),
    }
)
PROFILE = Profile(
    "regulators",
    (
        Channel("standards", "list"),
        Channel("licences", "list"),
        Channel("made_on", "precision", coarse="month"),
        Channel("quantity", "rounding", 5),
    ),
    "record_uri",
    ADDRESS,
    order=True,
    identity=("name",),
)


def written(batch: pa.RecordBatch, profile: Profile, *, by_lines: bool) -> bytes:
    """The bytes of a copy's CSV file."""
    shown = marked_schema(batch.schema, profile)
    if profile.token:
        shown = shown.append(pa.field(profile.token, pa.string()))
    with TemporaryDirectory() as folder:
        writer = CsvWriter(Path(folder), Layout("rows", shown, datetime(2026, 1, 1, tzinfo=UTC)))
        if by_lines:
            kept = prepared([batch], profile, shown, MASTER.family("trace"), "aes")
            for lines in marked_lines(kept, "m", profile, shown.names, keys(7), Entries()):
                writer.write_lines(lines.lines, lines.rows)
        else:
            for rows in embed([batch], profile, keys(7), Entries()):
                writer.write(rows)
        writer.close()
        return (Path(folder) / "rows.csv").read_bytes()


@given(ROWS, st.permutations(SCHEMA.names), st.sampled_from(range(len(PROFILE.channels) + 1)), st.booleans())
def test_lines_are_the_bytes_of_rows_for_any_columns_and_marks(rows, names, channels, token):
    columns = dict(zip(SCHEMA.names, zip(*rows, strict=True), strict=True))
    batch = pa.RecordBatch.from_pydict(
        {name: pa.array(columns[name], SCHEMA.field(name).type) for name in names},
    )
    profile = replace(PROFILE, channels=PROFILE.channels[channels:], token="record_uri" if token else "")
    assert written(batch, profile, by_lines=True) == written(batch, profile, by_lines=False)


def test_lines_are_the_bytes_of_rows_over_several_windows():
    batch = trace(40_000)
    assert written(batch, TRACE, by_lines=True) == written(batch, TRACE, by_lines=False)


def test_lists_with_empty_places_are_left_to_the_way_by_rows():
    batch = pa.RecordBatch.from_pydict({"standards": pa.array([["a", None]], pa.list_(pa.string()))})
    profile = Profile("public", (Channel("standards", "list"),))
    with pytest.raises(DeclarationError):
        list(prepared([batch], profile, batch.schema, b"k" * 32, "aes"))


def test_no_lines_are_prepared_for_counts_and_for_the_first_copies():
    counts = Profile("institutes", (Channel("count", "additive", 2),), keyed_by_identity=True)
    assert can_prepare(TRACE)
    assert not can_prepare(counts)
    assert not can_prepare(replace(TRACE, binding="download"))


def test_a_line_of_trace_records_is_put_together_from_four_texts():
    names = [*trace(1).schema.names, "record_uri"]
    assert [piece.kind for piece in pieces_of(TRACE, names)] == ["text", "list", "ways", "token"]
