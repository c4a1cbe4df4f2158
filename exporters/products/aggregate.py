"""What the aggregating products share: periods, areas, exact rates and partial sums.

Sums are integers (money in fen) and rates are computed in integers, so totals do not depend on the order in which
units arrive and the figures agree to the digit with published ones (DOMAIN 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl
import pyarrow as pa

from catalog.rows import Raw
from exporters.products.base import Rate, as_frame
from exporters.rates import tenths


def percent(numerator: str, denominator: str, name: str) -> pl.Expr:
    """Column ``name``: the rate of two integer columns in per cent with one decimal, exact."""
    return (
        (tenths(pl.col(numerator), pl.col(denominator)).cast(pl.Decimal(20, 1)) / 10)
        .cast(pl.Decimal(20, 1))
        .alias(
            name,
        )
    )


def rebuilt(batch: pa.RecordBatch, rates: Sequence[Rate]) -> pa.RecordBatch:
    """The rows with their rates worked out anew from the counts beside them; a withheld rate stays withheld."""
    frame = pl.DataFrame(batch)
    for rate in rates:
        made = frame.select(pl.when(pl.col(rate.name).is_not_null()).then(percent(rate.part, rate.whole, rate.name)))
        column = (
            made.to_series().to_arrow(compat_level=pl.CompatLevel.oldest()).cast(batch.schema.field(rate.name).type)
        )
        batch = batch.set_column(batch.schema.get_field_index(rate.name), batch.schema.field(rate.name), column)
    return batch


def month(column: str) -> pl.Expr:
    """Calendar month of a date, ``YYYY-MM``."""
    return pl.col(column).dt.strftime("%Y-%m")


def quarter(column: str) -> pl.Expr:
    """Calendar quarter of a date, ``YYYYQn``."""
    return pl.concat_str(pl.col(column).dt.year().cast(pl.String), pl.lit("Q"), pl.col(column).dt.quarter())


def city(column: str) -> pl.Expr:
    """City level of a GB/T 2260 code (``370203`` -> ``370200``)."""
    return pl.concat_str(pl.col(column).str.slice(0, 4), pl.lit("00"))


def summed(partials: Iterable[Raw], keys: Sequence[str]) -> pl.DataFrame:
    """All partial sums added up by ``keys`` and sorted, whatever the order and number of the partials."""
    frame = pl.concat([as_frame(partial) for partial in partials], how="vertical")
    return frame.group_by(keys).agg(pl.exclude(keys).sum()).sort(keys, nulls_last=True)
