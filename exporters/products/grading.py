"""Grading results (standard 2.7, SM08): grades by the catalogue's rules; measured values are read and stay inside."""

from __future__ import annotations

import polars as pl

from catalog.model import Dataset
from catalog.rows import Raw
from exporters.products.base import Product, as_frame, as_raw, live, with_columns
from exporters.rules.quality_grading import READS, grades, shipped_catalogue


def derive(raw: Raw, dataset: Dataset) -> Raw:
    """Open results with the grades that the rules give; both are empty where the rules cannot decide or disagree."""
    rows = live(raw, dataset.audience)
    made = grades(as_frame(rows, "record_id", *READS), shipped_catalogue())
    listed = pl.col("indicator_grades").str.split(";")
    told = made.select(pl.when(pl.col("grade").is_not_null()).then(listed).alias("indicator_grade_list"), "grade")
    batch = as_raw(told).batch
    return with_columns(rows, {name: batch.column(name) for name in batch.schema.names})


GRADING = Product("grading", derive, inputs=READS)
