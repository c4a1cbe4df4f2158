"""Recalls, and risks that recall or injury monitoring confirmed: rule I-4; risks without a breach: III-4 (S4 §6)."""

from __future__ import annotations

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import Book
from exporters.rules.negative_list.spans import BATCH, PRODUCT, Found, each_of, found, spans, undecided

_RECALLS, _RISKS = "recall", "risk_monitoring"


def recalls(facts: Facts, book: Book) -> Found:
    """I-4 by recall: models until it is closed and assessed; batches named stay, for some were not brought back."""
    del book
    rows = facts[_RECALLS].with_columns(
        listed_on="started_on", left_on=pl.lit(None, pl.Date), left_reason=pl.lit("recall_closed")
    )
    both = pl.col("closed_on").is_not_null() & pl.col("assessed_on").is_not_null()
    models = each_of(rows, "models", "model_spec")
    whole = models.with_columns(pl.when(both).then(pl.max_horizontal("closed_on", "assessed_on")).alias("left_on"))
    batches = each_of(models, "batches", "batch")
    return found(
        [
            spans(whole.filter(pl.col("model_spec").is_not_null()), "I-4", PRODUCT, _RECALLS),
            spans(batches.filter(pl.col("batch").is_not_null()), "I-4", BATCH, _RECALLS),
        ],
        [
            undecided(
                rows,
                "I-4",
                _RECALLS,
                ("MISSING:models", pl.col("models").is_null()),
                ("MISSING:started_on", pl.col("started_on").is_null()),
                ("CONTRADICTS:closed_on,started_on", pl.col("closed_on") < pl.col("started_on")),
            )
        ],
    )


def confirmed_risks(facts: Facts, book: Book) -> Found:
    """I-4 by risk information from recalls or injury monitoring that was assessed as not tolerable."""
    sources = pl.col("source_type").is_in(book.items("confirming_sources"))
    rows = facts[_RISKS].with_columns(
        model_spec="product_model", listed_on="assessed_on", left_on=pl.lit(None, pl.Date)
    )
    named = pl.all_horizontal(pl.col("producer_uscc", "model_spec", "product_name").is_not_null())
    split = pl.col("tolerable") & pl.col("risk_level").is_in(["S", "H"])
    sound = rows.filter(sources & ~pl.col("tolerable") & named)
    return found(
        [spans(sound.with_columns(detail="risk_level"), "I-4", PRODUCT, _RISKS)],
        [
            undecided(
                rows.filter(sources),
                "I-4",
                _RISKS,
                ("MISSING:tolerable", pl.col("tolerable").is_null()),
                ("CONTRADICTS:tolerable,risk_level", split),
                ("MISSING:product_model", ~pl.col("tolerable") & pl.col("model_spec").is_null()),
                ("MISSING:producer_uscc", ~pl.col("tolerable") & pl.col("producer_uscc").is_null()),
            )
        ],
    )
