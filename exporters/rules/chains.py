"""Unbroken chains of dates: how long somebody must stay clean when each new fact makes the months begin again."""

from __future__ import annotations

import polars as pl


def last_of_chain(start: pl.DataFrame, facts: pl.DataFrame, unit: str, months: str) -> pl.DataFrame:
    """``start`` with ``_last``: the last fact of the chain that follows ``_from`` with gaps shorter than ``months``.

    ``facts`` holds ``unit`` and ``_on``. Null where no fact follows soon enough, or where unit or ``_from`` is missing.
    """
    chain = facts.drop_nulls().unique().sort(unit, "_on")
    gap = pl.col("_on") >= pl.col("_on").shift(1).over(unit).dt.offset_by(months)
    chain = chain.with_columns(gap.fill_null(value=True).cast(pl.Int32).cum_sum().over(unit).alias("_run"))
    chain = chain.with_columns(pl.col("_on").max().over(unit, "_run").alias("_end")).drop("_run")
    known = pl.col("_from").is_not_null() & pl.col(unit).is_not_null()
    met = start.filter(known).sort("_from").join_asof(
        chain.sort("_on"), left_on="_from", right_on="_on", by=unit, strategy="forward", allow_exact_matches=False,
        check_sortedness=False,
    )  # fmt: skip
    soon = pl.col("_on") < pl.col("_from").dt.offset_by(months)
    met = met.with_columns(pl.when(soon).then("_end").alias("_last"))
    rest = start.filter(~known).with_columns(pl.lit(None, pl.Date).alias("_last"))
    return pl.concat([met.select(rest.columns), rest])
