"""Ten million records into seven overlapping tables by cell key, beside plain counts of the same tables.

``python -m benchmarks.disclosure_cellkey [--rows 10000000]``
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable, Iterator

import numpy as np
import polars as pl
import pyarrow as pa

from desensitise.disclosure.perturb.cellkey import tables_of
from desensitise.disclosure.perturb.ptable import p_table
from desensitise.disclosure.spec import CellKey

TABLES = (
    ("region", "product", "month"),
    ("region", "product"),
    ("region", "month"),
    ("product", "month"),
    ("region",),
    ("product",),
    ("region", "stage", "month"),
)
BATCH = 1_000_000


def batches(rows: int) -> list[pa.RecordBatch]:
    """Invented checks: 137 counties, 120 kinds of product, 24 months, 3 stages, a number each."""
    rng = np.random.default_rng(1)
    found = []
    for start in range(0, rows, BATCH):
        size = min(BATCH, rows - start)
        frame = pl.DataFrame(
            {
                "id": pl.Series(np.arange(start, start + size)).cast(pl.String).str.zfill(14),
                "region": pl.Series(rng.integers(370000, 370137, size)).cast(pl.String),
                "product": pl.Series(rng.integers(0, 120, size)).cast(pl.String),
                "month": pl.Series(rng.integers(0, 24, size)).cast(pl.String),
                "stage": pl.Series(rng.integers(0, 3, size)).cast(pl.String),
            }
        )
        found += frame.to_arrow(compat_level=pl.CompatLevel.oldest()).to_batches()
    return found


def frames(found: list[pa.RecordBatch]) -> Iterator[pl.DataFrame]:
    for batch in found:
        yield pl.DataFrame(batch)


def timed(what: str, work: Callable[[], list[pl.DataFrame]]) -> list[pl.DataFrame]:
    cpu, wall = time.process_time(), time.perf_counter()
    made = work()
    print(f"{what:28} {time.process_time() - cpu:6.2f} CPU s  {time.perf_counter() - wall:6.2f} s by the clock")
    return made


def plain(found: list[pa.RecordBatch]) -> list[pl.DataFrame]:
    whole = pl.concat(frames(found))
    return [whole.group_by(table).len().sort(table) for table in TABLES]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    asked = parser.parse_args()
    found = batches(asked.rows)
    counts = timed("plain counts, seven tables", lambda: plain(found))
    noise = p_table(CellKey())
    made = timed("by cell key, seven tables", lambda: tables_of(frames(found), TABLES, "id", bytes(32), noise))
    cells = sum(table.height for table in made)
    moved = sum(int((a["count"] != b["len"]).sum()) for a, b in zip(made, counts, strict=True))
    print(f"{asked.rows} records, {cells} cells, {moved} of them moved, {peak()} MiB at most")


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
