"""Area colours 区域分色 (S3) as a published table: producers, those of high risk, their share and colour by area.

What is summed are producers of the derivation ``producer_classes``. The colour is worked out of the protected figures
alone, so it tells nothing that they do not (DOMAIN 4.4).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import polars as pl

from catalog.codes import city_of, province_of
from catalog.model import Dataset
from catalog.rows import Raw
from exporters.products.aggregate import summed
from exporters.products.base import Product, as_frame, as_raw
from exporters.rules.area_colours import coloured, homeless
from exporters.rules.book import Book, shipped

KEYS: Final = ("region_code", "uscc")
INPUTS: Final = ("uscc", "region_code")
WHOLE: Final = "_T"
LEVELS: Final = ("province", "city", "county")
"""Levels of an area by the pairs of digits of its code."""


def book_of(dataset: Dataset) -> Book:
    """The scheme of colours that the dataset's [options] name; ``rules`` by default."""
    return shipped("area_colours", str(dataset.options.get("scheme", "rules")))


def derive(raw: Raw, dataset: Dataset) -> Raw:
    """One row a producer of a known area and class: itself, and whether it counts."""
    return as_raw(counted(as_frame(raw), book_of(dataset)))


def counted(producers: pl.DataFrame, book: Book) -> pl.DataFrame:
    """``producers`` (one row each) as figures by area: ``producers``, ``counted`` and ``others``."""
    known = producers.join(homeless(producers).select("uscc"), on="uscc", how="anti")
    counts = (pl.col(book.text("measure")) == book.text("counts")).cast(pl.Int64)
    return known.select(*KEYS, producers=pl.lit(1, pl.Int64), counted=counts, others=1 - counts).sort(KEYS)


def combine(partials: Iterable[Raw], dataset: Dataset) -> Raw:
    """The producers of all units."""
    del dataset
    return as_raw(summed(partials, KEYS))


def finish(table: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    """Colours beside protected figures; an area whose share may not be told has none."""
    return painted(table, book_of(dataset))


def painted(table: pl.DataFrame, book: Book) -> pl.DataFrame:
    """The protected ``table`` with level, colour, the area whose colour it is, and the scheme.

    A share that is withheld stays unknown although its two numbers are told apart elsewhere: it counts as not told.
    """
    levels = table.select(
        area_code="region_code",
        level=_level(),
        producers=pl.col("producers").cast(pl.Int64),
        counted=pl.when(pl.col("share").is_not_null()).then(pl.col("counted").cast(pl.Int64)),
    ).with_columns(_above=_above(table["region_code"]))
    # Few producers are told by their number; a share by both numbers.
    few = pl.col("producers") < book.whole("fewest_producers")
    asked = levels.with_columns(pl.when(few | pl.col("counted").is_not_null()).then("producers").alias("producers"))
    made = coloured(asked, book).select(
        pl.col("area_code").alias("region_code"), "level", "colour", "coloured_as", "scheme"
    )
    return table.join(made, on="region_code", how="left", maintain_order="left")


def _level() -> pl.Expr:
    """The level that the digits of a code tell; ``all`` for what adds up everything."""
    code = pl.col("region_code")
    pairs = (code.str.strip_chars_end("0").str.len_chars() + 1) // 2
    named = pairs.replace_strict(dict(enumerate(LEVELS, 1)), default=None, return_dtype=pl.String)
    return pl.when(code == WHOLE).then(pl.lit("all")).otherwise(named)


def _above(codes: pl.Series) -> pl.Expr:
    """The area that holds an area; a county that its province runs stands under the province at once.

    A table of one province has no row of its own for it: what adds up everything is the province.
    """
    city = pl.col("area_code").replace_strict(city_of(), default=None, return_dtype=pl.String)
    province = pl.col("area_code").replace_strict(province_of(), default=None, return_dtype=pl.String)
    county = pl.when(city != pl.col("area_code")).then(city).otherwise(province)
    top = pl.concat_str(pl.col("area_code").str.slice(0, 2), pl.lit("0000"))
    whose = pl.when(pl.col("level") == "county").then(county).when(pl.col("level") == "city").then(top)
    there = codes.to_list()
    return pl.when(whose.is_in(there)).then(whose).when(whose.str.ends_with("0000")).then(pl.lit(WHOLE))


AREA_COLOURS = Product("area_colours", derive, combine, INPUTS, finish=finish)
