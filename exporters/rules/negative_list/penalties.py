"""Administrative penalties for product quality: rule I-2 (S4 §6, v1.0: 近一年)."""

from __future__ import annotations

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import Book
from exporters.rules.negative_list.samples import penalty_ends
from exporters.rules.negative_list.spans import FIRM, PRODUCT, Found, found, spans, undecided

SOURCE = "penalty_decision"
MAKERS = ("1", "3")
"""Roles of parties that make what they are punished for (EB03)."""


def penalties(facts: Facts, book: Book) -> Found:
    """I-2: a punished producer is named; of a punished seller only the goods are, for their maker was not judged."""
    quality = pl.col("cause").is_in(book.items("quality_causes"))
    rows = facts[SOURCE].with_columns(
        pl.when(pl.col("party_role").is_in(MAKERS)).then("party_uscc").alias("producer_uscc"),
        pl.col("decided_on").alias("listed_on"),
        penalty_ends(book).alias("left_on"),
        pl.when(pl.col("revoked_on") == penalty_ends(book))
        .then(pl.lit("revoked"))
        .otherwise(pl.lit("year_over_and_executed"))
        .alias("left_reason"),
        pl.col("cause").alias("detail"),
    )
    sound = rows.filter(quality & pl.col("party_role").is_not_null())
    goods = pl.col("product_name").is_not_null() & pl.col("model_spec").is_not_null()
    firms = sound.filter(~goods & pl.col("producer_uscc").is_not_null())
    return found(
        [spans(sound.filter(goods), "I-2", PRODUCT, SOURCE), spans(firms, "I-2", FIRM, SOURCE)],
        [
            undecided(
                rows,
                "I-2",
                SOURCE,
                ("MISSING:cause", pl.col("cause").is_null()),
                ("MISSING:party_role", quality & pl.col("party_role").is_null()),
                ("MISSING:decided_on", quality & pl.col("decided_on").is_null()),
                ("MISSING:product_name", quality & ~goods & pl.col("producer_uscc").is_null()),
                ("CONTRADICTS:revoked_on,decided_on", quality & (pl.col("revoked_on") < pl.col("decided_on"))),
                ("CONTRADICTS:executed_on,decided_on", quality & (pl.col("executed_on") < pl.col("decided_on"))),
            )
        ],
    )
