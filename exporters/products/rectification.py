"""Outcomes of special rectification campaigns (standard 2.2, SM10): OC01-OC30 by area, quarter, group and role.

Months stand in the full table for supervisors (``outcomes``); public months of rare outcomes would be withheld nearly
whole.
Partial sums keep one row per unit (USCC) and finest cell, so that distinct units are counted exactly however the
extraction was cut. ``exporters.rules.outcomes`` says what an inspection counts for.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from catalog.model import Dataset
from catalog.rows import Raw
from exporters.products.aggregate import summed
from exporters.products.base import Product, as_frame, as_raw, live
from exporters.rules.outcomes import KEYS, READS, UNIT, counts


def derive(raw: Raw, dataset: Dataset) -> Raw:
    """Partial sums of one batch by cell and unit."""
    rows = as_frame(live(raw, dataset.audience)).with_columns(pl.col("target_categories").list.join("、"))
    counted = counts(rows.select(READS)).with_columns(_quarter())
    return as_raw(counted.group_by(*KEYS, UNIT).agg(pl.all().sum()).sort(*KEYS, UNIT, nulls_last=True))


def combine(partials: Iterable[Raw], dataset: Dataset) -> Raw:
    """The sums of each unit in each cell; disclosure control adds them up to the tables that are published."""
    del dataset
    return as_raw(summed(partials, [*KEYS, UNIT]))


def _quarter() -> pl.Expr:
    """``2026-05`` -> ``2026Q2``."""
    number = (pl.col("period").str.slice(5, 2).cast(pl.Int8) + 2) // 3
    return pl.concat_str(pl.col("period").str.slice(0, 4), pl.lit("Q"), number).alias("period")


RECTIFICATION = Product("rectification", derive, combine, READS)
