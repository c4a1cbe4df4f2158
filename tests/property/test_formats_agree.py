"""Every format gives the same rows back, whatever is in them, and the same bytes, however they are cut."""

import tempfile
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tables import EAST_8, HOSTILE, READERS, batch_of, write

TEXT = st.one_of(st.sampled_from(HOSTILE), st.text("0A张é😀'=;\\_x\n \"<", max_size=6))
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.none() | TEXT,
            "standards": st.none() | st.lists(TEXT, max_size=3),
            "quantity": st.none() | st.integers(-(2**63), 2**63 - 1),
            "rate": st.none() | st.decimals(-(10**18) + 1, 10**18 - 1, places=2, allow_nan=False),
            "made_on": st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)),
            "updated_at": st.none()
            | st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(EAST_8)).map(
                lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
            ),
            "is_listed": st.none() | st.booleans(),
        }
    ),
    max_size=5,
)


@pytest.mark.parametrize("form", READERS)
@given(rows=ROWS)
@settings(max_examples=25)
def test_rows_read_back_are_the_rows_that_were_written(form, rows):
    with tempfile.TemporaryDirectory() as folder:
        (resource,) = write(form, Path(folder), [batch_of(rows)])
        found = READERS[form](Path(folder) / resource.name)
    assert [_comparable(form, row) for row in found] == [_comparable(form, row) for row in rows]
    assert resource.rows == len(rows)


@pytest.mark.parametrize("form", READERS)
@given(rows=ROWS, cuts=st.lists(st.integers(0, 5), max_size=3))
@settings(max_examples=10)
def test_bytes_do_not_depend_on_how_rows_are_cut_into_batches(form, rows, cuts):
    whole = batch_of(rows)
    edges = [0, *sorted(min(cut, len(rows)) for cut in cuts), len(rows)]
    pieces = [whole.slice(start, end - start) for start, end in pairwise(edges)]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        assert write(form, Path(one), [whole]) == write(form, Path(other), pieces)


def _comparable(form, row):
    """A spreadsheet cannot tell an empty list cell, which is an empty text, from an empty cell in every reader."""
    if form != "xlsx":
        return row
    return {**row, "standards": row["standards"] or [], "name": row["name"] or ""}
