"""Writing the drawn symbols into columns: one function a kind of channel, each on a whole column at once."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from desensitise.mark.gather import cut_texts, equal_texts, moved, taken
from desensitise.mark.laws import SHORT, Law, present, scaled_decimals, spellings
from desensitise.mark.prf import Ints
from desensitise.mark.profile import LONGEST_LIST, Channel

_NOWHERE = -(2**31)


@cache
def arrangements(length: int) -> Ints:
    """All orders of ``length`` things: (length!, length), in lexicographic order."""
    return np.array(list(permutations(range(length))), np.int64).reshape(-1, length)


@cache
def _shown_orders() -> tuple[npt.NDArray[np.int32], Ints]:
    """Every order of every length as a row of places, filled up with _NOWHERE; and where each length's begin."""
    made: list[list[int]] = []
    begins: list[int] = []
    for length in range(LONGEST_LIST + 1):
        begins.append(len(made))
        made += [[*order, *[_NOWHERE] * (LONGEST_LIST - length)] for order in permutations(range(length))]
    return np.array(made, np.int32), np.array(begins)


def write(channel: Channel, column: pa.Array, law: Law, symbols: Ints, places: Ints | None = None) -> pa.Array:
    """The column as a copy shows it, given what its cells drew; of the rows at ``places``, or of all."""
    return _WRITERS[channel.kind](channel, column, law, symbols, places)


def _list(channel: Channel, column: pa.Array, law: Law, symbols: Ints, places: Ints | None) -> pa.Array:
    del channel
    items, wanted, ends = arranged(column, law, symbols, places)
    nothing = np.append(moved(~present(column), places), False) if column.null_count else None
    starts = pa.array(ends, mask=nothing)
    return pa.ListArray.from_arrays(starts, taken(items, wanted), type=column.type)


def arranged(
    column: pa.Array, law: Law, symbols: Ints, places: Ints | None
) -> tuple[pa.Array, Ints, npt.NDArray[np.int32]]:
    """All items of lists, the place among them of each that is shown one after the other, and where lists end."""
    offsets = column.offsets.to_numpy()
    # A batch may be a view of a far larger table: only its own items are looked at.
    items, offsets = column.values.slice(offsets[0], offsets[-1] - offsets[0]), offsets - offsets[0]
    lengths = offsets[1:] - offsets[:-1]
    if column.null_count:
        lengths = np.where(present(column), lengths, 0)
    longest = int(lengths.max(initial=0))
    begins, lengths = moved(offsets[:-1], places), moved(lengths, places)
    ends = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=ends[1:])
    orders, first = _shown_orders()
    # What has one order only drew nought.
    drawn = np.take(first, law.value, mode="clip")
    drawn += symbols
    shown = np.take(orders[:, :longest].copy(), moved(drawn, places), axis=0)
    for place in range(shown.shape[1]):
        shown[:, place] += begins
    if longest > LONGEST_LIST:
        wanted = np.repeat(begins - ends[:-1], lengths) + np.arange(ends[-1])
        marked = lengths <= LONGEST_LIST
        wanted[np.repeat(marked, lengths)] = _held(shown[marked])
    else:
        wanted = _held(shown)
    return items, wanted, ends


def _held(shown: npt.NDArray[np.int32]) -> Ints:
    """The places of rows one after the other, without what fills the rows up."""
    flat = shown.ravel()
    held: Ints = np.compress(flat >= 0, flat)
    return held


def _exemplar(channel: Channel, column: pa.Array, law: Law, symbols: Ints, places: Ints | None) -> pa.Array:
    del channel
    offsets = column.offsets.to_numpy().astype(np.int64)
    place = offsets[:-1] + np.where(law.active, symbols, 0)
    return column.values.take(pa.array(moved(place, places), mask=moved(law.value == 0, places)))


def _precision(channel: Channel, column: pa.Array, law: Law, symbols: Ints, places: Ints | None) -> pa.Array:
    coarse_here = law.active & (symbols == 0)
    if channel.coarse:
        matrix = equal_texts(column)
        if matrix is not None and matrix.shape[1] >= SHORT[channel.coarse]:
            return cut_texts(matrix, moved(coarse_here, places), SHORT[channel.coarse], places)
        # Both spellings lie one after the other, and each row takes its own.
        both, own = spellings(channel, column)
        return both.take(pa.array(moved(own + np.where(coarse_here, len(both) // 2, 0), places)))
    scaled, valid = scaled_decimals(column, channel.size)
    numbers = pa.array(rounded_tens(scaled) / 10**channel.size, mask=~valid)
    rounded = pc.round(numbers, ndigits=channel.size - 1).cast(column.type, safe=False)
    return taken(pc.if_else(pa.array(coarse_here), rounded, column), places)


def rounded_tens(scaled: Ints) -> Ints:
    """Whole numbers to the nearest ten, halves away from nought."""
    tens: Ints = np.sign(scaled) * ((np.abs(scaled) + 5) // 10 * 10)
    return tens


def _rounding(channel: Channel, column: pa.Array, law: Law, symbols: Ints, places: Ints | None) -> pa.Array:
    shown = symbols * channel.size
    shown -= law.cut.view(np.int64)
    shown *= law.active
    shown += law.value
    return _numbers(shown, column, places)


def _additive(channel: Channel, column: pa.Array, law: Law, symbols: Ints, places: Ints | None) -> pa.Array:
    return _numbers(np.where(law.active, law.value + symbols - channel.size, law.value), column, places)


def _numbers(shown: Ints, column: pa.Array, places: Ints | None) -> pa.Array:
    nothing = moved(~present(column), places) if column.null_count else None
    made = pa.array(moved(shown, places), mask=nothing)
    if pa.types.is_decimal(column.type):
        return made.cast(pa.string()).cast(column.type)
    if not pa.types.is_floating(column.type):
        return made.cast(column.type)
    own = taken(column, places)
    return pc.if_else(pc.is_finite(own), made.cast(column.type), own)


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
