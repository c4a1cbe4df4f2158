"""Trace information without trade secrets (SM09, DOMAIN 6): the bulk file's left column, no flow, no item serials."""

from __future__ import annotations

import pyarrow.compute as pc

from catalog.identifiers.trace_code_columns import without_serials
from catalog.model import Dataset
from catalog.repeats import asked, whole, without
from catalog.rows import Raw
from exporters.products.base import Product, live, with_columns

ITEM = "3"  # TR08 追溯粒度: 一物一码


def derive(raw: Raw, dataset: Dataset) -> Raw:
    """Open trace records whose codes and serials no longer single out one item.

    An item serial can identify a buyer's unit, and codes of other items of a batch must not be enumerable: codes are
    cut to their batch or class (a code that cannot be cut is left out), and item-level records lose their serial.
    """
    rows = live(raw, dataset.audience)
    granularity, serials = rows.batch.column("granularity"), rows.batch.column("serial_or_batch")
    item = ~asked(granularity, lambda kinds: pc.not_equal(kinds, ITEM))
    codes = without_serials(whole(rows.batch.column("trace_code")), item, rows.told.get("trace_code"))
    # What names an item, or may name one, loses its serial.
    return with_columns(rows, {"trace_code": codes, "serial_or_batch": without(serials, item)})


TRACEABILITY = Product("traceability", derive, inputs=("granularity",))
