"""Spans: from when to when one record puts one subject on the list under one rule.

A span carries dates only, no state of today, so the list of any day is a filter over them and time passing needs no
new derivation. Subject columns that are null are not part of the subject.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

SPAN = pl.Schema(
    {
        "rule": pl.String,
        "level": pl.String,
        "unit_key": pl.String,
        "producer_uscc": pl.String,
        "product_name": pl.String,
        "model_spec": pl.String,
        "batch": pl.String,
        "brand": pl.String,
        "counterfeit": pl.String,
        "detail": pl.String,
        "source": pl.String,
        "record_id": pl.String,
        "listed_on": pl.Date,
        "left_on": pl.Date,
        "left_reason": pl.String,
        "counted_from": pl.Date,
        "counted_until": pl.Date,
        "flags": pl.String,
    }
)
"""``level``: firm, product or batch. ``counted_from``/``counted_until``: while a penalty entry counts the same failure.
``left_on`` is the first day on which the span no longer stands; null: nothing ends it yet."""

UNDECIDED = pl.Schema(
    {"unit_key": pl.String, "source": pl.String, "record_id": pl.String, "rules": pl.String, "flags": pl.String}
)
"""Records that a rule could not judge, with the rules that wait for them."""

FIRM, PRODUCT, BATCH = "firm", "product", "batch"
GENUINE = "0"
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Found:
    """What one condition found: spans, and records that it could not judge."""

    spans: pl.DataFrame
    undecided: pl.DataFrame


def unit_key(frame: pl.DataFrame) -> pl.Expr:
    """The unit of recomputation: the producer, or the goods' name where no producer may be named."""
    parts = [pl.col("producer_uscc")] if "producer_uscc" in frame.columns else []
    parts += [pl.concat_str(pl.lit("goods:"), "product_name")] if "product_name" in frame.columns else []
    return pl.coalesce(*parts, pl.lit(NOBODY)).alias("unit_key")


def spans(frame: pl.DataFrame, rule: str | pl.Expr, level: str, source: str) -> pl.DataFrame:
    """The frame in the shape of spans; a batch or model that the level does not reach is left out of the subject."""
    deep = {
        FIRM: (),
        PRODUCT: ("product_name", "model_spec", "brand"),
        BATCH: ("product_name", "model_spec", "brand", "batch"),
    }
    own = {"product_name", "model_spec", "brand", "batch"} - set(deep[level])
    named = pl.lit(rule) if isinstance(rule, str) else rule
    given = frame.with_columns(
        named.alias("rule"), pl.lit(level).alias("level"), pl.lit(source).alias("source"), unit_key(frame)
    )
    return given.select(
        (pl.col(name) if name in given.columns and name not in own else pl.lit(None)).cast(kind).alias(name)
        for name, kind in SPAN.items()
    ).filter(
        pl.col("listed_on").is_not_null() & (pl.col("left_on").is_null() | (pl.col("left_on") > pl.col("listed_on")))
    )


def each_of(frame: pl.DataFrame, column: str, name: str) -> pl.DataFrame:
    """One row for each item of a list joined by ``;``, as ``name``; a row whose list is null stays, with null."""
    return (
        frame.with_columns(pl.col(column).str.split(";").alias(name))
        .explode(name)
        .with_columns(pl.col(name).str.strip_chars().replace("", None))
    )


def goods_batch() -> pl.Expr:
    """Batch of a trace record. An item's serial may single out its buyer, so items go by their day of making."""
    item = pl.col("granularity") == "3"
    return pl.when(item).then(pl.col("produced_on").cast(pl.String)).otherwise(pl.col("serial_or_batch")).alias("batch")


def undecided(frame: pl.DataFrame, rules: str, source: str, *reasons: tuple[str, pl.Expr]) -> pl.DataFrame:
    """Rows for which one of ``reasons`` (flag, condition) holds, told with the flags of both."""
    why = [pl.when(condition.fill_null(value=False)).then(pl.lit(flag)) for flag, condition in reasons]
    told = frame.with_columns(pl.concat_str(why, separator=";", ignore_nulls=True).alias("_why"))
    told = told.filter(pl.col("_why") != "")
    return told.select(
        unit_key(frame),
        pl.lit(source).alias("source"),
        pl.col("record_id"),
        pl.lit(rules).alias("rules"),
        joined_flags("_why", "flags").alias("flags"),
    )


def joined_flags(*columns: str) -> pl.Expr:
    """The flags of several columns, each once, sorted, joined by ``;``."""
    whole = pl.concat_str([pl.when(pl.col(c) != "").then(pl.col(c)) for c in columns], separator=";", ignore_nulls=True)
    many = whole.str.contains(";")
    return pl.when(many).then(whole.str.split(";").list.unique().list.sort().list.join(";")).otherwise(whole)


def together(*found: Found) -> Found:
    """All spans and all undecided records, in an order that does not depend on the source's."""
    return Found(
        pl.concat([one.spans for one in found] or [SPAN.to_frame()]).sort(SPAN.names()),
        pl.concat([one.undecided for one in found] or [UNDECIDED.to_frame()]).unique().sort(UNDECIDED.names()),
    )


def found(spans_of: list[pl.DataFrame], undecided_of: list[pl.DataFrame]) -> Found:
    """A condition's result from its parts."""
    return Found(pl.concat([SPAN.to_frame(), *spans_of]), pl.concat([UNDECIDED.to_frame(), *undecided_of]))
