"""Area colours for the public: only after disclosure control of the counts behind them (DOMAIN 4.4).

A colour bounds the share of high-risk producers, so it is told only where the share itself may be told: whatever is
published follows from figures that are published.
"""

from __future__ import annotations

import polars as pl

from catalog.errors import UnsafeRelease
from desensitise.disclosure import audit, parse_spec, protect
from exporters.rules.area_colours import colours, homeless
from exporters.rules.book import Book

_SPEC = """
[table]
name = "area_colours"
contributor = "uscc"

[rules]
threshold = {threshold}
zeros = "safe"

[[dimension]]
name = "region_code"
hierarchy = "prefix"
widths = ["2", "4", "6"]
pad = "0"

[[measure]]
name = "producers"
kind = "count"

[[measure]]
name = "counted"
kind = "count"

[[measure]]
name = "others"
kind = "count"

[[rate]]
name = "share"
numerator = "counted"
denominator = "producers"

[[relation]]
total = "producers"
parts = ["counted", "others"]
"""


def published(producers: pl.DataFrame, book: Book, small_cell: int) -> pl.DataFrame:
    """Areas with counts, share and colour, null where they may not be told; ``UnsafeRelease`` if the audit objects.

    ``small_cell`` is the fewest producers that a told count may speak of. ``withheld`` says whose figures stay back.
    """
    known = producers.join(homeless(producers).select("uscc"), on="uscc", how="anti")
    one = pl.lit(1, pl.Int64)
    counts = pl.col(book.text("measure")) == book.text("counts")
    records = known.select(
        "uscc", "region_code", producers=one, counted=counts.cast(pl.Int64), others=(~counts).cast(pl.Int64)
    )
    protected = protect(records, parse_spec(_SPEC.format(threshold=max(small_cell, 3)), "area_colours"))
    if audit(protected).blocking:
        raise UnsafeRelease("The audit of the area colours found figures that can be worked out.", todo="Report it.")
    told = protected.table.select(
        pl.col("region_code").alias("area_code"),
        pl.col("producers").cast(pl.Int64).alias("_producers"),
        pl.col("counted").cast(pl.Int64).alias("_counted"),
        pl.col("share").is_not_null().alias("_told"),
    )
    areas = colours(producers, book).join(told, on="area_code", how="left", maintain_order="left")
    open_ = areas.filter(pl.col("_told")).select(pl.col("area_code").alias("coloured_as"), _open=pl.lit(value=True))
    joined = areas.join(open_, on="coloured_as", how="left", maintain_order="left")
    # That an area is coloured as the one above says that its producers are few: told only where their number is.
    may = pl.col("_open").fill_null(value=False) & pl.col("_producers").is_not_null()
    own = pl.col("_told").fill_null(value=False)
    return joined.select(
        "area_code",
        "level",
        pl.col("_producers").alias("producers"),
        pl.col("_counted").alias("counted"),
        pl.when(own).then("share").alias("share"),
        pl.when(may).then("colour").alias("colour"),
        pl.when(may).then("coloured_as").alias("coloured_as"),
        (~may | ~own).alias("withheld"),
        "scheme",
    )
