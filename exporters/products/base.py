"""What a product is, and which records may enter it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from catalog.model import Audience, Dataset
from catalog.rows import Raw

Derive = Callable[[Raw, Dataset], Raw]
Combine = Callable[[Iterable[Raw], Dataset], Raw]

# H10 记录状态: 3 撤回 and 4 注销 leave every product; 1 有效 and 2 更正 stay.
LIVE = ("1", "2")
# H12 开放属性 that each audience may see; agencies share what is not opened to the public.
OPENNESS = {
    Audience.PUBLIC: ("1",),
    Audience.INSTITUTES: ("1", "2"),
    Audience.REGULATORS: ("1", "2", "3"),
    Audience.INTERNAL: ("1", "2", "3"),
}


@dataclass(frozen=True, slots=True)
class Product:
    """A derivation.

    ``derive`` turns one checked batch into product rows (for aggregates: partial sums), ``combine`` turns the partial
    sums of all units into the finished table and is None for products whose rows stand for single records.
    ``inputs`` are source fields the product needs beside the dataset's columns.
    """

    name: str
    derive: Derive
    combine: Combine | None = None
    inputs: tuple[str, ...] = ()

    @property
    def aggregates(self) -> bool:
        """Whether rows are statistics rather than records."""
        return self.combine is not None


def live(rows: pl.DataFrame, audience: Audience) -> pl.DataFrame:
    """Records that are neither withdrawn nor cancelled and that this audience may see.

    A record whose 开放属性 is missing or unknown stays out (fail closed).
    """
    return rows.filter(
        pl.col("record_status").is_in(LIVE) & pl.col("openness").is_in(OPENNESS[audience]),
    )


def as_frame(raw: Raw) -> pl.DataFrame:
    """The batch as a polars frame, without copying where the types allow."""
    frame = pl.from_arrow(raw.batch)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a record batch is never a series
    return frame


def as_raw(rows: pl.DataFrame) -> Raw:
    """A frame as one record batch."""
    table = rows.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
    batches = table.to_batches()
    return Raw(batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema))
