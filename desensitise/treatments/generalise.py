"""Generalisation: a coarser value that is still true. Places of GB/T 2260, periods of days, bands of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType

import polars as pl

from catalog.treatment_options import number, numbers
from desensitise.places import named
from desensitise.treatments.common import WITHHELD, Options, on_distinct
from desensitise.treatments.numbers import MILLION, in_millionths

CODE_DIGITS: Mapping[str, int] = MappingProxyType({"county": 6, "city": 4, "province": 2})
"""How many digits of a GB/T 2260 code tell the level; the others are noughts."""


def county(column: pl.Expr, options: Options) -> pl.Expr:
    """An address or a GB/T 2260 code to the county: the official full name, or the code itself."""
    return _place(column, options, "county")


def city(column: pl.Expr, options: Options) -> pl.Expr:
    """An address or a GB/T 2260 code to the city: the official full name, or the city's code."""
    return _place(column, options, "city")


def province(column: pl.Expr, options: Options) -> pl.Expr:
    """An address or a GB/T 2260 code to the province: the official full name, or the province's code."""
    return _place(column, options, "province")


def _place(column: pl.Expr, options: Options, level: str) -> pl.Expr:
    text = column.cast(pl.String).str.replace_all(r"[\s,，]", "").str.replace(r"^(?:中国|中华人民共和国)", "")
    code = text.str.contains(r"^[0-9]{6}$")
    name = text.map_batches(lambda texts: named(texts, level), return_dtype=pl.String, is_elementwise=True)
    coarse = pl.concat_str(text.str.slice(0, CODE_DIGITS[level]), pl.lit("0" * (6 - CODE_DIGITS[level])))
    return pl.when(code).then(coarse).otherwise(name.fill_null(_withheld(options))).pipe(_unless_null, column)


def _withheld(options: Options) -> pl.Expr:
    return pl.lit(str(options.get("withheld", WITHHELD)))


def _unless_null(treated: pl.Expr, column: pl.Expr) -> pl.Expr:
    return pl.when(column.is_not_null()).then(treated)


def day_of(column: pl.Expr) -> pl.Expr:
    """The calendar day of a day, a time or either's ISO 8601 text; null for anything else."""
    text = column.cast(pl.String).str.slice(0, 10)
    written_out = text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    return pl.when(written_out).then(text).str.to_date("%Y-%m-%d", strict=False)


def month(column: pl.Expr, options: Options) -> pl.Expr:
    """A day or time to its calendar month, ``2024-05``."""
    del options
    return day_of(column).dt.strftime("%Y-%m")


def quarter(column: pl.Expr, options: Options) -> pl.Expr:
    """A day or time to its calendar quarter, ``2024Q2``."""
    del options
    day = day_of(column)
    return pl.concat_str(day.dt.strftime("%Y"), pl.lit("Q"), day.dt.quarter())


def year(column: pl.Expr, options: Options) -> pl.Expr:
    """A day or time to its calendar year, ``2024``."""
    del options
    return day_of(column).dt.strftime("%Y")


def band(column: pl.Expr, options: Options) -> pl.Expr:
    """A number to the half-open interval that it lies in: of one ``width``, or between ``bounds``."""
    bounds = numbers(options.get("bounds", ""))
    exact = in_millionths(column)
    if bounds:
        labels = [f"<{plain(bounds[0])}"]
        labels += [f"[{plain(low)},{plain(high)})" for low, high in pairwise(bounds)]
        labels.append(f">={plain(bounds[-1])}")
        place = pl.sum_horizontal(exact >= int(bound * MILLION) for bound in bounds)
        return pl.when(exact.is_not_null()).then(place.replace_strict(range(len(labels)), labels, default=None))
    width = number(options["width"]) or 0

    def labelled(lowest: pl.Series) -> pl.Series:
        texts = [f"[{plain(at * width)},{plain((at + 1) * width)})" for at in lowest]
        return pl.Series(texts, dtype=pl.String)

    return on_distinct((exact // int(width * MILLION)).cast(pl.Int64), labelled)


def plain(value: Decimal | int) -> str:
    """A number without an exponent and without noughts at its end."""
    return f"{Decimal(value).normalize() + 0:f}"
