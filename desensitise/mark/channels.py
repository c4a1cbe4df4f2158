"""Writing the drawn symbols into columns: one function a kind of channel, each on a whole column at once."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from desensitise.mark.laws import Law, integers, scaled_decimals, shortened
from desensitise.mark.prf import Ints
from desensitise.mark.profile import LONGEST_LIST, Channel


@cache
def arrangements(length: int) -> Ints:
    """All orders of ``length`` things: (length!, length), in lexicographic order."""
    return np.array(list(permutations(range(length))), np.int64).reshape(-1, length)


def write(channel: Channel, column: pa.Array, law: Law, symbols: Ints) -> pa.Array:
    """The column as a copy shows it, given what its cells drew."""
    return _WRITERS[channel.kind](channel, column, law, symbols)


def _list(channel: Channel, column: pa.Array, law: Law, symbols: Ints) -> pa.Array:
    del channel
    offsets = column.offsets.to_numpy().astype(np.int64)
    order = np.arange(offsets[0], offsets[-1]) if len(column) else np.empty(0, np.int64)
    for length in range(2, LONGEST_LIST + 1):
        rows = np.flatnonzero(law.active & (law.value == length))
        if len(rows):
            places = offsets[rows][:, None]
            order[places - offsets[0] + np.arange(length)] = places + arrangements(length)[symbols[rows]]
    items = column.values.take(pa.array(order))
    starts = pa.array((offsets - offsets[0]).astype(np.int32), mask=_null_starts(column))
    return pa.ListArray.from_arrays(starts, items, type=column.type)


def _null_starts(column: pa.Array) -> npt.NDArray[np.bool_] | None:
    if not column.null_count:
        return None
    return np.append(column.is_null().to_numpy(zero_copy_only=False), False)


def _exemplar(channel: Channel, column: pa.Array, law: Law, symbols: Ints) -> pa.Array:
    del channel
    offsets = column.offsets.to_numpy().astype(np.int64)
    place = offsets[:-1] + np.where(law.active, symbols, 0)
    return column.values.take(pa.array(place, mask=law.value == 0))


def _precision(channel: Channel, column: pa.Array, law: Law, symbols: Ints) -> pa.Array:
    coarse_here = pa.array(law.active & (symbols == 0))
    if channel.coarse:
        fine, coarse = shortened(channel, column)
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
    "list": _list,
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
