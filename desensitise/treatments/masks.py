"""Masks: a value's shape with its characters covered. What has another shape than expected becomes null."""

from __future__ import annotations

import polars as pl

from desensitise.detect.surnames import COMPOUND
from desensitise.treatments.common import WITHHELD, Options
from desensitise.treatments.generalise import county

NAME_SEPARATORS = r"、,，;；/|\s"
LONGEST_NAME = 20
_COMPOUND = "|".join(sorted(COMPOUND, key=lambda name: (-len(name), name)))
_SKIP_IN_NUMBERS = r"[\s\-()（）－—]"


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


def mask_address(column: pl.Expr, options: Options) -> pl.Expr:
    """An address keeps its county: ``浙江省杭州市西湖区文三路1号`` -> ``浙江省杭州市西湖区****``."""
    word = str(options.get("withheld", WITHHELD))
    return pl.concat_str(county(column, options), pl.lit("****")).replace(f"{word}****", word)
