"""The law by which each cell of a channel draws: how many outcomes, how likely each, and which cells draw at all.

A law follows from the shared value alone, so it is the same for every copy; only the draw is a grant's own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from desensitise.mark.gather import equal_texts
from desensitise.mark.prf import Ints, Prf, Words
from desensitise.mark.profile import LONGEST_LIST, Channel, Profile

Flags = npt.NDArray[np.bool_]
BIAS_STEPS = 1024
_MOST = 2**63 - 1
# Biases of an arcsine law, cut off where one copy alone would stand out (Tardos 2008, 10.1145/1346330.1346335).
_LEAST_BIAS = 0.02
SHORT = {"month": 7, "day": 10}
_FOUR = np.dtype("<u4")
_FIRST_DAY = np.uint32(int.from_bytes(b"-01", "little"))
# Orders of a list by its length; a longer one than any that is ordered has one.
_WAYS = np.array([*(math.factorial(n) for n in range(LONGEST_LIST + 1)), 1], np.uint64)


@dataclass(frozen=True, slots=True)
class Law:
    """Laws of n cells: ``modulus`` outcomes, equally likely; with a ``cut`` only whether one lies below it is drawn."""

    value: Ints
    modulus: Words
    cut: Words
    active: Flags

    def taken(self, places: Ints) -> Law:
        """The laws of the cells at ``places``."""
        return Law(self.value[places], self.modulus[places], self.cut[places], self.active[places])

    def symbols(self, words: Words) -> Ints:
        """What words draw: (..., n) words to (..., n) symbols."""
        # The high 48 bits as a fraction of the modulus, which is 2^16 at most: even to 2^-32, and no division.
        drawn = words >> np.uint64(16)
        drawn *= self.modulus
        drawn >>= np.uint64(48)
        return (drawn < self.cut).astype(np.int64) if _any(self.cut) else drawn.view(np.int64)


def law_of(
    channel: Channel, column: pa.Array, rows: Words, profile: Profile, family: Prf, part: pa.Array | None = None
) -> Law:
    """The law of a channel over the shared values of its column, and of the column that is its part."""
    if channel.kind in {"list", "exemplar"}:
        return _choice(channel, column)
    if channel.kind == "precision":
        return _precision(channel, column, family.drawn(rows, profile.lane(channel)))
    values, valid = integers(column)
    size = channel.size
    if channel.kind == "rounding":
        rest = values - values // size * size
        active = valid & (rest > 0) & (values - rest >= channel.floor) & _has_room(column, values, size)
        return Law(values, _everywhere(size, values), rest.astype(np.uint64), active)
    active = valid & (values - channel.size >= channel.floor) & _has_room(column, values, channel.size)
    if part is not None:
        least, known = integers(part)
        active &= known & (values - channel.size >= least)
    return Law(values, _everywhere(2 * size + 1, values), _everywhere(0, values), active)


def _has_room(column: pa.Array, values: Ints, size: int) -> Flags | bool:
    """Where the column's type holds a value that is farther by ``size``."""
    if not pa.types.is_integer(column.type):
        return True
    held = np.iinfo(column.type.to_pandas_dtype())
    most = min(int(held.max), _MOST) - size
    room: Flags = values <= most
    return room & (values >= int(held.min) + size) if held.min else room


def _everywhere(number: int, like: Ints | Flags) -> Words:
    """The same number for every cell, in the memory of one."""
    # What broadcast_to gives, without its fixed cost of forty microseconds.
    return np.ndarray(like.shape, np.uint64, np.array([number], np.uint64), 0, (0,))


def _any(numbers: Words) -> bool:
    """Whether any of them is not nought; one is looked at where all stand in the memory of one."""
    return bool((numbers if numbers.strides[0] else numbers[:1]).max(initial=0))


def _choice(channel: Channel, column: pa.Array) -> Law:
    ends = column.offsets.to_numpy()
    lengths = (ends[1:] - ends[:-1]).astype(np.int64)
    if column.null_count:
        lengths[column.is_null().to_numpy(zero_copy_only=False)] = 0
    active = lengths >= 2
    if channel.kind == "exemplar":
        modulus = np.maximum(lengths, 1).astype(np.uint64)
    else:
        active &= lengths <= LONGEST_LIST
        modulus = np.take(_WAYS, lengths, mode="clip")
    return Law(lengths, modulus, _everywhere(0, lengths), active)


def _precision(channel: Channel, column: pa.Array, draws: Words) -> Law:
    if channel.coarse:
        known = _shortens(channel, column)
    else:
        scaled, known = scaled_decimals(column, channel.size)
        known = known & (scaled % 10 != 0)
    cut = _biases().take((draws >> np.uint64(54)).view(np.int64))
    nothing = _everywhere(0, known)
    return Law(nothing.view(np.int64), _everywhere(BIAS_STEPS, known), cut, known)


@cache
def _biases() -> Words:
    """Cuts of equally likely biases."""
    angle = math.asin(math.sqrt(_LEAST_BIAS))
    spread = (np.arange(BIAS_STEPS) + 0.5) / BIAS_STEPS
    bias = np.sin(angle + spread * (math.pi / 2 - 2 * angle)) ** 2
    cuts: Words = np.rint(bias * BIAS_STEPS).astype(np.uint64)
    return cuts


def _shortens(channel: Channel, column: pa.Array) -> Flags:
    """Where shortening tells: a date on the first of its month reads the same once a library has parsed it."""
    matrix = equal_texts(column)
    if matrix is not None and channel.coarse == "month" and matrix.shape[1] == 10:
        last = np.ndarray(len(matrix), _FOUR, matrix, 6, (10,))
        told: Flags = (last >> np.uint32(8)) != _FIRST_DAY
        return told
    both, own = spellings(channel, column)
    fine, coarse = both[: len(both) // 2], both[len(both) // 2 :]
    informative = pc.not_equal(fine, pc.binary_join_element_wise(coarse, _first(channel), ""))
    longer = pc.greater(pc.utf8_length(fine), SHORT[channel.coarse])
    active = pc.fill_null(pc.and_(informative, longer), False)
    distinct: Flags = np.asarray(active.to_numpy(zero_copy_only=False), np.bool_)
    return distinct[own]


def _first(channel: Channel) -> pa.Scalar:
    return pa.scalar("-01" if channel.coarse == "month" else " 00:00:00")


def spellings(channel: Channel, column: pa.Array) -> tuple[pa.Array, Ints]:
    """Dates or times as texts in full, then the same ones shortened; and where each row's full text stands."""
    length, matrix = SHORT[channel.coarse], equal_texts(column)
    if matrix is not None and matrix.shape[1] >= length:
        count, whole = matrix.shape
        room = np.empty(count * (whole + length), np.uint8)
        room[: count * whole] = matrix.ravel()
        room[count * whole :].reshape(count, length)[:] = matrix[:, :length]
        ends = np.empty(2 * count + 1, np.int32)
        ends[:count] = np.arange(count) * whole
        ends[count:] = count * whole + np.arange(count + 1) * length
        return pa.StringArray.from_buffers(2 * count, pa.py_buffer(ends), pa.py_buffer(room)), np.arange(count)
    coded = pc.dictionary_encode(column, null_encoding="encode")
    fine = coded.dictionary.cast(pa.string())
    return pa.concat_arrays([fine, pc.utf8_slice_codeunits(fine, 0, length)]), coded.indices.to_numpy().astype(np.int64)


def shortened(channel: Channel, column: pa.Array) -> tuple[list[str | None], list[str | None]]:
    """Dates or times as texts, in full and shortened."""
    both, own = spellings(channel, column)
    short = own + len(both) // 2
    return both.take(pa.array(own)).to_pylist(), both.take(pa.array(short)).to_pylist()


def integers(column: pa.Array) -> tuple[Ints, Flags]:
    """Whole numbers and which are there; nulls are nought."""
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_finite(column), column, None)
    whole = column if pa.types.is_integer(column.type) else pc.cast(column, pa.int64(), safe=False)
    if column.null_count:
        return pc.fill_null(whole, 0).to_numpy(zero_copy_only=False).astype(np.int64), present(column)
    return whole.to_numpy(zero_copy_only=False).astype(np.int64, copy=False), present(column)


def present(column: pa.Array) -> Flags:
    """Which cells hold a value."""
    if not column.null_count:
        return np.ones(len(column), np.bool_)
    return np.asarray(column.is_valid().to_numpy(zero_copy_only=False), np.bool_)


def scaled_decimals(column: pa.Array, scale: int) -> tuple[Ints, Flags]:
    """Decimals times 10^scale as whole numbers, and which are there."""
    valid = present(column)
    numbers = pc.fill_null(pc.cast(column, pa.float64()), 0.0).to_numpy(zero_copy_only=False)
    # Exact below 2^53, which is what a protected quantity or price with its decimals is.
    return np.rint(numbers * 10**scale).astype(np.int64), valid & (np.abs(numbers) * 10**scale < 2**53)
