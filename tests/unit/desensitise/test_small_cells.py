"""Counts of one to four are withheld with all that would give them away; nought and large counts stay."""

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.model import Kind
from catalog.rows import Raw
from desensitise.policy import policy_of
from desensitise.small_cells import protect
from tests.factories import a_column, a_dataset

COLUMNS = (
    a_column("region_code"),
    a_column("region_name"),
    a_column("quarter"),
    a_column("failed", Kind.INTEGER, "withhold_small"),
    a_column("fail_rate", Kind.DECIMAL, "withhold_small", scale=1),
    a_column("withheld", Kind.BOOLEAN),
)
POLICY = policy_of(a_dataset(COLUMNS))


def protected(failed, units=None, quarters=None):
    n = len(failed)
    data = {
        "region_code": [f"33{i:02}00" for i in range(n)],
        "region_name": [f"市{i}" for i in range(n)],
        "quarter": quarters or ["2024Q1"] * n,
        "failed": pa.array(failed, pa.int64()),
        "fail_rate": pa.array([12.5] * n),
        "_units": pa.array(units or [100] * n, pa.int64()),
    }
    return protect(Raw(pa.RecordBatch.from_pydict(data)), POLICY, threshold=5)


def test_small_counts_and_their_rates_are_withheld_and_said_so():
    result = protected([3, 4, 10, 0])
    table = result.safe.batch.to_pydict()
    assert table["failed"] == [None, None, 10, 0]
    assert [rate is None for rate in table["fail_rate"]] == [True, True, False, False]
    assert table["withheld"] == [True, True, False, False]
    assert result.withheld == 4


def test_a_single_hidden_count_takes_the_smallest_other_one_of_its_group_with_it():
    assert protected([3, 20, 10, 0]).safe.batch.to_pydict()["failed"] == [None, 20, None, 0]


def test_groups_are_protected_one_by_one():
    table = protected([3, 20, 2, 9], quarters=["2024Q1", "2024Q1", "2024Q2", "2024Q2"]).safe.batch.to_pydict()
    assert table["failed"] == [None] * 4


def test_few_units_behind_a_row_hide_even_large_counts():
    assert protected([50, 60, 70], units=[2, 3, 30]).safe.batch.to_pydict()["failed"] == [None, None, 70]


def test_rows_get_a_key_made_of_their_dimensions_and_lose_the_internal_count():
    batch = protected([50, 60]).safe.batch
    assert batch["_key"].to_pylist() == ["330000|市0|2024Q1", "330100|市1|2024Q1"]
    assert "_units" not in batch.schema.names


def test_the_table_stays_under_the_policy_of_its_dataset():
    assert protected([50]).safe.policy == POLICY.digest


@pytest.mark.parametrize("failed", [[], [None, 3, 7]])
def test_empty_tables_and_missing_counts_are_no_trouble(failed):
    assert len(protected(failed).safe.batch) == len(failed)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.none() | st.integers(0, 12), min_size=1, max_size=8))
def test_no_small_count_survives_and_none_is_alone_unless_nothing_else_is_there(failed):
    shown = protected(failed).safe.batch.to_pydict()["failed"]
    assert all(value is None or value == 0 or value >= 5 for value in shown)
    hidden = [before for before, after in zip(failed, shown, strict=True) if before is not None and after is None]
    assert len(hidden) != 1 or not any(value for value in shown if value)
    assert all(after in (before, None) for before, after in zip(failed, shown, strict=True))
    assert pl.Series(shown, dtype=pl.Int64).len() == len(failed)
