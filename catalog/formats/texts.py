"""Columns as text, fast: values are joined into lines by Arrow, and only columns that need it are escaped.

Looking for a byte in a column's buffer costs a hundredth of escaping it, and most columns (codes, dates, names)
hold nothing to escape. Whether a column is escaped never shows in the bytes: escaping a value that needs none
gives the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from catalog.identifiers.arrays import places
from catalog.repeats import most_bytes

EAST_8 = 8 * 3_600_000
"""Milliseconds between UTC and +08:00."""

_SLICE_BYTES = 32 << 20

Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]
Change = Callable[[pl.Series], pl.Series]


def slices(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in pieces of about 32 MiB at most: flat memory, and far from the 2 GiB of Arrow's texts."""
    if batch.num_rows:
        rows = max(1, batch.num_rows * _SLICE_BYTES // max(most_bytes(batch), 1))
        for start in range(0, batch.num_rows, rows):
            yield batch.slice(start, rows)


def scalar(text: str) -> pa.Scalar:
    """A text that is the same for every row."""
    return pa.scalar(text, pa.string())


def plain(column: pa.Array) -> pa.Array:
    """A typed column as text: digits, ISO 8601 dates, times with +08:00, ``true`` and ``false``."""
    kind = column.type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_decimal(kind):
        # Arrow writes small decimals of many places in scientific notation; polars never does.
        return from_polars(to_polars(column).cast(pl.String))
    if pa.types.is_timestamp(kind):
        return moments(column)
    return pc.cast(column, pa.string())


def moments(column: pa.Array) -> pa.Array:
    """Timestamps in milliseconds as ``YYYY-MM-DDThh:mm:ss+08:00``; fractions are shown only where there are any."""
    wall = pc.cast(pc.add(pc.cast(column, pa.int64()), EAST_8), pa.timestamp("ms"))
    days = pc.cast(pc.cast(wall, pa.date32()), pa.string())
    fine = pc.cast(wall, pa.time32("ms"))
    clock = pc.cast(pc.cast(fine, pa.time32("s"), safe=False), pa.string())
    uneven = pc.not_equal(pc.subtract(fine.cast(pa.int32()), pc.multiply(_whole_seconds(fine), 1000)), 0)
    if pc.any(uneven).as_py():
        clock = pc.if_else(uneven, pc.cast(fine, pa.string()), clock)
    return pc.binary_join_element_wise(days, scalar("T"), clock, scalar("+08:00"), scalar(""))


def _whole_seconds(fine: pa.Array) -> pa.Array:
    return pc.divide(fine.cast(pa.int32()), 1000)


def to_polars(column: pa.Array) -> pl.Series:
    """An Arrow column for polars."""
    series = pl.from_arrow(column)
    assert isinstance(series, pl.Series)  # noqa: S101 - an array gives a series; this tells the type checker
    return series


def from_polars(texts: pl.Series) -> pa.Array:
    """A column of texts back from polars."""
    return pc.cast(texts.to_arrow(compat_level=pl.CompatLevel.oldest()), pa.string())


def _bounds(texts: pa.Array) -> tuple[int, int]:
    offsets = ends(texts)
    return int(offsets[0]), int(offsets[-1])


def ends(texts: pa.Array) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Offsets of a text column's values in its data buffer, one more than there are values."""
    if len(texts) == 0:
        return np.zeros(1, np.int32)
    raw = np.frombuffer(texts.buffers()[1], np.int32)
    return raw[texts.offset : texts.offset + len(texts) + 1]


def content(texts: pa.Array) -> bytes:
    """All bytes of a text column's values, one after the other."""
    data = texts.buffers()[2]
    if data is None:
        return b""
    first, last = _bounds(texts)
    return bytes(memoryview(data)[first:last])


def holds(raw: bytes, marks: Sequence[bytes]) -> bool:
    """Whether any of ``marks`` stands in ``raw``."""
    return any(mark in raw for mark in marks)


def has_empty(texts: pa.Array) -> bool:
    """Whether any value has no bytes."""
    bounds = ends(texts)
    return bool((bounds[1:] == bounds[:-1]).any())


def has_controls(raw: bytes) -> bool:
    """Whether a byte below 0x20 stands in ``raw``."""
    return bool(raw) and int(np.frombuffer(raw, np.uint8).min()) < 0x20


def mapped(texts: pa.Array, change: Change) -> pa.Array:
    """A text column changed by polars."""
    return from_polars(change(to_polars(texts)))


def mapped_at(texts: pa.Array, rows: np.ndarray[tuple[int], np.dtype[np.int64]], change: Change) -> pa.Array:
    """The same where only the values in some rows (ascending) may need a change."""
    if 2 * len(rows) > len(texts):
        return mapped(texts, change)
    mask = np.zeros(len(texts), np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), mapped(texts.take(pa.array(rows)), change))


def rows_with(texts: pa.Array, marks: Flags) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The rows whose text holds a byte that is true in ``marks`` (256 truths), ascending."""
    bounds = ends(texts)
    body = np.frombuffer(texts.buffers()[2], np.uint8)[bounds[0] : bounds[-1]]
    found = places(body, marks.take) + bounds[0]
    # Values without bytes begin where the next one does: the last of them that begin here has the byte.
    return np.unique(np.searchsorted(bounds, found, side="right") - 1)


def each_list(lists: pa.Array, change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """A list column with ``change`` done to its texts; nulls inside lists are left out."""
    lists = without_null_items(lists)
    lengths = pc.fill_null(pc.list_value_length(lists), 0)
    offsets = np.zeros(len(lists) + 1, np.int32)
    np.cumsum(lengths.to_numpy(zero_copy_only=False), out=offsets[1:])
    mask = lists.is_null() if lists.null_count else None
    return pa.ListArray.from_arrays(pa.array(offsets), change(lists.flatten()), mask=mask)


def without_null_items(lists: pa.Array) -> pa.Array:
    """Lists without the nulls inside them: not every format can tell such a null from an empty text."""
    if not lists.flatten().null_count:
        return lists
    cleaned = to_polars(lists).list.drop_nulls().to_arrow(compat_level=pl.CompatLevel.oldest())
    return pc.cast(cleaned, pa.list_(pa.string()))


def without_texts(lists: pa.Array) -> Flags | None:
    """Which lists are there and hold nothing; None where none is."""
    empty = pc.equal(pc.list_value_length(lists), 0)
    return empty.fill_null(False).to_numpy(zero_copy_only=False) if pc.any(empty).as_py() else None
