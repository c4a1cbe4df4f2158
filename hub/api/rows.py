"""Rows for one caller: the release's own copy for everybody's data, a marked copy of their own for who has a grant.

A copy is made once for a version and a recipient, and answers every later query; its rows lead back to whom they
were given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from agreements.model import Standing, Verdict
from catalog.model import Dataset
from hub import copies
from hub.api.context import here
from hub.api.problems import Refused

_FORMATS: Final = ("parquet",)
_BATCH: Final = 16_384
_making = Lock()


@dataclass(frozen=True, slots=True)
class Source:
    """The files that hold a version's rows for one caller, and the number of the marked copy (0: the release)."""

    dataset: str
    version: int
    copy: int
    files: tuple[Path, ...]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Columns and their types."""
        return dict(pl.read_parquet_schema(self.files[0]))


def source_for(dataset: Dataset, version: int, who: Standing, verdict: Verdict) -> Source:
    """The rows of a version as this caller gets them. Refused when they are not kept in a form that can be asked."""
    if dataset.is_open:
        return released(dataset.id, version)
    party = who.party
    if party is None:
        raise Refused("unauthenticated")
    grant = verdict.grant or f"clause-{verdict.clause}-{party.id}"
    with _making:
        number, folder = copies.standing_copy(dataset, version, grant, party.name, here().parts, _FORMATS)
    return _source(dataset.id, version, number, folder)


def released(dataset: str, version: int) -> Source:
    """The rows of an open version as everybody gets them."""
    return _source(dataset, version, 0, here().parts.releases / dataset / str(version))


def _source(dataset: str, version: int, number: int, folder: Path) -> Source:
    files = tuple(sorted(folder.glob("*.parquet")))
    if not files:
        raise Refused("not-acceptable", "This release cannot be queried; take its files.")
    return Source(dataset, version, number, files)


def count(source: Source, chosen: pl.Expr | None) -> int:
    """How many rows a query has, by reading only the columns that it asks."""
    rows = pl.scan_parquet(list(source.files))
    if chosen is not None:
        rows = rows.filter(chosen)
    return int(rows.select(pl.len()).collect(engine="streaming").item())


def batches(source: Source, chosen: pl.Expr | None, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """The rows of a query, in the copy's order, a batch at a time."""
    needed = sorted({*columns, *(chosen.meta.root_names() if chosen is not None else ())})
    for path in source.files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_BATCH, columns=needed):
                kept = batch if chosen is None else batch.filter(_mask(batch, chosen))
                if kept.num_rows:
                    yield kept.select(columns)


def page(source: Source, chosen: pl.Expr | None, columns: list[str], after: int, limit: int) -> tuple[pa.Table, int]:
    """At most ``limit`` rows behind row ``after`` (-1: from the start); the last one's number, -1 at the end."""
    rows = pl.scan_parquet(list(source.files), row_index_name="row number").filter(pl.col("row number") > after)
    if chosen is not None:
        rows = rows.filter(chosen)
    found = rows.select("row number").head(limit + 1).collect(engine="streaming")["row number"].to_list()
    numbers, more = found[:limit], len(found) > limit
    return _taken(source, numbers, columns), numbers[-1] if more else -1


def _taken(source: Source, numbers: list[int], columns: list[str]) -> pa.Table:
    """These rows, as the files' own Arrow types; only the row groups that hold them are read."""
    pieces: list[pa.Table] = []
    base = 0
    for path in source.files:
        with pq.ParquetFile(path) as file:
            if not pieces:
                pieces.append(file.schema_arrow.empty_table().select(columns))
            for group in range(file.num_row_groups):
                size = file.metadata.row_group(group).num_rows
                inside = [number - base for number in numbers if base <= number < base + size]
                if inside:
                    pieces.append(file.read_row_group(group, columns=columns).take(pa.array(inside)))
                base += size
    return pa.concat_tables(pieces)


def _mask(batch: pa.RecordBatch, chosen: pl.Expr) -> pa.Array:
    series = pl.DataFrame(batch).select(chosen.alias("chosen"))["chosen"]
    return pc.fill_null(series.to_arrow(), fill_value=False)
