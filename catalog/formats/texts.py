"""Columns as text, fast: values are joined into lines by Arrow, and only columns that need it are escaped.

Looking for a byte in a column's buffer costs a hundredth of escaping it, and most columns (codes, dates, names)
hold nothing to escape. Whether a column is escaped never shows in the bytes: escaping a value that needs none
gives the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

EAST_8 = 8 * 3_600_000
"""Milliseconds between UTC and +08:00."""

_SLICE_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Piece:
    """A column of texts without nulls, and what stands before and after each of them."""

    texts: pa.Array
    before: str = ""
    after: str = ""


def slices(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in pieces of at most about 32 MiB, so that texts built from it stay far from Arrow's 2 GiB."""
    if batch.num_rows:
        rows = max(1, batch.num_rows * _SLICE_BYTES // max(batch.nbytes, 1))
        for start in range(0, batch.num_rows, rows):
            yield batch.slice(start, rows)


def lines(pieces: Sequence[Piece], start: str, end: str) -> memoryview:
    """All rows as one run of UTF-8: ``start``, each piece with its surroundings, ``end``."""
    parts: list[pa.Array | pa.Scalar] = []
    pending = start
    for piece in pieces:
        parts += [_scalar(pending + piece.before), piece.texts]
        pending = piece.after
    parts += [_scalar(pending + end), _scalar("")]
    joined = pc.binary_join_element_wise(*parts)
    first, last = _bounds(joined)
    return memoryview(joined.buffers()[2])[first:last]


def _scalar(text: str) -> pa.Scalar:
    return pa.scalar(text, pa.string())


def wrapped(texts: pa.Array, before: str, after: str, instead: str) -> Piece:
    """A piece of texts with nulls: ``instead`` stands for a null and its surroundings."""
    if texts.null_count == 0:
        return Piece(texts, before, after)
    full = pc.binary_join_element_wise(_scalar(before), texts, _scalar(after), _scalar(""))
    return Piece(pc.fill_null(full, instead))


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
    return pc.binary_join_element_wise(days, _scalar("T"), clock, _scalar("+08:00"), _scalar(""))


def _whole_seconds(fine: pa.Array) -> pa.Array:
    return pc.divide(fine.cast(pa.int32()), 1000)


def to_polars(column: pa.Array) -> pl.Series:
    series = pl.from_arrow(column)
    assert isinstance(series, pl.Series)  # noqa: S101 - an array gives a series; this tells the type checker
    return series


def from_polars(texts: pl.Series) -> pa.Array:
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


def has_controls(raw: bytes) -> bool:
    """Whether a byte below 0x20 stands in ``raw``."""
    return bool(raw) and int(np.frombuffer(raw, np.uint8).min()) < 0x20


def mapped(texts: pa.Array, change: Callable[[pl.Series], pl.Series]) -> pa.Array:
    """A text column changed by polars."""
    return from_polars(change(to_polars(texts)))


def each_list(lists: pa.Array, change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """A list column with ``change`` done to its texts; nulls inside lists are left out."""
    if lists.flatten().null_count:
        cleaned = to_polars(lists).list.drop_nulls().to_arrow(compat_level=pl.CompatLevel.oldest())
        lists = pc.cast(cleaned, pa.list_(pa.string()))
    lengths = pc.fill_null(pc.list_value_length(lists), 0)
    offsets = np.zeros(len(lists) + 1, np.int32)
    np.cumsum(lengths.to_numpy(zero_copy_only=False), out=offsets[1:])
    mask = lists.is_null() if lists.null_count else None
    return pa.ListArray.from_arrays(pa.array(offsets), change(lists.flatten()), mask=mask)


def joined_lists(lists: pa.Array, before: str, between: str, after: str, empty: str) -> pa.Array:
    """Lists as text: ``before`` a ``between`` b ``after``; ``empty`` for a list without texts; null for null."""
    full = pc.binary_join_element_wise(
        _scalar(before), pc.binary_join(lists, between), _scalar(after), _scalar("")
    )
    return pc.if_else(pc.equal(pc.list_value_length(lists), 0), _scalar(empty), full)
