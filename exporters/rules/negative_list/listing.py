"""The list on a day: spans gathered to entries, classes with precedence, advice, objections.

Precedence I > II > III holds per producer, product, model and batch, and what is said of a firm or a product holds for
all that is below it: a yellow entry under a red or orange one is ``outranked`` and not told on its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import polars as pl

from exporters.rules.book import Book

SUBJECT = ("producer_uscc", "product_name", "model_spec", "batch")
RANKS = {"I": 1, "II": 2, "III": 3}
COLOURS = {"I": "red", "II": "orange", "III": "yellow"}
ADVICE = {"I": "do_not_sell", "II": "sell_with_care", "III": "sell_with_care"}
LISTED, OUTRANKED, REMOVED = "listed", "outranked", "removed"
_EMPTY = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of ``day`` under a version of the rules; ``entries`` has the columns of ``product.toml``."""

    day: date
    version: str
    not_asked: tuple[str, ...]
    entries: pl.DataFrame


def on(
    day: date,
    spans: pl.DataFrame,
    book: Book,
    *,
    objections: pl.DataFrame | None = None,
    not_asked: tuple[str, ...] = (),
) -> Listing:
    """The list as it stands on ``day``, by entry id. Equal spans and day give equal entries."""
    entries = _entries(_standing(spans, day))
    classes = {rule.id: rule.mark for rule in book.rule}
    entries = entries.with_columns(pl.col("rule").replace_strict(classes, return_dtype=pl.String).alias("class"))
    entries = _outranked(_objected(entries, objections, day))
    named = [
        pl.col("class").replace_strict(words, return_dtype=pl.String).alias(name)
        for name, words in (("colour", COLOURS), ("advice", ADVICE))
    ]
    return Listing(day, book.version, not_asked, entries.with_columns(named).select(COLUMNS).sort("entry_id"))


COLUMNS = (
    "entry_id", "rule", "class", "colour", "advice", "state", "effective_class", "level", *SUBJECT, "brand",
    "counterfeit", "detail", "since", "leaves_on", "leaves_because", "records", "evidence", "flags", "objection",
    "objected_on", "answer_due", "answered_on",
)  # fmt: skip
"""Columns of an entry, in order."""


def _standing(spans: pl.DataFrame, day: date) -> pl.DataFrame:
    """Spans that stand on the day and that no penalty entry counts."""
    here = (pl.col("listed_on") <= day) & (pl.col("left_on").is_null() | (pl.col("left_on") > day))
    counted = (pl.col("counted_from") <= day) & (pl.col("counted_until").is_null() | (pl.col("counted_until") > day))
    return spans.filter(here & ~counted.fill_null(value=False))


def _entries(standing: pl.DataFrame) -> pl.DataFrame:
    keys = ["rule", "level", *SUBJECT]
    lasting = pl.col("left_on").is_null().any()
    made = standing.group_by(keys).agg(
        pl.col("listed_on").min().alias("since"),
        pl.col("listed_on").max().alias("_latest"),
        pl.when(~lasting).then(pl.col("left_on").max()).alias("leaves_on"),
        pl.when(~lasting).then(pl.col("left_reason").sort_by("left_on", "left_reason").last()).alias("leaves_because"),
        pl.col("record_id").n_unique().cast(pl.Int64).alias("records"),
        _all("record_id").alias("evidence"),
        _all("brand").alias("brand"),
        pl.col("counterfeit").max(),
        _detail().alias("detail"),
        _all("flags").alias("flags"),
    )
    return made.with_columns(_ids(made, keys), pl.col("brand", "detail").replace(_EMPTY, None))


def _all(column: str) -> pl.Expr:
    return pl.col(column).filter(pl.col(column) != _EMPTY).unique().sort().str.join(";")


def _detail() -> pl.Expr:
    """Details of the spans; who fails frequently no longer fails fairly frequently."""
    often = (pl.col("detail") == "frequent").any()
    return pl.when(often).then(pl.lit("frequent")).otherwise(_all("detail"))


def _ids(entries: pl.DataFrame, keys: list[str]) -> pl.Series:
    """Stable names of entries: a digest of rule and subject, so that the same entry keeps its name from day to day."""
    whole = entries.select(pl.concat_str([pl.col(key).fill_null(_EMPTY) for key in keys], separator="\x1f")).to_series()
    return pl.Series("entry_id", [sha256(text.encode()).hexdigest()[:24] for text in whole], dtype=pl.String)


def _objected(entries: pl.DataFrame, objections: pl.DataFrame | None, day: date) -> pl.DataFrame:
    """With the latest objection of each entry. One that was upheld removes it, until new evidence comes."""
    names = {"objected_on": pl.Date, "answer_due": pl.Date, "answered_on": pl.Date, "outcome": pl.String}
    latest = pl.DataFrame(schema={"entry_id": pl.String, **names})
    if objections is not None:
        known = objections.filter(pl.col("objected_on") <= day).sort("objected_on", "record_id")
        answered = pl.col("answered_on") <= day
        latest = known.unique("entry_id", keep="last", maintain_order=True).select(
            "entry_id",
            "objected_on",
            pl.col("due_on").alias("answer_due"),
            pl.when(answered).then("answered_on").alias("answered_on"),
            pl.when(answered).then("outcome").alias("outcome"),
        )
    joined = entries.join(latest, on="entry_id", how="left")
    upheld = (pl.col("outcome") == "2") & (pl.col("_latest") <= pl.col("objected_on"))
    open_still = pl.when(pl.col("answer_due") < day).then(pl.lit("overdue")).otherwise(pl.lit("open"))
    return joined.with_columns(
        pl.when(upheld.fill_null(value=False)).then(pl.lit(REMOVED)).otherwise(pl.lit(LISTED)).alias("state"),
        pl.when(pl.col("objected_on").is_null())
        .then(None)
        .when(pl.col("answered_on").is_null())
        .then(open_still)
        .otherwise(pl.col("outcome").replace({"1": "kept", "2": "removed", "3": "corrected"}))
        .alias("objection"),
    )


def _outranked(entries: pl.DataFrame) -> pl.DataFrame:
    """With the highest class that holds for the subject, and yellow entries under a higher one outranked."""
    ranked = entries.with_columns(pl.col("class").replace_strict(RANKS, return_dtype=pl.Int64).alias("_rank"))
    standing = ranked.filter(pl.col("state") == LISTED)
    best = [pl.col("_rank")]
    for number, depth in enumerate((1, 3, 4)):
        keys = list(SUBJECT[:depth])
        above = standing.filter(pl.col("level") == ("firm", "product", "batch")[number])
        top = above.group_by(keys).agg(pl.col("_rank").min().alias(f"_at{number}"))
        ranked = ranked.join(top, on=keys, how="left", nulls_equal=depth > 1)
        best.append(pl.col(f"_at{number}"))
    highest = pl.min_horizontal(best)
    words = {rank: name for name, rank in RANKS.items()}
    return ranked.with_columns(
        highest.replace_strict(words, return_dtype=pl.String).alias("effective_class"),
        pl.when((pl.col("state") == LISTED) & (pl.col("class") == "III") & (highest < RANKS["III"]))
        .then(pl.lit(OUTRANKED))
        .otherwise("state")
        .alias("state"),
    )
