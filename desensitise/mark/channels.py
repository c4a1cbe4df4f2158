"""Writing the drawn symbols into columns: one function a kind of channel, each on a whole column at once."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from desensitise.mark.gather import equal_texts, taken, texts_of
from desensitise.mark.laws import SHORT, Law, integers, scaled_decimals, shortened
from desensitise.mark.prf import Ints
from desensitise.mark.profile import LONGEST_LIST, Channel


@cache
def arrangements(length: int) -> Ints:
    """All orders of ``length`` things: (length!, length), in lexicographic order."""
    return np.array(list(permutations(range(length))), np.int64).reshape(-1, length)


def write(channel: Channel, column: pa.Array, law: Law, symbols: Ints) -> pa.Array:
    """The column as a copy shows it, given what its cells drew."""
    if channel.kind == "list":
        return write_lists(column, law, symbols, np.arange(len(column)))
    return _WRITERS[channel.kind](channel, column, law, symbols)


def write_lists(column: pa.Array, law: Law, symbols: Ints, places: Ints) -> pa.Array:
    """The lists at ``places`` with their items in drawn order; law and symbols are those of the taken lists."""
    offsets = column.offsets.to_numpy().astype(np.int64)
    # A batch may be a view of a far larger table: only its own items are looked at.
    items, offsets = column.values.slice(offsets[0], offsets[-1] - offsets[0]), offsets - offsets[0]
    begins, lengths = offsets[:-1][places], np.diff(offsets)[places]
    ends = np.concatenate([[0], np.cumsum(lengths)])
    order = np.repeat(begins - ends[:-1], lengths) + np.arange(ends[-1])
    for length in range(2, LONGEST_LIST + 1):
        rows = np.flatnonzero(law.active & (law.value == length))
        if len(rows):
            shown = begins[rows][:, None] + arrangements(length)[symbols[rows]]
            order[ends[rows][:, None] + np.arange(length)] = shown
    nothing = np.append(column.is_null().to_numpy(zero_copy_only=False)[places], False) if column.null_count else None
    starts = pa.array(ends.astype(np.int32), mask=nothing)
    return pa.ListArray.from_arrays(starts, taken(items, order), type=column.type)


def _exemplar(channel: Channel, column: pa.Array, law: Law, symbols: Ints) -> pa.Array:
    del channel
    offsets = column.offsets.to_numpy().astype(np.int64)
    place = offsets[:-1] + np.where(law.active, symbols, 0)
    return column.values.take(pa.array(place, mask=law.value == 0))


def _precision(channel: Channel, column: pa.Array, law: Law, symbols: Ints) -> pa.Array:
    coarse_here = pa.array(law.active & (symbols == 0))
    if channel.coarse:
        fine, coarse = shortened(channel, column)
        matrix = equal_texts(fine)
        if matrix is not None:
            return texts_of(matrix, np.where(law.active & (symbols == 0), SHORT[channel.coarse], matrix.shape[1]))
        return pc.if_else(coarse_here, coarse, fine)
    scaled, valid = scaled_decimals(column, channel.size)
    numbers = pa.array(rounded_tens(scaled) / 10**channel.size, mask=~valid)
    rounded = pc.round(numbers, ndigits=channel.size - 1).cast(column.type, safe=False)
    return pc.if_else(coarse_here, rounded, column)


def rounded_tens(scaled: Ints) -> Ints:
    """Whole numbers to the nearest ten, halves away from nought."""
    tens: Ints = np.sign(scaled) * ((np.abs(scaled) + 5) // 10 * 10)
    return tens


def _rounding(channel: Channel, column: pa.Array, law: Law, symbols: Ints) -> pa.Array:
    values, valid = integers(column)
    low = values - values % channel.size
    shown = np.where(law.active, low + symbols * channel.size, values)
    return pa.array(shown, mask=~valid).cast(column.type)


def _additive(channel: Channel, column: pa.Array, law: Law, symbols: Ints) -> pa.Array:
    values, valid = integers(column)
    shown = np.where(law.active, values + symbols - channel.size, values)
    return pa.array(shown, mask=~valid).cast(column.type)


_WRITERS = {
    "exemplar": _exemplar,
    "precision": _precision,
    "rounding": _rounding,
    "additive": _additive,
}


def marked_type(channel: Channel, shared: pa.DataType) -> pa.DataType:
    """The type that a marked column has."""
    if channel.kind == "exemplar":
        return shared.value_type
    return pa.string() if channel.coarse else shared
