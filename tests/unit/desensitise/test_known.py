"""What is remembered of earlier batches changes no answer."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desensitise.apply import days_of
from desensitise.known import Known

TEXTS = st.lists(st.lists(st.text(max_size=3), unique=True, max_size=8), max_size=8)


def _shouted(texts: pa.Array) -> pa.Array:
    return pc.utf8_upper(texts).cast(pa.large_string())


@given(TEXTS, st.integers(0, 20))
def test_texts_that_come_again_are_told_as_before_however_many_are_remembered(
    batches: list[list[str]], most: int
) -> None:
    known = Known(most)
    for batch in batches:
        texts = pa.array(batch, pa.string())
        assert known.of(texts, _shouted).equals(_shouted(texts).cast(pa.string()))


def test_a_text_is_treated_once() -> None:
    known, treated = Known(), list[str]()

    def work(texts: pa.Array) -> pa.Array:
        treated.extend(texts.to_pylist())
        return texts

    for batch in (["a", "b"], ["b", "c"], ["a", "c"]):
        known.of(pa.array(batch, pa.string()), work)
    assert treated == ["a", "b", "c"]


@pytest.mark.parametrize("zone", ["Etc/GMT-8", "Asia/Shanghai", "UTC", None])
@given(st.lists(st.none() | st.integers(-30_610_224_000_000, 253_402_214_400_000), max_size=20))
def test_the_day_of_a_moment_is_that_of_its_own_zone(zone: str | None, moments: list[int | None]) -> None:
    column = pa.array(moments, pa.int64()).cast(pa.timestamp("ms", zone))
    said = pl.Series(pl.from_arrow(column)).dt.date().to_arrow()
    assert days_of(column).equals(said)
