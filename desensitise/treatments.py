"""Treatments: what may be done to a column so that it can leave the house. One pure polars expression each.

A builder takes the column as an expression and its options and gives the treated column. What a treatment cannot
handle becomes null or its ``withheld`` word, never the value itself (fail closed). ``desensitise.reference`` holds an
obvious twin of each; a property test demands equality.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import polars as pl

from desensitise.detect import Mode
from desensitise.detect import redact as redact_texts
from desensitise.detect.surnames import COMPOUND
from desensitise.places import Places, named, places

Options = Mapping[str, str | int]
Builder = Callable[[pl.Expr, Options], pl.Expr]

WITHHELD = "不予公开"
"""Stands in text columns for what could not be made safe, unless the option ``withheld`` names another word."""

NAME_SEPARATORS = r"、,，;；/|\s"
LONGEST_NAME = 20
_COMPOUND = "|".join(sorted(COMPOUND, key=lambda name: (-len(name), name)))
_SKIP_IN_NUMBERS = r"[\s\-()（）－—]"


def keep(column: pl.Expr, options: Options) -> pl.Expr:
    """The value as it is."""
    del options
    return column


def mask_name(column: pl.Expr, options: Options) -> pl.Expr:
    """``张三`` -> ``张*``, ``欧阳娜娜`` -> ``欧阳*``; several names in a cell are masked one by one."""
    del options
    item = rf"[^{NAME_SEPARATORS}]"
    text = column.cast(pl.String).str.strip_chars()
    masked = text.str.replace_all(rf"({_COMPOUND}){item}+|({item}){item}*", "${1}${2}*")
    too_long = text.str.contains(rf"{item}{{{LONGEST_NAME + 1}}}")
    return pl.when(~too_long & (text != "")).then(masked)


def mask_phone(column: pl.Expr, options: Options) -> pl.Expr:
    """``13812345678`` -> ``138****5678``; ``0571-87654321`` -> ``0571-********``; anything else is withheld."""
    del options
    digits = column.cast(pl.String).str.replace_all(_SKIP_IN_NUMBERS, "").str.replace(r"^(?:\+|00)?86", "")
    mobile = digits.str.contains(r"^1[3-9][0-9]{9}$")
    landline = digits.str.contains(r"^0(?:10|2[0-9]|[3-9][0-9]{2})[0-9]{7,8}(?:[转,，][0-9]{1,6})?$")
    area = digits.str.extract(r"^(0(?:10|2[0-9]|[3-9][0-9]{2}))")
    return (
        pl.when(mobile)
        .then(pl.concat_str(digits.str.slice(0, 3), pl.lit("****"), digits.str.slice(7, 4)))
        .when(landline)
        .then(pl.concat_str(area, pl.lit("-********")))
    )


def mask_id(column: pl.Expr, options: Options) -> pl.Expr:
    """Resident numbers keep six and four characters: ``110105********002X``; 15 digits: ``110105*****1002``."""
    del options
    text = column.cast(pl.String).str.strip_chars().str.to_uppercase()
    first, last = text.str.slice(0, 6), text.str.slice(-4)
    return (
        pl.when(text.str.contains(r"^[0-9]{17}[0-9X]$"))
        .then(pl.concat_str(first, pl.lit("*" * 8), last))
        .when(text.str.contains(r"^[0-9]{15}$"))
        .then(pl.concat_str(first, pl.lit("*" * 5), last))
    )


def mask_email(column: pl.Expr, options: Options) -> pl.Expr:
    """``zhang@example.com`` -> ``z***@example.com``."""
    del options
    text = column.cast(pl.String).str.strip_chars()
    masked = text.str.replace(r"^([^@\s])[^@\s]*(@[^@\s]+)$", "${1}***${2}")
    return pl.when(text.str.contains(r"^[^@\s]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$")).then(masked)


def county(column: pl.Expr, options: Options) -> pl.Expr:
    """An address or a GB/T 2260 code to the county: the official full name, or the code itself."""
    return _place(column, options, places(), "county")


def city(column: pl.Expr, options: Options) -> pl.Expr:
    """An address or a GB/T 2260 code to the city: the official full name, or the city's code."""
    return _place(column, options, places(), "city")


def mask_address(column: pl.Expr, options: Options) -> pl.Expr:
    """An address keeps its county: ``浙江省杭州市西湖区文三路1号`` -> ``浙江省杭州市西湖区****``."""
    word = str(options.get("withheld", WITHHELD))
    place = county(column, options)
    return pl.when(place == word).then(place).otherwise(pl.concat_str(place, pl.lit("****")))


def _place(column: pl.Expr, options: Options, table: Places, level: str) -> pl.Expr:
    text = column.cast(pl.String).str.replace_all(r"[\s,，]", "").str.replace(r"^(?:中国|中华人民共和国)", "")
    code = text.str.contains(r"^[0-9]{6}$")

    def of_distinct(texts: pl.Series) -> pl.Series:
        distinct = texts.drop_nulls().unique()
        return texts.replace_strict(distinct, named(table, distinct, level), default=None, return_dtype=pl.String)

    name = text.map_batches(of_distinct, return_dtype=pl.String, is_elementwise=True)
    coarse = text if level == "county" else pl.concat_str(text.str.slice(0, 4), pl.lit("00"))
    return pl.when(code).then(coarse).otherwise(name.fill_null(_withheld(options))).pipe(_unless_null, column)


def _withheld(options: Options) -> pl.Expr:
    return pl.lit(str(options.get("withheld", WITHHELD)))


def _unless_null(treated: pl.Expr, column: pl.Expr) -> pl.Expr:
    return pl.when(column.is_not_null()).then(treated)


def _day(column: pl.Expr) -> pl.Expr:
    text = column.cast(pl.String).str.slice(0, 10)
    written_out = text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    return pl.when(written_out).then(text).str.to_date("%Y-%m-%d", strict=False)


def month(column: pl.Expr, options: Options) -> pl.Expr:
    """A day or time to its calendar month, ``2024-05``."""
    del options
    return _day(column).dt.strftime("%Y-%m")


def quarter(column: pl.Expr, options: Options) -> pl.Expr:
    """A day or time to its calendar quarter, ``2024Q2``."""
    del options
    day = _day(column)
    return pl.concat_str(day.dt.strftime("%Y"), pl.lit("Q"), day.dt.quarter())


def year(column: pl.Expr, options: Options) -> pl.Expr:
    """A day or time to its calendar year, ``2024``."""
    del options
    return _day(column).dt.strftime("%Y")


def redact(column: pl.Expr, options: Options) -> pl.Expr:
    """Free text with typed placeholders (``〔手机号〕``) for every person's trace that detection finds."""
    mode: Mode = "balanced" if options.get("mode") == "balanced" else "recall"

    def clean(texts: pl.Series) -> pl.Series:
        distinct = texts.drop_nulls().unique()
        treated = redact_texts(distinct.to_list(), mode=mode)
        return texts.replace_strict(distinct, pl.Series(treated, dtype=pl.String), default=None, return_dtype=pl.String)

    return column.cast(pl.String).map_batches(clean, return_dtype=pl.String, is_elementwise=True)


def withhold_small(column: pl.Expr, options: Options) -> pl.Expr:
    """Counts below ``threshold`` (default 5) but not nought are withheld; see also ``small_cells``."""
    threshold = int(options.get("threshold", 5))
    return pl.when(~column.is_between(1, threshold - 1)).then(column)


TREATMENTS: Mapping[str, Builder] = MappingProxyType(
    {
        builder.__name__: builder
        for builder in (
            keep,
            mask_name,
            mask_phone,
            mask_id,
            mask_email,
            mask_address,
            county,
            city,
            month,
            quarter,
            year,
            redact,
            withhold_small,
        )
    },
)
DROP = "drop"
"""The treatment of a column that does not leave the house at all."""
