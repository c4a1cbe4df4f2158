"""Which products and firms to sample more, and why (S4 §8: 融合负面清单信息，动态调整监督抽查产品品类和频次)."""

from __future__ import annotations

from datetime import date

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import Book

LISTED = ("listed", "outranked")


def more_products(entries: pl.DataFrame, facts: Facts, book: Book, day: date) -> pl.DataFrame:
    """Products by urgency: ``product_name``, ``points``, ``factor`` (how many times the usual batches), ``reasons``.

    Points: listed producers by class, complaints and injuries of a year for each that was sampled. ``entries`` is the
    negative list of the day; entries on fakes count for the product, too: the market is to be sampled.
    """
    listed = entries.filter(pl.col("state").is_in(LISTED) & pl.col("product_name").is_not_null())
    makers = pl.coalesce("producer_uscc", pl.concat_str(pl.lit("?"), "entry_id"))
    each = (
        listed.with_columns(makers.alias("_maker"))
        .group_by("product_name", "rule", "class")
        .agg(pl.col("_maker").n_unique().alias("_n"))
    )
    worth = pl.col("class").replace_strict(book.words("listed_points"), return_dtype=pl.Int64)
    lists = each.select(
        "product_name",
        (pl.col("_n") * worth).cast(pl.Int64).alias("points"),
        pl.format("{}×{}", "rule", "_n").alias("reason"),
    )
    since = pl.lit(day).dt.offset_by("-12mo")
    told = facts["risk_monitoring"].filter((pl.col("assessed_on") > since) & (pl.col("assessed_on") <= day))
    names = {"6": "injury", "7": "complaint", "8": "opinion"}
    risks = told.filter(pl.col("source_type").is_in(list(names)) & pl.col("product_name").is_not_null())
    counted = risks.group_by("product_name", "source_type").agg(pl.len().alias("_n"))
    weight = pl.col("source_type").replace_strict(book.words("risk_points"), return_dtype=pl.Int64)
    kinds = pl.col("source_type").replace_strict(names, return_dtype=pl.String)
    heard = counted.select(
        "product_name",
        (pl.col("_n") * weight).cast(pl.Int64).alias("points"),
        pl.format("{}×{}", kinds, "_n").alias("reason"),
    )
    # A product that is made by many is listed and heard of more often, so points are taken for each producer.
    many = facts["product_basic"].group_by("product_name").agg(pl.col("producer_uscc").n_unique().alias("_makers"))
    summed = (
        pl.concat([lists, heard])
        .sort("points", "reason", descending=[True, False])
        .group_by("product_name", maintain_order=True)
    )
    scored = summed.agg(pl.col("points").sum(), pl.col("reason").str.join(";").alias("reasons")).join(
        many, on="product_name", how="left"
    )
    rate = pl.col("points") / pl.max_horizontal(pl.col("_makers").fill_null(1), 1)
    return (
        scored.with_columns(rate.round(3).alias("per_maker"), _factor(rate, book).alias("factor"))
        .select("product_name", "points", "per_maker", "factor", "reasons")
        .sort(["per_maker", "product_name"], descending=[True, False])
    )


def more_firms(entries: pl.DataFrame, modes: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Firms by urgency: listed by class and rule, and those under strict supervision."""
    listed = entries.filter(pl.col("state").is_in(LISTED) & pl.col("producer_uscc").is_not_null())
    worth = pl.col("class").replace_strict(book.words("listed_points"), return_dtype=pl.Int64)
    each = listed.select(
        pl.col("producer_uscc").alias("uscc"), pl.col("rule").alias("reason"), worth.alias("points")
    ).unique()
    strict = modes.filter(pl.col("mode") == "strict").select(
        "uscc", pl.lit("strict").alias("reason"), pl.lit(book.whole("strict_points"), pl.Int64).alias("points")
    )
    summed = pl.concat([each, strict]).sort("uscc", "reason").group_by("uscc", maintain_order=True)
    scored = summed.agg(pl.col("points").sum(), pl.col("reason").str.join(";").alias("reasons"))
    return (
        scored.with_columns(_factor(pl.col("points"), book).alias("factor"))
        .select("uscc", "points", "factor", "reasons")
        .sort(["points", "uscc"], descending=[True, False])
    )


def _factor(value: pl.Expr, book: Book) -> pl.Expr:
    factor = pl.lit(1, pl.Int64)
    for limit, times in reversed(book.bands("factors")):
        factor = pl.when(value >= limit).then(times).otherwise(factor)
    return factor
