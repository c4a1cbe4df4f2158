"""Failed and risky samples of spot checks: rules I-1, III-1, III-4 and II-5 (S4 §6, DOMAIN 5).

A failed batch never leaves. The product's own entry leaves when the recheck passes and, for safety failures, the
producer stays clean for some months. A result that the recheck overturned leaves at once. Counterfeit or suspected
goods name no producer (SC39).
"""

from __future__ import annotations

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import Book
from exporters.rules.chains import last_of_chain
from exporters.rules.negative_list.spans import (
    BATCH,
    FIRM,
    GENUINE,
    PRODUCT,
    Found,
    found,
    joined_flags,
    spans,
    undecided,
)

SOURCE = "spot_check"
_PASSED, _FAILED, _AT_RISK = "1", "2", "4"


def failed_samples(facts: Facts, book: Book) -> Found:
    """I-1, III-1 and III-4 by sample, with what a penalty already counts left out."""
    rows = judged(facts[SOURCE], book)
    failing = _punished(rows.filter(pl.col("_fails")), facts, book)
    rule = pl.when(pl.col("safety_failed")).then(pl.lit("I-1")).otherwise(pl.lit("III-1"))
    risky = rows.filter(pl.col("_sound") & (pl.col("verdict") == _AT_RISK))
    product = _until_clean(failing, book).with_columns(counted_until="revoked_on")
    return found(
        [
            spans(product, rule, PRODUCT, SOURCE),
            spans(failing.filter(pl.col("batch").is_not_null()), rule, BATCH, SOURCE),
            spans(risky.filter(pl.col("batch").is_null()), "III-4", PRODUCT, SOURCE),
            spans(risky.filter(pl.col("batch").is_not_null()), "III-4", BATCH, SOURCE),
        ],
        [_unjudged(rows)],
    )


def frequent_failures(facts: Facts, book: Book) -> Found:
    """II-5: two or more failed results of a producer within the window; each sample counts once, punished or not."""
    months = f"{book.whole('frequent_window_months')}mo"
    failures = (
        judged(facts[SOURCE], book)
        .filter(pl.col("_fails") & pl.col("producer_uscc").is_not_null() & ~pl.col("_overturned"))
        .filter(pl.col("listed_on").is_not_null())
        .sort("producer_uscc", "listed_on", "sampling_form_no", "record_id")
        .unique(["producer_uscc", "sampling_form_no"], keep="first", maintain_order=True)
    )
    made = []
    for limit, detail in ((book.whole("frequent"), "frequent"), (book.whole("fairly_frequent"), "fairly_frequent")):
        first = pl.col("listed_on").shift(limit - 1).over("producer_uscc")
        ends = first.dt.offset_by(months)
        made.append(
            failures.with_columns(ends.alias("left_on"), left_reason=pl.lit("below_limit"), detail=pl.lit(detail))
            .filter(pl.col("left_on") > pl.col("listed_on"))
            .pipe(spans, "II-5", FIRM, SOURCE)
        )
    return found(made, [])


def judged(checks: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Samples with what the rules ask of them: announced on, batch, attribution, verdict after a recheck."""
    batch = pl.col("batch")
    genuine = (pl.col("counterfeit") == GENUINE).fill_null(value=False)
    overturned = ((pl.col("verdict") == _FAILED) & (pl.col("recheck_verdict") == _PASSED)).fill_null(value=False)
    late = pl.col("rectify_result_on") < pl.col("sampled_on")
    rows = (
        checks.with_columns(_announced().alias("listed_on"))
        .with_columns(
            pl.when(~batch.is_in(book.items("no_batch"))).then(batch).alias("batch"),
            pl.when(genuine).then("producer_uscc").alias("producer_uscc"),
            genuine.alias("_genuine"),
            overturned.alias("_overturned"),
            pl.when((pl.col("rectify_result") == _PASSED) & ~late.fill_null(value=True))
            .then("rectify_result_on")
            .alias("_rectified"),
            pl.when(overturned).then(pl.max_horizontal("listed_on", "updated_at")).alias("left_on"),
            pl.when(overturned).then(pl.lit("overturned")).alias("left_reason"),
            pl.when(late).then(pl.lit("CONTRADICTS:rectify_result_on")).otherwise(pl.lit("")).alias("_late"),
            pl.when(genuine).then(None).otherwise(pl.col("counterfeit")).alias("counterfeit"),
        )
        .with_columns(joined_flags("flags", "_late").alias("flags"))
    )
    named = pl.col("product_name").is_not_null() & pl.col("model_spec").is_not_null()
    owned = ~pl.col("_genuine") | pl.col("producer_uscc").is_not_null()
    rows = rows.with_columns((named & owned).alias("_sound"))
    fails = (pl.col("verdict") == _FAILED) & pl.col("safety_failed").is_not_null() & pl.col("_sound")
    return rows.with_columns(fails.fill_null(value=False).alias("_fails"))


def _announced() -> pl.Expr:
    """A result counts from its publication; a risk that broke no standard is not published, so from its sampling."""
    return pl.coalesce("published_on", pl.when(pl.col("verdict") == _AT_RISK).then("sampled_on"))


def _unjudged(rows: pl.DataFrame) -> pl.DataFrame:
    failed, safety = pl.col("verdict") == _FAILED, pl.col("safety_failed")
    bad = failed | (pl.col("verdict") == _AT_RISK)
    return undecided(
        rows,
        "I-1;III-1;III-4;II-5",
        SOURCE,
        ("MISSING:verdict", pl.col("verdict").is_null()),
        ("MISSING:safety_failed", failed & safety.is_null()),
        ("CONTRADICTS:verdict,safety_failed", (pl.col("verdict") == _PASSED) & safety),
        ("MISSING:model_spec", bad & pl.col("model_spec").is_null()),
        ("MISSING:product_name", bad & pl.col("product_name").is_null()),
        ("MISSING:producer_uscc", bad & pl.col("_genuine") & pl.col("producer_uscc").is_null()),
        ("MISSING:published_on", failed & pl.col("listed_on").is_null()),
        ("MISSING:batch", bad & pl.col("batch").is_null()),
    )


def _punished(failing: pl.DataFrame, facts: Facts, book: Book) -> pl.DataFrame:
    """With the dates between which a penalty entry of the same producer counts the failure."""
    if "penalty_decision" not in facts:
        return failing.with_columns(
            counted_from=pl.lit(None, pl.Date), counted_until=pl.lit(None, pl.Date), revoked_on=pl.lit(None, pl.Date)
        )
    counted = (
        facts["penalty_decision"]
        .filter(pl.col("cause").is_in(book.items("quality_causes")) & pl.col("sampling_form_no").is_not_null())
        .filter(pl.col("party_role").is_in(book.items("producing_roles")))
        .with_columns(penalty_ends(book).alias("counted_until"))
        .sort(pl.col("revoked_on").is_not_null(), "decided_on", "decision_no")
        .unique(["party_uscc", "sampling_form_no"], keep="first", maintain_order=True)
        .select("party_uscc", "sampling_form_no", "counted_until", "revoked_on", counted_from="decided_on")
    )
    return failing.join(
        counted, left_on=["producer_uscc", "sampling_form_no"], right_on=["party_uscc", "sampling_form_no"], how="left"
    )


def penalty_ends(book: Book) -> pl.Expr:
    """When an I-2 entry ends: at its revocation, or once it is executed and more than so many days old."""
    days = pl.col("decided_on").dt.offset_by(f"{book.whole('penalty_days') + 1}d")
    executed = pl.when(pl.col("executed_on").is_not_null()).then(pl.max_horizontal(days, "executed_on"))
    return pl.min_horizontal("revoked_on", executed)


def _until_clean(failing: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Products: after the recheck passed; safety failures stay until their producer was clean for some months."""
    months = f"{book.whole('clean_months')}mo"
    start = failing.with_columns(pl.max_horizontal("_rectified", "listed_on").alias("_from")).with_columns(
        pl.when(pl.col("_rectified").is_not_null()).then("_from").alias("_from")
    )
    failures = start.filter(~pl.col("_overturned")).select("producer_uscc", _on="listed_on")
    last = last_of_chain(start, failures, "producer_uscc", months)
    clean = pl.max_horizontal(pl.col("_from"), pl.col("_last")).dt.offset_by(months)
    passed = pl.when(pl.col("safety_failed")).then(clean).otherwise(pl.col("_from"))
    return last.with_columns(
        pl.when(pl.col("_overturned")).then("left_on").otherwise(passed).alias("left_on"),
        pl.when(pl.col("_overturned"))
        .then("left_reason")
        .when(pl.col("_rectified").is_not_null())
        .then(pl.when(pl.col("safety_failed")).then(pl.lit("clean_months")).otherwise(pl.lit("recheck_passed")))
        .alias("left_reason"),
    )
