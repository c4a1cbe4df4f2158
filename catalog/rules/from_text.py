"""Columns of tidy text to the declared type: fast twins of the text readers in ``reading``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pyarrow as pa

from catalog.identifiers.arrays import FEW, Bools
from catalog.identifiers.checks import matches
from catalog.model import Field, Kind
from catalog.rules import reading
from catalog.rules.numbers import Converted, Ints, decimals, filled, moments
from catalog.rules.text_columns import only, to_polars
from catalog.rules.types import arrow_type


def text_values(field: Field, texts: pa.StringArray) -> Converted:
    """Tidy texts read as the field's kind (kinds of plain text and of lists are not converted)."""
    if len(texts) <= FEW:
        cells = [reading.read(field, text) for text in texts.to_pylist()]
        values = pa.array([None if isinstance(cell, reading.NoValue) else cell for cell in cells], arrow_type(field))
        return values, filled(texts) & ~filled(values)
    return _READERS[field.kind](field, texts)


def _text_whole(_: Field, texts: pa.StringArray) -> Converted:
    sound = matches(texts, reading.WHOLE)
    numbers = only(to_polars(texts), sound)
    return numbers.cast(pl.Int64).to_arrow(), filled(texts) & ~sound


def _text_number(field: Field, texts: pa.StringArray) -> Converted:
    sound = matches(texts, reading.number_pattern(field.scale))
    wanted = only(to_polars(texts), sound)
    whole = wanted.str.extract(r"\A-?([0-9]+)").cast(pl.Int64).fill_null(0).to_numpy()
    part = wanted.str.extract(r"\.([0-9]*)\z").fill_null("").str.slice(0, field.scale).str.pad_end(field.scale, "0")
    cents = part.cast(pl.Int64).fill_null(0).to_numpy() if field.scale else 0
    sign = np.where(wanted.str.starts_with("-").fill_null(value=False).to_numpy(), -1, 1)
    return decimals(sign * (whole * 10**field.scale + cents), sound, field.scale), filled(texts) & ~sound


def _text_day(_: Field, texts: pa.StringArray) -> Converted:
    days = _days(to_polars(texts), matches(texts, reading.DAY))
    return days.to_arrow(), filled(texts) & days.is_null().to_numpy()


def _days(texts: pl.Series, sound: Bools) -> pl.Series:
    return only(texts, sound).str.to_date("%Y-%m-%d", strict=False)


def _text_moment(_: Field, texts: pa.StringArray) -> Converted:
    column = to_polars(texts)
    sound = matches(texts, reading.MOMENT)
    days = _days(column.str.slice(0, 10), sound)
    second = column.str.extract(r"\A.{16}:([0-9]{2})")
    offset = column.str.extract(rf"({reading.OFFSET})\z").str.replace(":", "", literal=True)
    numbers = [_number(part) for part in (column.str.slice(11, 2), column.str.slice(14, 2), second)]
    clock = numbers[0] * 3600 + numbers[1] * 60 + numbers[2]
    east = _number(offset.str.slice(1, 2)) * 3600 + _number(offset.str.slice(3, 2)) * 60
    east = np.where(offset.str.starts_with("-").fill_null(value=False).to_numpy(), -east, east)
    zulu = column.str.ends_with("Z").fill_null(value=False).to_numpy()
    east = np.where(offset.is_null().to_numpy() & ~zulu, reading.EAST_8, east)
    seconds = days.to_physical().fill_null(0).to_numpy().astype(np.int64) * 86400 + clock - east
    values, outside = moments(seconds, days.is_not_null().to_numpy())
    return values, outside | (filled(texts) & days.is_null().to_numpy())


def _number(texts: pl.Series) -> Ints:
    numbers: Ints = texts.cast(pl.Int64, strict=False).fill_null(0).to_numpy()
    return numbers


def _text_truth(_: Field, texts: pa.StringArray) -> Converted:
    truths = to_polars(texts).replace_strict(reading.BOOLEANS, default=None, return_dtype=pl.Boolean)
    return truths.to_arrow(), filled(texts) & truths.is_null().to_numpy()


def _text_json(_: Field, texts: pa.StringArray) -> Converted:
    written = [None if text is None else reading.read_json(text) for text in texts.to_pylist()]
    values = pa.array(written, pa.string())
    return values, filled(texts) & ~filled(values)


_READERS: dict[Kind, Callable[[Field, pa.StringArray], Converted]] = {
    Kind.INTEGER: _text_whole,
    Kind.DECIMAL: _text_number,
    Kind.DATE: _text_day,
    Kind.DATETIME: _text_moment,
    Kind.BOOLEAN: _text_truth,
    Kind.JSON: _text_json,
}
