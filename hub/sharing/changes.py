"""The change feed: which rows one version has and the one before has not, and the other way round.

Marks differ from copy to copy, so versions are compared by their rows before any mark, in the columns and rows that
the recipient may see; what changed is then taken from the recipient's own marked copies. A row that changed is one
that was deleted and one that was inserted.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
from polars import selectors

from desensitise.mark.token import ordinals_of
from hub.marking.kept import shared_batches

RECORD_URI = "record_uri"


def moved(before: Path | None, after: Path, columns: list[str], chosen: pl.Expr | None) -> tuple[pl.Series, pl.Series]:
    """Numbers of the rows that went (in ``before``) and that came (in ``after``); both hold unmarked rows."""
    new = _rows(after, columns, chosen)
    old = new.clear() if before is None else _rows(before, columns, chosen)
    key = ["one", "two", "nth"]
    went = old.join(new, on=key, how="anti")["row"].sort()
    came = new.join(old, on=key, how="anti")["row"].sort()
    return went, came


def _rows(path: Path, columns: list[str], chosen: pl.Expr | None) -> pl.DataFrame:
    """Two hashes of each visible row, which of its equals it is, and its number: flat in width, 24 bytes a row."""
    found, start = [], 0
    for batch in shared_batches(path):
        row = np.arange(start, start + batch.num_rows, dtype=np.int64)
        start += batch.num_rows
        if chosen is not None:
            kept = pl.DataFrame(batch).select(chosen.alias("chosen"))["chosen"].fill_null(value=False).to_arrow()
            batch, row = batch.filter(kept), row[kept.to_numpy(zero_copy_only=False)]  # noqa: PLW2901
        seen = pl.DataFrame(batch.select(sorted(set(columns) & set(batch.schema.names))))
        facts = pl.struct(selectors.list().list.sort(), ~selectors.list())
        found.append(seen.select(pl.Series("row", row), one=facts.hash(1), two=facts.hash(2)))
    frame = pl.concat(found) if found else pl.DataFrame(schema={"row": pl.Int64, "one": pl.UInt64, "two": pl.UInt64})
    return frame.with_columns(pl.int_range(pl.len()).over("one", "two").alias("nth"))


def taken(
    batches: Iterator[pa.RecordBatch], numbers: pl.Series, columns: list[str], change: str
) -> Iterator[pa.RecordBatch]:
    """Of a copy's rows those with these numbers, with the word for what became of them."""
    start, wanted = 0, numbers.to_numpy()
    for batch in batches:
        if RECORD_URI in batch.schema.names:
            # A copy with addresses has an order of its own; each address holds the row's number.
            row = ordinals_of(batch.column(RECORD_URI))
        else:
            row = np.arange(start, start + batch.num_rows, dtype=np.int64)
        start += batch.num_rows
        kept = batch.filter(pa.array(np.isin(row, wanted))).select(columns)
        if kept.num_rows:
            yield kept.append_column("_change_type", pa.repeat(change, kept.num_rows))
