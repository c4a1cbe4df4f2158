"""Columns of text, trimmed and narrowed: the fast twin of the first lines of ``reading.read``.

Most cells need nothing done. Which ones may is told by looking at the bytes of the whole column, at a fraction of the
price of trimming every cell; only those are then trimmed, narrowed and searched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from catalog.identifiers.arrays import FEW, Bools, Bytes, Places, places
from catalog.identifiers.characters import WHITE, letters, narrow, narrow_column, trim, trim_column
from catalog.rules.reading import CONTROL

_WIDE_WHITE = tuple(c.encode() for c in WHITE if ord(c) > 0x7F)
_HARMLESS = np.zeros(256, bool)
_HARMLESS[[9, 10, 13, *range(32, 256)]] = True
_CONTROL = re.compile(CONTROL)
_TOP = 0xEF
"""First byte of U+F000 to U+FFFF: of full-width forms, and of U+FFFE and U+FFFF, which no file format can carry."""


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


def without(array: pa.StringArray, cells: Bools) -> pa.StringArray:
    """The texts with some cells made null; the bytes stay where they are."""
    if not cells.any():
        return array
    _, offsets, data = array.buffers()
    there = ~(cells | _nulls(array))
    bits = pa.py_buffer(np.packbits(there, bitorder="little").tobytes())
    return pa.StringArray.from_buffers(len(array), offsets.slice(array.offset * 4), data, bits)


def tidy(array: pa.StringArray, *, narrowing: bool) -> Texts:
    """Trim every text, narrow full-width forms if asked, and tell blanks and control characters."""
    rows = _in_question(array, narrowing=narrowing)
    control = np.zeros(len(array), bool)
    tidied = array
    if len(rows):
        came = array.take(pa.array(rows))
        done, control[rows] = _tidied(came, narrowing=narrowing)
        tidied = array if done.equals(came) else _patched(array, rows, done)
    sizes = np.diff(letters(tidied)[1])
    nulls = _nulls(tidied)
    blank = nulls if not len(sizes) or sizes.min() > 0 else nulls | (sizes == 0)
    same = tidied is array and blank is nulls
    return Texts(tidied if blank is nulls else without(tidied, blank), blank, control, same)


def single_letters(array: pa.StringArray) -> tuple[pa.StringArray, pa.Array] | None:
    """The distinct texts and each row's place among them where every text is one letter of ASCII; else None.

    Statuses and flags are: they are told apart by their bytes, without hashing a text.
    """
    body = _body(array)
    # As many bytes as texts and none without: one each. The first question is answered without a look at the rows.
    if array.null_count or not len(body) or len(body) != len(array) or np.diff(letters(array)[1]).min() != 1:
        return None
    there = np.flatnonzero(np.bincount(body, minlength=256))
    place = np.zeros(256, np.int32)
    place[there] = np.arange(len(there))
    ends = np.arange(len(there) + 1, dtype=np.int32)
    texts = pa.StringArray.from_buffers(len(there), pa.py_buffer(ends), pa.py_buffer(there.astype(np.uint8)))
    return texts, pa.array(place.take(body))


def split(texts: pa.StringArray, separators: str) -> tuple[pa.StringArray, Places]:
    """The parts of every text and the row of each part; a null has none, or a null one."""
    body = _body(texts)
    if not any(_occurs(separator.encode()[0], body) for separator in separators):
        return texts, np.arange(len(texts))
    for separator in separators[1:]:
        texts = pc.replace_substring(texts, separator, separators[0])
    lists = pc.split_pattern(texts, separators[0])
    return pc.list_flatten(lists), pc.list_parent_indices(lists).to_numpy()


def gather(parts: pa.StringArray, owner: Places, rows: int) -> pa.ListArray:
    """Lists of the parts that belong to each row; rows without parts become null."""
    counts = np.bincount(owner, minlength=rows)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), parts, mask=pa.array(counts == 0))


def _tidied(array: pa.StringArray, *, narrowing: bool) -> tuple[pa.StringArray, Bools]:
    """Every text trimmed, and narrowed if asked; and which hold control characters."""
    if len(array) <= FEW:
        texts = [None if text is None else trim(text) for text in array.to_pylist()]
        texts = [narrow(text) if text and narrowing else text for text in texts]
        return pa.array(texts, pa.string()), np.array([bool(text and _CONTROL.search(text)) for text in texts])
    column = trim_column(to_polars(array))
    column = narrow_column(column) if narrowing else column
    return to_arrow(column), column.str.contains(CONTROL).fill_null(value=False).to_numpy()


def _patched(array: pa.StringArray, rows: Places, texts: pa.StringArray) -> pa.StringArray:
    """The array with other texts in some rows."""
    if len(rows) > FEW:
        mask = np.zeros(len(array), bool)
        mask[rows] = True
        return pc.replace_with_mask(array, pa.array(mask), texts)
    pieces, start = [], 0
    for at, row in enumerate(rows.tolist()):
        pieces += [array.slice(start, row - start), texts.slice(at, 1)]
        start = row + 1
    return pa.concat_arrays([*pieces, array.slice(start)])


def _nulls(array: pa.Array) -> Bools:
    if not array.null_count:
        return np.zeros(len(array), bool)
    nulls: Bools = array.is_null().to_numpy(zero_copy_only=False)
    return nulls


def _occurs(byte: int, body: Bytes) -> bool:
    return len(places(body, lambda block: block == byte)) > 0


def _body(array: pa.StringArray) -> Bytes:
    data, bounds = letters(array)
    return data[bounds[0] : bounds[-1]]


def _in_question(array: pa.StringArray, *, narrowing: bool) -> Places:
    """Rows that trimming or narrowing may change, or that may hold control characters; all others are tidy."""
    body, bounds = _body(array), letters(array)[1]
    low, high = (int(body.min()), int(body.max())) if len(body) else (0x21, 0)
    # Above 0x20 and below 0x80 there is neither white space nor a control character anywhere.
    if low > 0x20 and high < 0x80:
        return np.zeros(0, np.int64)
    found = np.zeros(0, np.int64)
    if low < 0x20:
        found = places(body, lambda block: block < 0x20)
        found = found[~_HARMLESS[body[found]]]
    if high >= _TOP:
        found = np.concatenate([found, _high(body, narrowing=narrowing)])
    rows = np.searchsorted(bounds, found + bounds[0], side="right") - 1
    edges = _edges(array, plain=high < 0x80)
    return np.union1d(edges, rows) if len(rows) else edges


def _high(body: Bytes, *, narrowing: bool) -> Places:
    """Places of U+FFFE and U+FFFF, and of full-width forms where these matter."""
    at = places(body, lambda block: block == _TOP)
    second, third = (body.take(at + offset, mode="clip") for offset in (1, 2))
    wanted: Bools = (second == 0xBF) & (third >= 0xBE)
    if narrowing:
        wanted |= (second == 0xBC) | (second == 0xBD)
    found: Places = at[wanted]
    return found


def _edges(array: pa.StringArray, *, plain: bool) -> Places:
    """Rows that begin or end with white space (or with a control character, which does no harm)."""
    data, bounds = letters(array)
    starts, ends = bounds[:-1], bounds[1:]
    filled = np.flatnonzero(starts != ends) if (starts == ends).any() else None
    if filled is not None:
        starts, ends = starts[filled], ends[filled]
    first, last = data.take(starts), data.take(ends - 1)
    near = (first <= 0x20) | (last <= 0x20)
    for white in () if plain else _WIDE_WHITE:
        near[_holding(data, starts, np.flatnonzero(first == white[0]), white)] = True
        near[_holding(data, ends - len(white), np.flatnonzero(last == white[-1]), white)] = True
    rows = np.flatnonzero(near)
    return rows if filled is None else filled[rows]


def _holding(data: Bytes, places: NDArray[np.int32], rows: Places, wanted: bytes) -> Places:
    """Those of the rows that hold some bytes at their place (or at the very end of the data, which does no harm)."""
    for offset, byte in reversed(list(enumerate(wanted))):
        rows = rows[data.take(places[rows] + offset, mode="clip") == byte]
    return rows
