"""Columns of text, trimmed and narrowed: the fast twin of the first lines of ``reading.read``.

Most columns need nothing done. Whether one does is told by looking at its bytes, at a fraction of the price of
trimming every cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from catalog.identifiers.arrays import Bools, Bytes
from catalog.identifiers.characters import WHITE, letters, narrow_column, trim_column
from catalog.rules.reading import CONTROL

_WIDE_WHITE = tuple(c.encode() for c in WHITE if ord(c) > 0x7F)
_HARMLESS = np.zeros(256, bool)
_HARMLESS[[9, 10, 13, *range(32, 256)]] = True


@dataclass(frozen=True, slots=True)
class Texts:
    """Tidy texts, null where blank. ``control``: cells with forbidden characters; ``same``: nothing was changed."""

    array: pa.StringArray
    blank: Bools
    control: Bools
    same: bool


def is_text(kind: pa.DataType) -> bool:
    """Whether an Arrow type holds texts."""
    types = pa.types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def to_polars(array: pa.Array) -> pl.Series:
    """A string array as a polars column."""
    return pl.Series(array, dtype=pl.String)


def to_arrow(texts: pl.Series) -> pa.StringArray:
    """A polars column as a plain string array."""
    return texts.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string())


def only(texts: pl.Series, cells: Bools) -> pl.Series:
    """The texts where ``cells`` holds, null elsewhere."""
    return texts.zip_with(pl.Series(cells), pl.Series([None], dtype=pl.String).new_from_index(0, len(texts)))


def tidy(array: pa.StringArray, *, narrowing: bool) -> Texts:
    """Trim every text, narrow full-width forms if asked, and tell blanks and control characters."""
    data, bounds = letters(array)
    body = data[bounds[0] : bounds[-1]]
    starts, ends = bounds[:-1], bounds[1:]
    empty = starts == ends
    plain = not len(body) or bool(body.max() < 0x80)
    # Above 0x20 and below 0x80 there is neither white space nor a control character anywhere.
    clean = plain and (not len(body) or bool(body.min() > 0x20))
    trimmed = array
    if not clean and _has_edges(data, starts[~empty], ends[~empty]):
        trimmed = to_arrow(trim_column(to_polars(trimmed)))
    if narrowing and not plain:
        trimmed = to_arrow(narrow_column(to_polars(trimmed)))
    changed = trimmed is not array
    if changed:
        bounds = letters(trimmed)[1]
        empty = bounds[:-1] == bounds[1:]
    blank = empty | _nulls(array)
    if changed or empty.any():
        trimmed = to_arrow(only(to_polars(trimmed), ~blank))
    return Texts(trimmed, blank, _controls(trimmed, body, clean=clean), trimmed is array)


def split(texts: pa.StringArray, separators: str) -> tuple[pa.StringArray, NDArray[np.int64]]:
    """The parts of every text and the row of each part; nulls have none."""
    column = to_polars(texts).drop_nulls()
    owner = np.flatnonzero(~_nulls(texts))
    if not separators:
        return to_arrow(column), owner
    for separator in separators[1:]:
        column = column.str.replace_all(separator, separators[0], literal=True)
    lists = column.str.split(separators[0])
    return to_arrow(lists.explode()), np.repeat(owner, lists.list.len().to_numpy())


def gather(parts: pa.StringArray, owner: NDArray[np.int64], rows: int) -> pa.ListArray:
    """Lists of the parts that belong to each row; rows without parts become null."""
    counts = np.bincount(owner, minlength=rows)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), parts, mask=pa.array(counts == 0))


def _nulls(array: pa.Array) -> Bools:
    if not array.null_count:
        return np.zeros(len(array), bool)
    nulls: Bools = array.is_null().to_numpy(zero_copy_only=False)
    return nulls


def _has_edges(data: Bytes, starts: NDArray[np.int32], ends: NDArray[np.int32]) -> bool:
    """Whether some text begins or ends with white space (or with a control character, which does no harm)."""
    if not len(starts):
        return False
    first, last = data[starts], data[ends - 1]
    if bool((first <= 0x20).any() or (last <= 0x20).any()):
        return True
    for white in _WIDE_WHITE:
        size = len(white)
        for at in (starts[first == white[0]], ends[last == white[-1]] - size):
            whole = at[(at >= 0) & (at + size <= len(data))]
            if (data[whole[:, None] + np.arange(size)] == np.frombuffer(white, np.uint8)).all(axis=1).any():
                return True
    return False


def _controls(array: pa.StringArray, body: Bytes, *, clean: bool) -> Bools:
    """Cells with characters that no file format can carry."""
    none = np.zeros(len(array), bool)
    if clean:
        return none
    odd = not _HARMLESS[body].all() if body.min() < 0x20 else False
    if not odd and body.max() >= 0xEF:
        at = np.flatnonzero(body == 0xEF)
        at = at[at + 2 < len(body)]
        odd = bool(((body[at + 1] == 0xBF) & (body[at + 2] >= 0xBE)).any())
    if not odd:
        return none
    found: Bools = to_polars(array).str.contains(CONTROL).fill_null(value=False).to_numpy()
    return found
