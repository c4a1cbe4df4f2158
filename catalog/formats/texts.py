"""Columns as text, fast: values are joined into lines by Arrow, and only columns that need it are escaped.

Looking for a byte in a column's buffer costs a hundredth of escaping it, and most columns (codes, dates, names)
hold nothing to escape. Whether a column is escaped never shows in the bytes: escaping a value that needs none
gives the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from catalog.identifiers.arrays import places

EAST_8 = 8 * 3_600_000
"""Milliseconds between UTC and +08:00."""

_SLICE_BYTES = 8 << 20

Frame = tuple[str, str]
"""What stands before and after a value."""

Flags = np.ndarray[tuple[int], np.dtype[np.bool_]]
Change = Callable[[pl.Series], pl.Series]


@dataclass(frozen=True, slots=True)
class Cells:
    """A column ready to be joined: its texts and their frame.

    ``nothing`` stands for a null and its frame. Values whose ``other`` is true stand in ``other_frame`` instead.
    """

    texts: pa.Array
    frame: Frame = ("", "")
    nothing: str = ""
    other: Flags | None = None
    other_frame: Frame = ("", "")


def slices(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The batch in pieces of about 8 MiB: small enough for the cache, and far from the 2 GiB of Arrow's texts."""
    if batch.num_rows:
        rows = max(1, batch.num_rows * _SLICE_BYTES // max(batch.nbytes, 1))
        for start in range(0, batch.num_rows, rows):
            yield batch.slice(start, rows)


def lines(columns: Sequence[Cells], start: str, end: str) -> memoryview:
    """All rows as one run of UTF-8: ``start``, each column's text in its frame, ``end``.

    Arrow's ``take`` does it: all texts and all frames lie in one array, and what is taken from it in the order of
    the lines lies in memory as the lines. That costs half of ``binary_join_element_wise``.
    """
    joined = _joined(columns, start, end)
    begin, finish = _bounds(joined)
    return memoryview(joined.buffers()[2])[begin:finish]


def line_texts(columns: Sequence[Cells], start: str, end: str) -> pa.StringArray:
    """The same rows, each a text of its own."""
    joined = _joined(columns, start, end)
    offsets = np.ascontiguousarray(ends(joined)[:: 2 * len(columns) + 1])
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), joined.buffers()[2])


def _joined(columns: Sequence[Cells], start: str, end: str) -> pa.StringArray:
    """Every text and every frame, in the order of the lines."""
    rows, width = len(columns[0].texts), len(columns)
    order = np.empty((rows, 2 * width + 1), np.int32)
    order[:, 1::2] = _places(rows, width)
    frames: list[str] = [""]
    first = rows * width
    states = [_states(cells) for cells in columns]
    for gap in range(width + 1):
        _fill_gap(order[:, 2 * gap], frames, first, (columns, states), gap, (start, end))
    for place, cells in enumerate(columns):
        if cells.texts.null_count:
            order[:, 2 * place + 1][cells.texts.is_null().to_numpy(zero_copy_only=False)] = first
    everything = pa.concat_arrays([*(_without_nulls(cells.texts) for cells in columns), pa.array(frames, pa.string())])
    return everything.take(pa.array(order.reshape(-1)))


@lru_cache(maxsize=4)
def _places(rows: int, width: int) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Where row r of column c lies when all columns lie one after the other."""
    return np.arange(rows, dtype=np.int32)[:, None] + np.arange(width, dtype=np.int32) * np.int32(rows)


@dataclass(frozen=True, slots=True)
class _States:
    """Frames a column's values can stand in, and which of them each value has (None: all the first)."""

    frames: tuple[Frame, ...]
    chosen: np.ndarray[tuple[int], np.dtype[np.int32]] | None


def _states(cells: Cells) -> _States:
    frames = (cells.frame, cells.other_frame, (cells.nothing, ""))
    if cells.other is None and not cells.texts.null_count:
        return _States(frames[:1], None)
    chosen = np.zeros(len(cells.texts), np.int32)
    if cells.other is not None:
        chosen[cells.other] = 1
    if cells.texts.null_count:
        chosen[cells.texts.is_null().to_numpy(zero_copy_only=False)] = 2
    return _States(frames, chosen)


def _fill_gap(
    order: np.ndarray[tuple[int], np.dtype[np.int32]],
    frames: list[str],
    first: int,
    row: tuple[Sequence[Cells], Sequence[_States]],
    gap: int,
    edges: tuple[str, str],
) -> None:
    """Say in ``order`` which text of ``frames`` stands between columns ``gap - 1`` and ``gap``, and add these texts."""
    _, states = row
    left = states[gap - 1] if gap else _States((("", edges[0]),), None)
    right = states[gap] if gap < len(states) else _States(((edges[1], ""),), None)
    order[:] = first + len(frames)
    if left.chosen is not None:
        order += left.chosen * np.int32(len(right.frames))
    if right.chosen is not None:
        order += right.chosen
    frames += [after + before for _, after in left.frames for before, _ in right.frames]


def _without_nulls(texts: pa.Array) -> pa.Array:
    """The same values without the record of which are null; ``lines`` leaves those out itself."""
    if texts.null_count == 0:
        return texts
    _, offsets, data = texts.buffers()
    return pa.Array.from_buffers(pa.string(), len(texts), [None, offsets, data], 0, texts.offset)


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
