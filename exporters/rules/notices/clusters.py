"""Clusters of complaints and injuries, and the bureau that gets the task (DOMAIN 8.2 step 4).

A cluster is a producer's product (or, where no producer is known, a seller region's product) about which enough was
heard within a window. The task goes to the producer's county; where only sellers are known to theirs; several: joint.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import Book

CLUSTERS = pl.Schema(
    {
        "product_name": pl.String,
        "producer_uscc": pl.String,
        "complaints": pl.Int64,
        "injuries": pl.Int64,
        "highest": pl.String,
        "territory": pl.String,
        "joint": pl.Boolean,
        "because": pl.String,
        "first_on": pl.Date,
        "last_on": pl.Date,
        "flags": pl.String,
    }
)
"""``territory`` are the county codes in charge, by ``;``; ``because`` names the rules that were met."""


def clusters(facts: Facts, book: Book, day: date) -> pl.DataFrame:
    """Clusters of the window that ends on ``day``, and single risks of level M or higher; most urgent first."""
    since = pl.lit(day).dt.offset_by(f"-{book.whole('window_days')}d")
    told = facts["risk_monitoring"].filter((pl.col("assessed_on") > since) & (pl.col("assessed_on") <= day))
    known = told.filter(pl.col("product_name").is_not_null())
    rank = pl.col("risk_level").replace_strict({"S": 4, "H": 3, "M": 2, "L": 1}, default=0, return_dtype=pl.Int64)
    grouped = known.group_by("product_name", "producer_uscc").agg(
        pl.col("source_type").is_in(["7", "8"]).sum().cast(pl.Int64).alias("complaints"),
        (pl.col("source_type") == "6").sum().cast(pl.Int64).alias("injuries"),
        rank.max().alias("_rank"),
        pl.col("region_code").drop_nulls().unique().sort().str.join(";").alias("_sellers"),
        pl.col("region_code").n_unique().alias("_places"),
        pl.col("assessed_on").min().alias("first_on"),
        pl.col("assessed_on").max().alias("last_on"),
    )
    firms = facts["enterprise_basic"].sort("updated_at", "record_id").unique("uscc", keep="last", maintain_order=True)
    placed = grouped.join(firms.select(producer_uscc="uscc", _home="region_code"), on="producer_uscc", how="left")
    rules = (
        ("complaints", pl.col("complaints") >= book.whole("complaints")),
        ("injuries", pl.col("injuries") >= book.whole("injuries")),
        ("level", pl.col("_rank") >= book.whole("level_rank")),
    )
    because = pl.concat_str([pl.when(met).then(pl.lit(name)) for name, met in rules], separator=";", ignore_nulls=True)
    home = pl.col("_home").is_not_null()
    sellers = pl.when(pl.col("_sellers") != "").then("_sellers")
    flags = [
        pl.when(pl.col("producer_uscc").is_null()).then(pl.lit("MISSING:producer_uscc")),
        pl.when(pl.col("producer_uscc").is_not_null() & ~home).then(pl.lit("UNKNOWN:producer_region")),
        pl.when(~home & sellers.is_null()).then(pl.lit("UNKNOWN:territory")),
    ]
    made = placed.with_columns(
        because.alias("because"),
        pl.coalesce("_home", sellers).alias("territory"),
        (~home & (pl.col("_places") > 1)).alias("joint"),
        pl.col("_rank")
        .replace_strict({4: "S", 3: "H", 2: "M", 1: "L"}, default=None, return_dtype=pl.String)
        .alias("highest"),
        pl.concat_str(flags, separator=";", ignore_nulls=True).alias("flags"),
    ).filter(pl.col("because") != "")
    order = ["_rank", "injuries", "complaints", "product_name", "producer_uscc"]
    return made.sort(order, descending=[True, True, True, False, False], nulls_last=True).select(CLUSTERS.names())
