"""Columns of native values to the declared type: fast twins of the native readers in ``reading``.

A converter takes the arrays of some Arrow types; a type that a kind has no converter for breaks every filled cell.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.identifiers.arrays import Bools
from catalog.model import Field, Kind
from catalog.rules import reading
from catalog.rules.numbers import Converted, Ints, decimals, filled, ints_of, moments, nullable, within
from catalog.rules.types import arrow_type


def native_values(field: Field, array: pa.Array) -> Converted:
    """Native values read as the field's kind; a type that the kind does not take breaks every filled cell."""
    for fits, convert in _NATIVE.get(field.kind, ()):
        if fits(array.type):
            return convert(field, array)
    return pa.nulls(len(array), arrow_type(field)), filled(array)


def _native_json(_: Field, array: pa.Array) -> Converted:
    values = pa.array([reading.write_json(value) for value in array.to_pylist()], pa.string())
    return values, filled(array) & ~filled(values)


def _native_text(_: Field, array: pa.Array) -> Converted:
    if pa.types.is_date64(array.type):
        array = array.cast(pa.date32())
    return array.cast(pa.string()), np.zeros(len(array), bool)


def _scaled(scale: int, units: Ints, there: Bools, *, sound: Bools) -> Converted:
    valid = there & sound
    values = decimals(np.where(valid, units, 0), valid, scale)
    return values, there & ~sound


def _wholes(units: Ints, there: Bools, sound: Bools) -> Converted:
    return nullable(np.where(sound, units, 0), there & sound, pa.int64()), there & ~sound


def _whole_whole(field: Field, array: pa.Array) -> Converted:
    """Integers: a whole number must have at most 18 digits, a number as many less as it has decimals."""
    scale = field.scale if field.kind is Kind.DECIMAL else 0
    limit = 10 ** (reading.DIGITS - scale)
    numbers = array.fill_null(0).to_numpy(zero_copy_only=False)
    sound = numbers < limit
    if not pa.types.is_unsigned_integer(array.type):
        sound &= numbers > -limit
    units = np.where(sound, numbers, 0).astype(np.int64) * 10**scale
    if field.kind is Kind.DECIMAL:
        return _scaled(scale, units, filled(array), sound=sound)
    return _wholes(units, filled(array), sound)


def _float_whole(field: Field, array: pa.Array) -> Converted:
    numbers = array.cast(pa.float64()).fill_null(0).to_numpy(zero_copy_only=False)
    decimal = field.kind is Kind.DECIMAL
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = numbers * float(10**field.scale) if decimal else numbers
        sound = np.isfinite(numbers) & (np.abs(scaled) < reading.EXACT)
        sound &= decimal | (scaled == np.rint(scaled))
    units = np.rint(np.where(sound, scaled, 0)).astype(np.int64)
    if decimal:
        return _scaled(field.scale, units, filled(array), sound=sound)
    return _wholes(units, filled(array), sound)


def _decimal_number(field: Field, array: pa.Array) -> Converted:
    """Decimals keep their value to the last digit or break the type."""
    scale = field.scale if field.kind is Kind.DECIMAL else 0
    if field.kind is Kind.DECIMAL and array.type.scale == scale and _short(array):
        same = pa.Array.from_buffers(arrow_type(field), len(array), array.buffers(), offset=array.offset)
        return same, np.zeros(len(array), bool)
    there = filled(array)
    words = np.frombuffer(array.buffers()[1], np.int64, 2 * len(array), array.offset * 16)
    small = there & (words[1::2] == words[::2] >> 63)
    units = words[::2] if small.all() else np.where(small, words[::2], 0)
    coarser = int(array.type.scale) - scale
    if coarser > reading.DIGITS or coarser < -reading.DIGITS or (coarser > 0 and not (small | ~there).all()):
        return _decimal_by_hand(field, array)
    if coarser > 0:
        coarse = units // 10**coarser
        sound = (coarse * 10**coarser == units) & (np.abs(coarse) < 10**reading.DIGITS)
        units = coarse
    else:
        sound = small & (np.abs(units) < 10 ** (reading.DIGITS + coarser))
        units = np.where(sound, units, 0) * 10**-coarser
    return _scaled(scale, units, there, sound=sound) if field.kind is Kind.DECIMAL else _wholes(units, there, sound)


def _short(array: pa.Array) -> bool:
    """Whether the column holds numbers and none has too many digits."""
    least, most = (number.as_py() for number in pc.min_max(array).values())
    limit = Decimal(10) ** (reading.DIGITS - array.type.scale)
    return least is not None and -limit < least and most < limit


def _decimal_by_hand(field: Field, array: pa.Array) -> Converted:
    """Decimals finer than declared, or wider than 64 bits: one by one, once per distinct value."""
    encoded = array.dictionary_encode()
    cells = [reading.read(field, value) for value in encoded.dictionary.to_pylist()]
    values = [None if isinstance(cell, reading.NoValue) else cell for cell in cells]
    typed = pa.array(values, arrow_type(field)).take(encoded.indices)
    return typed, filled(array) & ~filled(typed)


def _date_day(_: Field, array: pa.Array) -> Converted:
    days = ints_of(array.cast(pa.date32()) if pa.types.is_date64(array.type) else array)
    return _bounded_days(days, filled(array))


def _moment_day(_: Field, array: pa.Array) -> Converted:
    seconds, there = _seconds(array), filled(array)
    return _bounded_days((seconds + reading.EAST_8) // 86400, there)


def _bounded_days(days: Ints, there: Bools) -> Converted:
    first, last = ((edge + reading.EAST_8) // 86400 for edge in (reading.FIRST, reading.LAST))
    if within(days, first, last):
        return nullable(days.astype(np.int32), there, pa.date32()), np.zeros(len(days), bool)
    inside = (days >= first) & (days <= last)
    numbers = np.where(inside, days, 0).astype(np.int32)
    return nullable(numbers, there & inside, pa.date32()), there & ~inside


def _moment_moment(_: Field, array: pa.Array) -> Converted:
    return moments(_seconds(array), filled(array))


def _seconds(array: pa.Array) -> Ints:
    """Whole seconds since 1970 UTC, cut downwards; columns without a zone are at +08:00."""
    per_second = {"s": 1, "ms": 1000, "us": 10**6, "ns": 10**9}[array.type.unit]
    seconds: Ints = ints_of(array) // per_second
    return seconds if array.type.tz else seconds - reading.EAST_8


def _truth(_: Field, array: pa.Array) -> Converted:
    return array, np.zeros(len(array), bool)


def _whole_truth(_: Field, array: pa.Array) -> Converted:
    numbers = array.fill_null(0).to_numpy(zero_copy_only=False)
    sound = (numbers == 0) | (numbers == 1)
    return pa.array(numbers == 1, mask=~(filled(array) & sound)), filled(array) & ~sound


_Converters = tuple[tuple[Callable[[pa.DataType], bool], Callable[[Field, pa.Array], Converted]], ...]
_t = pa.types
_NUMERIC: _Converters = (
    (_t.is_integer, _whole_whole),
    (_t.is_floating, _float_whole),
    (_t.is_decimal128, _decimal_number),
    (_t.is_decimal, _decimal_by_hand),
)
_WORDED: _Converters = ((_t.is_integer, _native_text), (_t.is_date, _native_text))
_NATIVE: dict[Kind, _Converters] = {
    **dict.fromkeys((Kind.STRING, Kind.CODE, Kind.FILE, Kind.STRINGS, Kind.CODES), _WORDED),
    Kind.INTEGER: _NUMERIC,
    Kind.DECIMAL: _NUMERIC,
    Kind.DATE: ((_t.is_date, _date_day), (_t.is_timestamp, _moment_day)),
    Kind.DATETIME: ((_t.is_timestamp, _moment_moment),),
    Kind.BOOLEAN: ((_t.is_boolean, _truth), (_t.is_integer, _whole_truth)),
    Kind.JSON: ((_t.is_nested, _native_json),),
}
