"""Outcomes of special rectification campaigns (standard 2.2, SM10): OC01-OC30 by area, period, group and role.

Periods are months or quarters, as the dataset's option ``period`` says (docs/outcomes.md tells what each costs).
Partial sums keep one row per unit (USCC) and finest cell, so that distinct units are counted exactly however the
extraction was cut. ``exporters.rules.outcomes`` says what an inspection counts for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl

from catalog.errors import DeclarationError
from catalog.model import Dataset
from catalog.rows import Raw
from exporters.products.aggregate import summed
from exporters.products.base import Product, as_frame, as_raw, live
from exporters.rules.outcomes import KEYS, READS, UNIT, counts


def derive(raw: Raw, dataset: Dataset) -> Raw:
    """Partial sums of one batch by cell and unit."""
    rows = as_frame(live(raw, dataset.audience)).with_columns(pl.col("target_categories").list.join("、"))
    counted = counts(rows.select(READS)).with_columns(_PERIODS[_period(dataset)])
    return as_raw(counted.group_by(*KEYS, UNIT).agg(pl.all().sum()).sort(*KEYS, UNIT, nulls_last=True))


def combine(partials: Iterable[Raw], dataset: Dataset) -> Raw:
    """The sums of each unit in each cell; disclosure control adds them up to the tables that are published."""
    del dataset
    return as_raw(summed(partials, [*KEYS, UNIT]))


def _period(dataset: Dataset) -> str:
    """The option ``period``; quarter where there is none."""
    asked = str(dataset.options.get("period", "quarter"))
    if asked not in _PERIODS:
        raise DeclarationError(
            f"{dataset.id}: the option period is neither month nor quarter.", todo="Correct [options] of the dataset."
        )
    return asked


_NUMBER = (pl.col("period").str.slice(5, 2).cast(pl.Int8) + 2) // 3
_PERIODS: Final[Mapping[str, pl.Expr]] = {
    "month": pl.col("period"),
    # 2026-05 -> 2026Q2
    "quarter": pl.concat_str(pl.col("period").str.slice(0, 4), pl.lit("Q"), _NUMBER).alias("period"),
}
"""From the months that ``counts`` gives."""


RECTIFICATION = Product("rectification", derive, combine, READS)
