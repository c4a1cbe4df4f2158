"""Data products: how checked source records become the rows of a declared dataset.

A product is a pure function over Arrow batches. ``records`` copies rows, ``traceability`` copies them without what a
bulk file may not tell, ``grading`` grades by the catalogue's rules, ``rectification``,
``statistics`` and ``area_colours`` aggregate.
"""

from __future__ import annotations

from catalog.errors import DeclarationError
from catalog.model import Dataset
from exporters.products.area_colours import AREA_COLOURS
from exporters.products.base import Product
from exporters.products.grading import GRADING
from exporters.products.records import RECORDS
from exporters.products.rectification import RECTIFICATION
from exporters.products.statistics import STATISTICS
from exporters.products.traceability import TRACEABILITY

__all__ = ["PRODUCTS", "Product", "product_of"]

PRODUCTS = {
    product.name: product for product in (RECORDS, GRADING, TRACEABILITY, RECTIFICATION, STATISTICS, AREA_COLOURS)
}


def product_of(dataset: Dataset) -> Product:
    """The product a dataset declares; DeclarationError if there is none of that name."""
    if dataset.product not in PRODUCTS:
        raise DeclarationError(
            f"Dataset {dataset.id} declares the unknown product '{dataset.product}'.",
            left="The dataset was not loaded.",
            todo=f"Use one of: {', '.join(sorted(PRODUCTS))}.",
        )
    return PRODUCTS[dataset.product]
