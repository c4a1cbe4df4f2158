"""Trace information without trade secrets (SM09, DOMAIN 6): the bulk file's left column, no flow, no item serials."""

from __future__ import annotations

import polars as pl

from catalog.identifiers.trace_codes import ITEM, without_serial_column
from catalog.model import Dataset
from catalog.rows import Raw
from exporters.products.base import Product, as_frame, as_raw, live


def derive(raw: Raw, dataset: Dataset) -> Raw:
    """Open trace records whose codes and serials no longer single out one item.

    An item serial can identify a buyer's unit, and codes of other items of a batch must not be enumerable: codes are cut
    to their batch or class (a code that cannot be cut is left out), and item-level records lose their serial.
    """
    rows = live(as_frame(raw), dataset.audience)
    batch = as_raw(rows.select("trace_code", "granularity")).batch
    codes = pl.Series("trace_code", without_serial_column(batch.column("trace_code"), batch.column("granularity")))
    return as_raw(
        rows.with_columns(
            codes.replace("", None),
            pl.when(pl.col("granularity") != ITEM).then(pl.col("serial_or_batch")).alias("serial_or_batch"),
        ),
    )


TRACEABILITY = Product("traceability", derive, inputs=("granularity",))
