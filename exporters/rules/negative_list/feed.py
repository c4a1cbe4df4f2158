"""What platforms take: the whole list, or what changed between two lists (S4: one-way or two-way data flow).

Record identifiers of the hub's sources stay behind. Applying a delta to the list before gives the list after.
"""

from __future__ import annotations

import polars as pl

from exporters.rules.book import Book
from exporters.rules.negative_list.listing import LISTED, Listing

OWN = (
    "entry_id", "rule", "class", "colour", "advice", "effective_class", "level", "producer_uscc", "product_name",
    "model_spec", "batch", "brand", "counterfeit", "since", "leaves_on", "records", "objection", "answer_due",
)  # fmt: skip
"""Columns of an entry that leave the house."""


def full(listing: Listing, book: Book) -> pl.DataFrame:
    """Every entry that stands, in order of its id, with the rule's and the advice's words."""
    rows = listing.entries.filter(pl.col("state") == LISTED).select(OWN)
    return rows.with_columns(*said(book)).sort("entry_id")


def said(book: Book) -> tuple[pl.Expr, ...]:
    """Columns ``because_zh``, ``because_en``, ``advice_zh``, ``advice_en``: what rule and advice say."""
    rules = pl.col("rule")
    advice = pl.col("advice")
    return (
        rules.replace_strict({r.id: r.zh for r in book.rule}, return_dtype=pl.String).alias("because_zh"),
        rules.replace_strict({r.id: r.en for r in book.rule}, return_dtype=pl.String).alias("because_en"),
        advice.replace_strict({k: v[0] for k, v in book.texts.items()}, return_dtype=pl.String).alias("advice_zh"),
        advice.replace_strict({k: v[1] for k, v in book.texts.items()}, return_dtype=pl.String).alias("advice_en"),
    )


def delta(before: Listing, after: Listing, book: Book) -> pl.DataFrame:
    """Changes from one list to another: ``change`` (added, changed, removed), ``reason`` of a removal, the entry.

    A removed entry comes with its id alone. ``reason`` is a key of the rule set's texts.
    """
    old, new = full(before, book), full(after, book)
    added = new.join(old, on="entry_id", how="anti").with_columns(pl.lit("added").alias("change"))
    kept = new.join(old, on="entry_id", how="semi")
    same = kept.join(old, on=new.columns, how="semi", nulls_equal=True)
    changed = kept.join(same, on="entry_id", how="anti").with_columns(pl.lit("changed").alias("change"))
    gone = old.join(new, on="entry_id", how="anti").select("entry_id").with_columns(pl.lit("removed").alias("change"))
    gone = gone.join(_reasons(before, after), on="entry_id", how="left")
    rows = pl.concat([added, changed, gone], how="diagonal").sort("entry_id")
    return rows.select("change", "reason", *new.columns)


def applied(before: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """The full feed after the changes, as a platform works it out."""
    kept = before.join(changes, on="entry_id", how="anti")
    return pl.concat([kept, changes.filter(pl.col("change") != "removed").select(before.columns)]).sort("entry_id")


def _reasons(before: Listing, after: Listing) -> pl.DataFrame:
    """Why an entry left: its span ended, an objection was upheld, a higher class came, or the facts changed."""
    state = after.entries.select("entry_id", pl.col("state").alias("_now"))
    ended = pl.col("leaves_on") <= after.day
    return before.entries.join(state, on="entry_id", how="left").select(
        "entry_id",
        pl.when(pl.col("_now") == "removed")
        .then(pl.lit("objection_upheld"))
        .when(pl.col("_now") == "outranked")
        .then(pl.lit("outranked"))
        .when(pl.col("_now").is_null() & ended)
        .then("leaves_because")
        .otherwise(pl.lit("facts_changed"))
        .alias("reason"),
    )
