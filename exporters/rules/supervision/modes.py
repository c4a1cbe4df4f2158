"""Mode of supervision by product level and enterprise class: 加严, 日常 or 信用 (S3; cells in ``rules.toml``)."""

from __future__ import annotations

import polars as pl

from exporters.rules.book import Book

MODES = pl.Schema(
    {
        "uscc": pl.String,
        "risk_class": pl.String,
        "product_level": pl.String,
        "mode": pl.String,
        "because": pl.String,
        "flags": pl.String,
    }
)
"""``mode`` strict 加严, routine 日常, credit 信用; null where the facts allow more than one. ``product_level`` is that
of the firm's riskiest product, null where none is known."""


def modes(classes: pl.DataFrame, products: pl.DataFrame, levels: pl.DataFrame, book: Book) -> pl.DataFrame:
    """The mode of every producer in ``classes`` (uscc, risk_class on a day).

    ``products`` says who makes what (producer_uscc, product_name), ``levels`` each product's level (null: undecided).
    An undecided product may be of any level; where that would change the mode, the mode is undecided.
    """
    made = products.select(uscc="producer_uscc", product_name="product_name").drop_nulls().unique()
    known = made.join(levels.select("product_name", "level"), on="product_name", how="left")
    riskiest = known.group_by("uscc").agg(
        pl.col("level").min().alias("product_level"),
        pl.col("level").is_null().any().alias("_open"),
    )
    rows = classes.select("uscc", "risk_class").join(riskiest, on="uscc", how="left")
    certain = _cell(pl.col("product_level"), book)
    # The worst that an undecided product may be is level 1; a firm without any product may make anything.
    open_ = pl.col("_open").fill_null(value=True)
    worst = pl.when(open_).then(_cell(pl.lit("1"), book)).otherwise(certain)
    best = pl.when(pl.col("product_level").is_null()).then(_cell(pl.lit("3"), book)).otherwise(certain)
    mode = pl.when(worst == best).then(worst)
    level = pl.concat_str(pl.lit("level:"), pl.col("product_level").fill_null("?"))
    return rows.with_columns(
        mode.alias("mode"),
        pl.concat_str(pl.lit("class:"), pl.col("risk_class").fill_null("?"), pl.lit(";"), level).alias("because"),
        _flags(open_).alias("flags"),
    ).select(MODES.names()).sort("uscc")  # fmt: skip


def _flags(open_: pl.Expr) -> pl.Expr:
    told = [
        pl.when(pl.col("risk_class").is_null()).then(pl.lit("UNKNOWN:risk_class")),
        pl.when(open_).then(pl.lit("UNKNOWN:product_level")),
    ]
    return pl.concat_str(told, separator=";", ignore_nulls=True)


def _cell(level: pl.Expr, book: Book) -> pl.Expr:
    """The matrix's cell for a level and the row's class."""
    table = dict(cell.split("=") for cell in book.items("modes"))
    key = pl.concat_str(level, pl.lit("/"), pl.col("risk_class"))
    return key.replace_strict(table, default=None, return_dtype=pl.String)
