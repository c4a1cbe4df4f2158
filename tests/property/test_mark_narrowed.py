"""Rows gathered from a stream give the verdict that the whole version gives, whatever was done to what is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl
import pyarrow as pa
import pytest

from desensitise.mark import Original, identify
from desensitise.mark.identify import together
from desensitise.mark.kinds import as_texts
from desensitise.mark.narrowed import narrowed
from tests.mark_world import PUBLIC, TRACE, candidates, copy, joined, original, trace

ROWS = trace(1500)
OTHERS = trace(200, seed=9)
GRANTS = candidates(20)


def batches() -> Iterator[pa.RecordBatch]:
    for start in range(0, ROWS.num_rows, 400):
        yield ROWS.slice(start, 400)


def foreign(frame: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([frame, joined(copy(OTHERS, TRACE, 3, 99))])


LEAKS: dict[str, Callable[[pl.DataFrame], list[pl.DataFrame]]] = {
    "as it is": lambda f: [f[:300]],
    "one row": lambda f: [f[77:78]],
    "shuffled without tokens": lambda f: [f.drop("record_uri").sample(80, seed=1, shuffle=True)],
    "in sequence, facts only": lambda f: [f.drop("record_uri", "standards", "made_on", "quantity")[900:960]],
    "renamed": lambda f: [f.drop("record_uri").rename({n: f"c{i}" for i, n in enumerate(f.columns[:-1])})[:120]],
    "names that lie": lambda f: [
        f.drop("record_uri")[:120].rename(dict(zip(f.columns[:-1], [*f.columns[1:-1], f.columns[0]], strict=True)))
    ],
    "headings in capitals": lambda f: [f.drop("record_uri").rename(str.upper)[:120]],
    "few columns": lambda f: [f.select("batch", "quantity", "standards").sample(200, seed=2)],
    "two low columns": lambda f: [f.select("product", "region", "quantity")[:150]],
    "a fact changed": lambda f: [f.drop("record_uri").with_columns(region=pl.lit("000000"))[:120]],
    "foreign rows beside": lambda f: [foreign(f)[3900:].drop("record_uri")],
    "foreign alone": lambda _: [joined(copy(OTHERS, TRACE, 3, 99))],
    "tokens on other rows": lambda f: [f[:200].with_columns(record_uri=f["record_uri"][200:400])],
    "two tables": lambda f: [
        f[:60].drop("record_uri", "uscc"),
        f[60:160].drop("record_uri", "made_on").rename({"uscc": "code", "batch": "lot"}),
    ],
    "nothing": lambda f: [f[:0]],
}


@pytest.mark.parametrize("profile", [TRACE, PUBLIC], ids=["regulators", "public"])
@pytest.mark.parametrize("name", LEAKS)
def test_the_verdict_is_that_of_the_whole(name: str, profile: object) -> None:
    chosen = TRACE if profile is TRACE else PUBLIC
    found = [as_texts(table) for table in LEAKS[name](joined(copy(ROWS, chosen, 7)))]
    whole = original(ROWS, chosen)
    some = narrowed(found, batches, chosen)
    assert some is not None
    few = Original(whole.dataset, whole.version, some.rows, chosen, whole.family, some.ordinals, some.naming)
    one = identify(together(found, whole), whole, GRANTS, 1e-9)
    other = identify(together(some.tables, few), few, GRANTS, 1e-9)
    assert other == one
    if name in {"one row", "shuffled without tokens"}:
        assert some.rows.num_rows < 400


def test_without_rows_there_is_nothing_to_narrow() -> None:
    assert narrowed([as_texts(joined(copy(ROWS, TRACE, 7)))], lambda: iter(()), TRACE) is None
