"""What all treatments share: their type, the word for what is withheld, and work on distinct values."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

Options = Mapping[str, str | int]
Builder = Callable[[pl.Expr, Options], pl.Expr]

WITHHELD = "不予公开"
"""Stands in text columns for what could not be made safe, unless the option ``withheld`` names another word."""


def on_distinct(
    column: pl.Expr, work: Callable[[pl.Series], pl.Series], dtype: pl.DataType | type[pl.DataType] = pl.String
) -> pl.Expr:
    """``work`` done once on the distinct values of a column, nulls left out, and laid back on all its rows."""

    def whole(values: pl.Series) -> pl.Series:
        encoded = values.to_arrow(compat_level=pl.CompatLevel.oldest()).dictionary_encode()
        distinct, at = pl.Series(encoded.dictionary), pl.Series(encoded.indices)
        return work(distinct).cast(dtype).gather(at)

    return column.map_batches(whole, return_dtype=dtype, is_elementwise=True)
