"""Trace information without trade secrets (SM09, DOMAIN 6): the bulk file's left column, no flow, no item serials."""

from __future__ import annotations

import polars as pl

from catalog.identifiers.trace_code_columns import without_serial
from catalog.model import Dataset
from catalog.rows import Raw
from exporters.products.base import Product, as_frame, live, with_columns

ITEM = "3"  # TR08 追溯粒度: 一物一码


def derive(raw: Raw, dataset: Dataset) -> Raw:
    """Open trace records whose codes and serials no longer single out one item.

    An item serial can identify a buyer's unit, and codes of other items of a batch must not be enumerable: codes are
    cut to their batch or class (a code that cannot be cut is left out), and item-level records lose their serial.
    """
    rows = live(raw, dataset.audience)
    item = pl.col("granularity") == ITEM
    cut = as_frame(rows, "granularity", "trace_code", "serial_or_batch").select(
        without_serial(pl.col("trace_code"), item).alias("trace_code"),
        pl.when(~item).then(pl.col("serial_or_batch")).alias("serial_or_batch"),
    )
    return with_columns(rows, cut)


TRACEABILITY = Product("traceability", derive, inputs=("granularity",))
