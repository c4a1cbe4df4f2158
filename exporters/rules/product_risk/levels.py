"""Product levels 一/二/三级 (S3 产品分级): points of the scheme's factors, or a government order.

A level is told only if every value that the unknown factors may take leads to the same one; otherwise it is undecided,
with the span of points.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import Book
from exporters.rules.product_risk.factors import FACTORS, PRODUCT, may_give

SCHEMES = ("rules", "2012", "jiaxing", "zhejiang_2022")
"""Shipped schemes: the default and three of the sources, by the factors that these name."""

LEVELS = pl.Schema(
    {
        PRODUCT: pl.String,
        "level": pl.String,
        "low": pl.Int64,
        "high": pl.Int64,
        "factors": pl.String,
        "because": pl.String,
        "flags": pl.String,
        "scheme": pl.String,
    }
)
"""``level`` 1 is the highest risk, null undecided; ``factors`` tells each rule's points and fact; ``because`` the rules
that led to the level."""


def levels(facts: Facts, book: Book, day: date) -> pl.DataFrame:
    """Every product of the product table with its level on ``day`` under the scheme; by name."""
    rows = facts["product_basic"].select(PRODUCT).drop_nulls().unique()
    told: list[pl.Expr] = []
    flags: list[pl.Expr] = []
    for rule in [one.id for one in book.rule if one.id in FACTORS]:
        factor, needs = FACTORS[rule]
        given = factor(facts, book, day) if all(name in facts for name in needs) else None
        least, most = may_give(rule, book, absent=given is None)
        rows = _with(rows, rule, given, least, most)
        fact = pl.col(f"_{rule}_fact")
        points = pl.format(f"{rule}={{}}", f"_{rule}_low")
        told.append(pl.when(fact.is_not_null()).then(pl.format("{} ({})", points, fact)))
        open_ = pl.col(f"_{rule}_low") < pl.col(f"_{rule}_high")
        flags.append(pl.when(open_).then(pl.lit(f"UNKNOWN:{rule}")))
    rows = _ordered(rows, facts, book, day)
    order = pl.when("_ordered").then(pl.lit("order"))
    rules = [one.id for one in book.rule if one.id in FACTORS]
    scored = [pl.when(pl.col(f"_{rule}_low") > 0).then(pl.lit(rule)) for rule in rules]
    low, high = (pl.sum_horizontal([f"_{rule}_{end}" for rule in rules]).cast(pl.Int64) for end in ("low", "high"))
    summed = rows.with_columns(low.alias("low"), high.alias("high")).with_columns(
        _level("low", book).alias("_least"), _level("high", book).alias("_most")
    )
    level = pl.when("_ordered").then(pl.lit("1")).when(pl.col("_least") == pl.col("_most")).then("_least")
    return summed.select(
        PRODUCT,
        level.alias("level"),
        "low",
        "high",
        pl.concat_str(told, separator="; ", ignore_nulls=True).alias("factors"),
        pl.when("_ordered").then(order).otherwise(_joined(scored)).alias("because"),
        pl.concat_str(flags or [pl.lit(None, pl.String)], separator=";", ignore_nulls=True).alias("flags"),
        pl.lit(f"{book.id} {book.version}").alias("scheme"),
    ).sort(PRODUCT)  # fmt: skip


def update(before: pl.DataFrame, facts: Facts, changed: Facts, book: Book, day: date) -> pl.DataFrame:
    """What ``levels`` gives, working out only the products that the changed rows (before and after) name."""
    named = [frame.select(PRODUCT) for frame in changed.values() if PRODUCT in frame.columns]
    touched = pl.concat([pl.DataFrame(schema={PRODUCT: pl.String}), *named]).drop_nulls().unique()
    near = {
        name: frame.join(touched, on=PRODUCT, how="semi") if PRODUCT in frame.columns else frame
        for name, frame in facts.items()
    }
    return pl.concat([before.join(touched, on=PRODUCT, how="anti"), levels(near, book, day)]).sort(PRODUCT)


def _joined(parts: Sequence[pl.Expr]) -> pl.Expr:
    return pl.concat_str(parts, separator=";", ignore_nulls=True)


def _with(rows: pl.DataFrame, rule: str, given: pl.DataFrame | None, least: int, most: int) -> pl.DataFrame:
    names = {"low": f"_{rule}_low", "high": f"_{rule}_high", "fact": f"_{rule}_fact"}
    if given is None:
        return rows.with_columns(
            pl.lit(least, pl.Int64).alias(names["low"]), pl.lit(most, pl.Int64).alias(names["high"]),
            pl.lit(None, pl.String).alias(names["fact"]),
        )  # fmt: skip
    joined = rows.join(given.rename(names), on=PRODUCT, how="left")
    return joined.with_columns(pl.col(names["low"]).fill_null(least), pl.col(names["high"]).fill_null(most))


def _ordered(rows: pl.DataFrame, facts: Facts, book: Book, day: date) -> pl.DataFrame:
    if not book.has("order") or "government_order" not in facts:
        return rows.with_columns(_ordered=pl.lit(value=False))
    here = (pl.col("ordered_on") <= day) & (pl.col("ended_on").is_null() | (pl.col("ended_on") > day))
    orders = facts["government_order"].filter(here).select(PRODUCT, _ordered=pl.lit(value=True)).unique()
    return rows.join(orders, on=PRODUCT, how="left").with_columns(pl.col("_ordered").fill_null(value=False))


def _level(points: str, book: Book) -> pl.Expr:
    first, second = book.whole("level_1_from"), book.whole("level_2_from")
    return (
        pl.when(pl.col(points) >= first).then(pl.lit("1")).when(pl.col(points) >= second).then(pl.lit("2"))
    ).otherwise(pl.lit("3"))
