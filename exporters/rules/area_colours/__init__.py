"""Area colours 区域分色 (S3): the share of high-risk producers per county, city and province, in four colours.

The table is for supervisors. It is published only after disclosure control, which ``hub.rules.colours`` applies.
"""

from __future__ import annotations

import polars as pl

from catalog.codes import city_of, county_of, province_of
from exporters.rates import tenths
from exporters.rules.book import Book

COLOURS = pl.Schema(
    {
        "area_code": pl.String,
        "level": pl.String,
        "producers": pl.Int64,
        "counted": pl.Int64,
        "share": pl.Float64,
        "colour": pl.String,
        "coloured_as": pl.String,
        "because": pl.String,
        "scheme": pl.String,
    }
)
"""``counted`` are the producers of the class that the scheme counts, ``share`` their per cent, one decimal.
``coloured_as`` is the area whose colour is told: the area itself, or the one above where producers are too few."""

_ABOVE = {"county": "city", "city": "province"}


def colours(producers: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Every area of the producers with its colour under the scheme; by level and code.

    ``producers`` has one row a producer: ``uscc``, ``region_code`` (GB/T 2260), ``risk_class``, ``class_2012``. Those
    without a county of the list are told by ``homeless`` and counted nowhere. An area with fewer producers than the
    scheme asks for is 样本不足 and takes the colour of the area above; a province with too few has none.
    """
    return of_counties(counties(producers, book), book)


def counties(producers: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Producers by county: ``county``, ``producers``, and ``counted`` of them."""
    known = producers.join(homeless(producers).select("uscc"), on="uscc", how="anti")
    counts = (pl.col(book.text("measure")) == book.text("counts")).cast(pl.Int64)
    sums = known.group_by(county="region_code").agg(producers=pl.len().cast(pl.Int64), counted=counts.sum())
    return sums.sort("county")


def counties_after(known: pl.DataFrame, was: pl.DataFrame, now: pl.DataFrame, book: Book) -> pl.DataFrame:
    """What ``counties(now)`` gives, counting only the counties in which a producer came, left or changed its class."""
    columns = ["uscc", "region_code", "risk_class", book.text("measure")]
    one, two = (frame.select(list(dict.fromkeys(columns))) for frame in (was, now))
    pairs = ((one, two), (two, one))
    apart = [a.join(b, on=a.columns, how="anti", nulls_equal=True) for a, b in pairs]
    touched = pl.concat(apart).select(county="region_code").drop_nulls().unique()
    near = counties(now.join(touched, left_on="region_code", right_on="county", how="semi"), book)
    return pl.concat([known.join(touched, on="county", how="anti"), near]).sort("county")


def of_counties(numbers: pl.DataFrame, book: Book) -> pl.DataFrame:
    """The colours of all levels, from the numbers of counties."""
    placed = _placed(numbers)
    return coloured(pl.concat([_level(placed, level) for level in ("county", "city", "province")]), book)


def coloured(areas: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Colours of areas whose numbers are known: ``area_code``, ``level``, ``producers``, ``counted`` and ``_above``.

    Null numbers are figures that may not be told: such an area has no colour, not even that of the area above, for
    that would tell that its producers are few.
    """
    enough = (pl.col("producers") >= book.whole("fewest_producers")) & pl.col("counted").is_not_null()
    few = (pl.col("producers") < book.whole("fewest_producers")).fill_null(value=False)
    own = areas.with_columns(
        pl.when(enough).then(_colour(book)).alias("_own"),
        (tenths(pl.col("counted"), pl.col("producers")) / 10).round(1).alias("share"),
    )
    up = own.select(pl.col("area_code").alias("_above"), pl.col("_own").alias("_theirs"), few.alias("_few_there"))
    city = own.select(pl.col("area_code").alias("_above"), pl.col("_above").alias("_top"))
    joined = own.join(up, on="_above", how="left").join(city, on="_above", how="left")
    top = up.select(_top="_above", _highest="_theirs")
    told = joined.join(top, on="_top", how="left").with_columns(pl.when("_few_there").then("_highest"))
    named = pl.coalesce(
        pl.when(pl.col("_own").is_not_null()).then("area_code"),
        pl.when(few & pl.col("_theirs").is_not_null()).then("_above"),
        pl.when(few & pl.col("_highest").is_not_null()).then("_top"),
    )
    because = pl.when(enough).then(pl.lit("share")).when(few).then(pl.lit("too_few_producers"))
    whose = pl.when(few).then(pl.coalesce("_theirs", "_highest"))
    return told.with_columns(
        pl.coalesce("_own", whose).alias("colour"),
        named.alias("coloured_as"),
        because.alias("because"),
        pl.lit(f"{book.id} {book.version}").alias("scheme"),
    ).select(COLOURS.names()).sort("level", "area_code")  # fmt: skip


def homeless(producers: pl.DataFrame) -> pl.DataFrame:
    """Producers whose region code is missing, in no list or not precise to the county, or whose class is undecided."""
    known = pl.col("region_code").is_in(list(county_of()))
    return producers.filter(~known.fill_null(value=False) | pl.col("risk_class").is_null())


def _placed(numbers: pl.DataFrame) -> pl.DataFrame:
    return numbers.with_columns(
        city=pl.col("county").replace_strict(city_of(), default=None),
        province=pl.col("county").replace_strict(province_of(), default=None),
    )


def _level(placed: pl.DataFrame, level: str) -> pl.DataFrame:
    above = pl.col(_ABOVE[level]).first() if level in _ABOVE else pl.lit(None, pl.String)
    # A county that its province runs is its own city, and stands under the province at once.
    rows = (
        placed
        if level != "county"
        else placed.with_columns(
            pl.when(pl.col("city") == pl.col("county")).then("province").otherwise("city").alias("city")
        )
    )
    if level == "city":
        rows = placed.filter(pl.col("city") != pl.col("county"))
    return rows.group_by(pl.col(level).alias("area_code")).agg(
        pl.lit(level).alias("level"),
        pl.col("producers", "counted").sum(),
        above.alias("_above"),
    )


def _colour(book: Book) -> pl.Expr:
    """The first colour whose limit the share reaches, in whole numbers."""
    colour = pl.lit(book.items("colours")[-1].split(":")[0])
    for step in reversed(book.items("colours")[:-1]):
        name, _, limit = step.partition(":")
        colour = (
            pl.when(pl.col("counted") * 100 >= int(limit) * pl.col("producers")).then(pl.lit(name)).otherwise(colour)
        )
    return colour
