"""Outcomes of special rectification campaigns (standard 2.2, SM10): area and product group, by quarter.

Indicators are those of OC01-OC30 that inspection records can feed. Partial sums keep one row per unit (USCC), so that
distinct units are counted exactly however the extraction was cut.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from catalog.model import Dataset
from catalog.rows import Raw
from exporters.products.aggregate import city, fen, quarter, summed
from exporters.products.base import Product, as_frame, as_raw, live

DIMENSIONS = ("region_code", "period", "product_group")

INPUTS = (
    "uscc",
    "unit_role",
    "region_code",
    "inspected_on",
    "target_categories",
    "result",
    "rectify_by",
    "rectified_on",
    "recheck_result",
    "case_no",
    "fine_amount",
    "goods_value",
    "transferred",
)

PRODUCERS = ("1", "3")
SELLERS = ("2",)


def derive(raw: Raw, dataset: Dataset) -> Raw:
    """Partial sums of one batch by dimension and unit."""
    found = pl.col("result") == "2"
    fixed = found & pl.col("rectified_on").is_not_null()
    due = found & pl.col("rectify_by").is_not_null()
    rows = as_frame(live(raw, dataset.audience)).select(
        city("region_code").alias("region_code"),
        quarter("inspected_on").alias("period"),
        pl.col("target_categories").list.join("、").alias("product_group"),
        pl.col("uscc").fill_null(""),
        producers_inspected=pl.col("unit_role").is_in(PRODUCERS).cast(pl.Int64),
        sellers_inspected=pl.col("unit_role").is_in(SELLERS).cast(pl.Int64),
        ordered=due.cast(pl.Int64),
        problems_found=found.cast(pl.Int64),
        problems_fixed=fixed.cast(pl.Int64),
        due=due.cast(pl.Int64),
        on_time=(due & (pl.col("rectified_on") <= pl.col("rectify_by")).fill_null(value=False)).cast(pl.Int64),
        rechecked=pl.col("recheck_result").is_not_null().cast(pl.Int64),
        recheck_passed=(pl.col("recheck_result") == "1").fill_null(value=False).cast(pl.Int64),
        cases_filed=pl.col("case_no").is_not_null().cast(pl.Int64),
        goods_value=fen("goods_value"),
        fines=fen("fine_amount"),
        transferred=pl.col("transferred").fill_null(value=False).cast(pl.Int64),
    )
    return as_raw(rows.group_by(*DIMENSIONS, "uscc").agg(pl.all().sum()).sort(*DIMENSIONS, "uscc", nulls_last=True))


def combine(partials: Iterable[Raw], dataset: Dataset) -> Raw:
    """The sums of each unit in each cell; disclosure control adds them up to the tables that are published."""
    del dataset
    by_unit = summed(partials, [*DIMENSIONS, "uscc"])
    return as_raw(by_unit.with_columns(units_ordered=(pl.col("ordered") > 0).cast(pl.Int64)))


RECTIFICATION = Product("rectification", derive, combine, INPUTS)
