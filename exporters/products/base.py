"""What a product is, and which records may enter it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from catalog.identifiers.arrays import Bools
from catalog.model import Audience, Dataset
from catalog.repeats import asked, filtered, plain
from catalog.rows import Raw

Derive = Callable[[Raw, Dataset], Raw]
Combine = Callable[[Iterable[Raw], Dataset], Raw]
Finish = Callable[[pl.DataFrame, Dataset], pl.DataFrame]

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
class Rate:
    """Column ``name`` is ``part`` by ``whole``, two counts of the same row, in per cent with one decimal."""

    name: str
    part: str
    whole: str


@dataclass(frozen=True, slots=True)
class Product:
    """A derivation.

    ``derive`` turns one checked batch into product rows (for aggregates: partial sums), ``combine`` turns the partial
    sums of all units into the finished table and is None for products whose rows stand for single records.
    ``finish`` adds columns to the protected table: whatever it makes follows from figures that are told.
    ``inputs`` are source fields the product needs beside the dataset's columns. ``rates`` are published rates whose
    counts are published too.
    """

    name: str
    derive: Derive
    combine: Combine | None = None
    inputs: tuple[str, ...] = ()
    rates: tuple[Rate, ...] = ()
    finish: Finish | None = None

    @property
    def aggregates(self) -> bool:
        """Whether rows are statistics rather than records."""
        return self.combine is not None


def live(raw: Raw, audience: Audience) -> Raw:
    """Records that are neither withdrawn nor cancelled and that this audience may see.

    A record whose 开放属性 is missing or unknown stays out (fail closed). Filtered in Arrow: the rows stay in the form
    in which they came and will be written.
    """
    keep = is_live(raw.batch, audience)
    return raw if keep.all() else Raw(filtered(raw.batch, pa.array(keep)))


def is_live(batch: pa.RecordBatch, audience: Audience) -> Bools:
    """Which records ``live`` keeps; every product begins with them."""
    status, openness = batch.column("record_status"), batch.column("openness")
    return _is_one(status, LIVE) & _is_one(openness, OPENNESS[audience])


def _is_one(column: pa.Array, texts: tuple[str, ...]) -> Bools:
    return asked(column, lambda values: pc.is_in(values, pa.array(texts)))


def as_frame(raw: Raw, *columns: str) -> pl.DataFrame:
    """The batch, or some columns of it, as a polars frame, without copying where the types allow."""
    frame = pl.from_arrow(plain(raw.batch.select(columns) if columns else raw.batch))
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a record batch is never a series
    return frame


def as_raw(rows: pl.DataFrame) -> Raw:
    """A frame as one record batch."""
    table = rows.to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
    batches = table.to_batches()
    return Raw(batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema))


def with_columns(raw: Raw, columns: Mapping[str, pa.Array]) -> Raw:
    """The batch with these columns in the place of those of the same names; all others are not touched."""
    replaced = {name: raw.batch.column(name) for name in raw.batch.schema.names} | dict(columns)
    return Raw(pa.RecordBatch.from_arrays(list(replaced.values()), names=list(replaced)))
