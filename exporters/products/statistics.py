"""Spot-check statistics for institutes (SM11): area x quarter x product kind x stage.

Only batches that were inspected count (verdict 合格 or 不合格); batches handed over uninspected do not (DOMAIN 7).
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from catalog.model import Dataset
from catalog.rows import Raw
from exporters.products.aggregate import city, quarter, summed
from exporters.products.base import Product, Rate, as_frame, as_raw, live

DIMENSIONS = ("region_code", "period", "product_kind", "stage")

INPUTS = (
    "sampled_on",
    "stage",
    "inspected_uscc",
    "product_kind",
    "source_region_code",
    "verdict",
    "safety_failed",
)


def derive(raw: Raw, dataset: Dataset) -> Raw:
    """Partial sums of one batch by dimension and inspected unit."""
    failed = (pl.col("verdict") == "2").fill_null(value=False)
    rows = (
        as_frame(live(raw, dataset.audience))
        .filter(pl.col("verdict").is_in(("1", "2")))
        .select(
            city("source_region_code").alias("region_code"),
            quarter("sampled_on").alias("period"),
            pl.col("product_kind"),
            pl.col("stage"),
            pl.col("inspected_uscc").fill_null(""),
            batches_sampled=pl.lit(1),
            batches_failed=failed.cast(pl.Int64),
            safety_failed=(failed & pl.col("safety_failed").fill_null(value=False)).cast(pl.Int64),
        )
    )
    keys = [*DIMENSIONS, "inspected_uscc"]
    return as_raw(rows.group_by(keys).agg(pl.all().sum()).sort(keys, nulls_last=True))


def combine(partials: Iterable[Raw], dataset: Dataset) -> Raw:
    """The sums of each inspected unit in each cell; disclosure control adds them up to the published tables."""
    del dataset
    return as_raw(summed(partials, [*DIMENSIONS, "inspected_uscc"]))


STATISTICS = Product(
    "statistics", derive, combine, INPUTS, rates=(Rate("fail_rate", "batches_failed", "batches_sampled"),)
)
