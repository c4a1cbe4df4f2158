"""Numbers and times as Arrow columns made from, and seen as, plain 64-bit integers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalog.identifiers.arrays import Bools
from catalog.rules import reading
from catalog.rules.types import PRECISION, ZONE

Converted = tuple[pa.Array, Bools]
"""Values of the declared type, null where there is none, and the cells that break the type."""

Ints = NDArray[np.int64]


def filled(array: pa.Array) -> Bools:
    """Which cells are not null."""
    if not array.null_count:
        return np.ones(len(array), bool)
    there: Bools = array.is_valid().to_numpy(zero_copy_only=False)
    return there


def decimals(units: Ints, valid: Bools, scale: int) -> pa.Array:
    """Whole numbers of the smallest unit as decimals."""
    words = np.empty((len(units), 2), np.int64)
    words[:, 0] = units
    words[:, 1] = units >> 63
    bits = pa.py_buffer(np.packbits(valid, bitorder="little").tobytes())
    return pa.Array.from_buffers(pa.decimal128(PRECISION, scale), len(units), [bits, pa.py_buffer(words)])


def units_of(array: pa.Array) -> Ints:
    """The smallest units of conformed decimals; rubbish where null."""
    words = np.frombuffer(array.buffers()[1], np.int64, 2 * len(array), array.offset * 16)
    units: Ints = words[::2]
    return units


def ints_of(array: pa.Array) -> Ints:
    """An integer, date or time column as numpy numbers, 0 where null."""
    plain = array.view(pa.int32() if pa.types.is_date32(array.type) else pa.int64())
    if plain.null_count:
        plain = plain.fill_null(0)
    numbers: Ints = plain.to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
    return numbers


def nullable(numbers: Ints | NDArray[np.int32], valid: Bools, kind: pa.DataType) -> pa.Array:
    """Numbers as a column of another type of their width, null where not valid."""
    return (pa.array(numbers) if valid.all() else pa.array(numbers, mask=~valid)).view(kind)


def within(numbers: Ints, low: int, high: int) -> bool:
    """Whether all numbers lie between two bounds, both included."""
    return not len(numbers) or bool(numbers.min() >= low and numbers.max() <= high)


def moments(seconds: Ints, there: Bools) -> Converted:
    """Seconds since 1970 UTC as moments; those outside the years 1000 to 9999 break the type."""
    if within(seconds, reading.FIRST, reading.LAST):
        return nullable(seconds * 1000, there, pa.timestamp("ms", ZONE)), np.zeros(len(seconds), bool)
    inside = (seconds >= reading.FIRST) & (seconds <= reading.LAST)
    bounded = np.where(inside, seconds, 0) * 1000
    return nullable(bounded, there & inside, pa.timestamp("ms", ZONE)), there & ~inside
