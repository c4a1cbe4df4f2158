"""Old editions after the transition, eliminated products and grave findings: rules I-6, I-7a, I-7b (S4 §6)."""

from __future__ import annotations

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import Book
from exporters.rules.negative_list.spans import BATCH, GENUINE, PRODUCT, Found, found, goods_batch, spans, undecided

_PRODUCTS, _GOODS, _EDITIONS = "product_basic", "traceability", "replaced_standard"
_ELIMINATED, _FINDINGS = "eliminated_product", "inspection_finding"


def old_editions(facts: Facts, book: Book) -> Found:
    """I-6: a product still declares the old edition after the transition, or goods were made to it after that day."""
    del book
    after = _after_transition(facts)
    products = facts[_PRODUCTS].join(after, on="executed_standards", how="inner")
    declared = products.with_columns(
        pl.max_horizontal("_after", "event_time").alias("listed_on"), left_on=pl.lit(None, pl.Date)
    )
    subject = ["producer_uscc", "product_name", "model_spec", "batch"]
    made = (
        facts[_GOODS]
        .join(after, on="executed_standards", how="inner")
        .filter(pl.col("produced_on") >= pl.col("_after"))
    )
    goods = (
        made.with_columns(goods_batch())
        .filter(pl.all_horizontal(pl.col(subject).is_not_null()))
        .group_by(subject)
        .agg(pl.col("produced_on").min().alias("listed_on"), pl.col("record_id").min(), pl.col("flags").min())
        .with_columns(left_on=pl.lit(None, pl.Date))
    )
    named = pl.all_horizontal(pl.col("producer_uscc", "product_name", "model_spec").is_not_null())
    return found(
        [spans(declared.filter(named), "I-6", PRODUCT, _PRODUCTS), spans(goods, "I-6", BATCH, _GOODS)],
        [
            undecided(
                facts[_GOODS],
                "I-6;I-3",
                _GOODS,
                ("MISSING:produced_on", pl.col("produced_on").is_null()),
                ("MISSING:serial_or_batch", goods_batch().is_null()),
            )
        ],
    )


def _after_transition(facts: Facts) -> pl.DataFrame:
    """Each spelling of a list of standards that names an old edition -> the first day after its transition."""
    old = (
        facts[_EDITIONS]
        .filter(pl.col("transition_end").is_not_null())
        .select(_edition(pl.col("old_no")).alias("old_no"), _after=pl.col("transition_end").dt.offset_by("1d"))
    )
    lists = pl.concat([facts[name].select("executed_standards") for name in (_PRODUCTS, _GOODS)]).drop_nulls().unique()
    each = lists.with_columns(pl.col("executed_standards").str.split(";").alias("old_no")).explode("old_no")
    return (
        each.with_columns(_edition(pl.col("old_no")))
        .join(old, on="old_no", how="inner")
        .group_by("executed_standards")
        .agg(pl.col("_after").min())
    )


def _edition(number: pl.Expr) -> pl.Expr:
    """A standard's number in one spelling: sources write ``GB 4706.1-2005`` also as ``GB4706.1—2005``."""
    narrow = number.str.normalize("NFKC").str.to_uppercase()
    return narrow.str.replace_all(r"[\u2010-\u2015\u2212]+", "-").str.replace_all(r"\s", "")


def eliminated(facts: Facts, book: Book) -> Found:
    """I-7a: products that the state has ordered out of use, by name. Others may be banned as well."""
    del book
    items = (
        facts[_ELIMINATED]
        .select("product_name", "item_no", _from="listed_on", left_on="removed_on")
        .filter(pl.col("product_name").is_not_null())
    )
    rows = facts[_PRODUCTS].filter(pl.col("producer_uscc").is_not_null()).join(items, on="product_name", how="inner")
    rows = rows.with_columns(
        pl.max_horizontal("_from", "event_time").alias("listed_on"),
        detail="item_no",
        left_reason=pl.lit("item_removed"),
    )
    nameless = undecided(rows, "I-7a", _PRODUCTS, ("MISSING:model_spec", pl.col("model_spec").is_null()))
    return found([spans(rows.filter(pl.col("model_spec").is_not_null()), "I-7a", PRODUCT, _PRODUCTS)], [nameless])


def grave_findings(facts: Facts, book: Book) -> Found:
    """I-7b: no certificate of conformity, or another grave breach; named goods only, their maker only when genuine."""
    del book
    genuine = (pl.col("counterfeit") == GENUINE).fill_null(value=False)
    rows = facts[_FINDINGS].with_columns(
        pl.when(genuine).then("producer_uscc").alias("producer_uscc"),
        pl.when(~genuine).then("counterfeit").alias("counterfeit"),
        genuine.alias("_genuine"),
        listed_on="found_on",
        left_on="confirmed_on",
        left_reason=pl.lit("corrected"),
        detail="finding",
    )
    named = pl.col("product_name").is_not_null() & pl.col("model_spec").is_not_null() & pl.col("finding").is_not_null()
    owned = ~pl.col("_genuine") | pl.col("producer_uscc").is_not_null()
    sound = rows.filter(named & owned)
    return found(
        [
            spans(sound.filter(pl.col("batch").is_null()), "I-7b", PRODUCT, _FINDINGS),
            spans(sound.filter(pl.col("batch").is_not_null()), "I-7b", BATCH, _FINDINGS),
        ],
        [
            undecided(
                rows,
                "I-7b",
                _FINDINGS,
                ("MISSING:finding", pl.col("finding").is_null()),
                ("MISSING:model_spec", pl.col("model_spec").is_null()),
                ("MISSING:producer_uscc", ~owned),
                ("CONTRADICTS:confirmed_on,found_on", pl.col("confirmed_on") < pl.col("found_on")),
            )
        ],
    )
