"""Records as they are: one released row for one source record (grading, licences, risk records, spot checks)."""

from __future__ import annotations

from catalog.model import Dataset
from catalog.rows import Raw
from exporters.products.base import Product, live


def derive(raw: Raw, dataset: Dataset) -> Raw:
    """The records that this dataset's audience may see."""
    return live(raw, dataset.audience)


RECORDS = Product("records", derive)
