"""Area colours for the public: only after disclosure control of the counts behind them (DOMAIN 4.4).

The declaration of the dataset ``area-colours`` says how they are protected, for its releases and for what a command
shows; colours are worked out of protected figures alone.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from catalog.datasets import shipped
from catalog.model import Dataset
from exporters.products.area_colours import counted, painted
from exporters.rules.book import Book

DATASET: Final = "area-colours"


def published(producers: pl.DataFrame, book: Book, small_cell: int) -> pl.DataFrame:
    """Areas with counts, share and colour, null where they may not be told; ``UnsafeRelease`` if the audit objects.

    ``small_cell`` is the fewest producers that a told count may speak of. ``withheld`` says whose figures stay back.
    What earlier releases told is not looked at: these are figures for inside, readers get the dataset's releases.
    """
    # The solver is loaded for those who ask.
    from desensitise.disclosure import protect
    from desensitise.disclosure.release import spec_of

    table = painted(protect(counted(producers, book), spec_of(declared(), small_cell)).table, book)
    numbers = [pl.col(name) for name in ("producers", "counted", "others")]
    return table.select(
        pl.col("region_code").alias("area_code"),
        "level",
        *(one.cast(pl.Int64) for one in numbers[:2]),
        "share",
        "colour",
        "coloured_as",
        pl.any_horizontal(one.is_null() for one in numbers).alias("withheld"),
        "scheme",
    ).sort("level", "area_code")


def declared() -> Dataset:
    """The dataset that publishes the colours."""
    return next(one for one in shipped() if one.id == DATASET)
