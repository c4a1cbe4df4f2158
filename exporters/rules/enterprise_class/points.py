"""Points: from when to when one fact adds to (or takes from) a producer's score under one rule (DOMAIN 4.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import Book

POINTS = pl.Schema(
    {
        "uscc": pl.String,
        "rule": pl.String,
        "points": pl.Int64,
        "from_on": pl.Date,
        "until_on": pl.Date,
        "source": pl.String,
        "record_id": pl.String,
    }
)
"""``until_on`` is the first day without the points; null: nothing ends them yet."""

_FOREVER = pl.lit(None, pl.Date)
Indicator = Callable[[Facts, Book], pl.DataFrame]


def spans(rows: pl.DataFrame, rule: str, points: int | pl.Expr, source: str) -> pl.DataFrame:
    """Rows with ``uscc``, ``from_on``, ``until_on`` and ``record_id`` as points; those without unit or start leave."""
    worth = pl.lit(points, pl.Int64) if isinstance(points, int) else points.cast(pl.Int64)
    made = rows.with_columns(pl.lit(rule).alias("rule"), worth.alias("points"), pl.lit(source).alias("source"))
    shaped = made.select(pl.col(name).cast(kind) for name, kind in POINTS.items())
    lasting = pl.col("until_on").is_null() | (pl.col("until_on") > pl.col("from_on"))
    return shaped.filter(pl.col("uscc").is_not_null() & pl.col("from_on").is_not_null() & lasting)


def _months(column: str, book: Book, option: str) -> pl.Expr:
    return pl.col(column).dt.offset_by(f"{book.whole(option)}mo")


def failures(facts: Facts, book: Book) -> pl.DataFrame:
    """Failing samples of the producer's own goods, safety failures apart, and repeated failures."""
    failed = _failed(facts)
    listed = failed.with_columns(from_on="published_on", until_on=_months("published_on", book, "points_months"))
    safety = listed.filter("safety_failed")
    other = listed.filter(~pl.col("safety_failed"))
    ordered = failed.sort("uscc", "published_on", "record_id").with_columns(
        _months("published_on", book, "repeat_months").shift(1).over("uscc").alias("until_on"), from_on="published_on"
    )
    again = ordered.filter(pl.col("until_on") > pl.col("from_on"))
    return pl.concat(
        [
            spans(safety, "fail_safety", book.of("fail_safety").points, "spot_check"),
            spans(other, "fail_other", book.of("fail_other").points, "spot_check"),
            spans(again, "fail_again", book.of("fail_again").points, "spot_check"),
        ]
    )


def _failed(facts: Facts) -> pl.DataFrame:
    """Published failures of genuine goods that no recheck overturned, one a sample."""
    own = (pl.col("verdict") == "2") & (pl.col("counterfeit") == "0") & pl.col("producer_uscc").is_not_null()
    stands = (pl.col("recheck_verdict") != "1").fill_null(value=True)
    known = pl.col("safety_failed").is_not_null() & pl.col("published_on").is_not_null()
    rows = facts["spot_check"].filter(own & stands & known).rename({"producer_uscc": "uscc"})
    return rows.sort("published_on", "record_id").unique(
        ["uscc", "sampling_form_no"], keep="first", maintain_order=True
    )


def penalties(facts: Facts, book: Book) -> pl.DataFrame:
    """Penalties of twelve months; grave circumstances weigh more."""
    rows = (
        facts["penalty_decision"]
        .filter(pl.col("cause").is_not_null())
        .with_columns(
            uscc="party_uscc",
            from_on="decided_on",
            until_on=pl.min_horizontal("revoked_on", _months("decided_on", book, "penalty_months")),
        )
    )
    grave = pl.col("serious").fill_null(value=False)
    return pl.concat(
        [
            spans(rows.filter(grave), "penalty_grave", book.of("penalty_grave").points, "penalty_decision"),
            spans(rows.filter(~grave), "penalty", book.of("penalty").points, "penalty_decision"),
        ]
    )


def recalls(facts: Facts, book: Book) -> pl.DataFrame:
    """Recalls, ordered or voluntary."""
    rows = facts["recall"].with_columns(
        uscc="producer_uscc", from_on="started_on", until_on=_months("started_on", book, "points_months")
    )
    return pl.concat(
        [
            spans(rows.filter("ordered"), "recall_ordered", book.of("recall_ordered").points, "recall"),
            spans(rows.filter(~pl.col("ordered")), "recall_voluntary", book.of("recall_voluntary").points, "recall"),
        ]
    )


def withdrawn_licences(facts: Facts, book: Book) -> pl.DataFrame:
    """Production licences revoked, withdrawn or cancelled as a penalty (4 撤销, 5 撤回, 6 吊销)."""
    rows = facts["production_licence"].filter(pl.col("licence_status").is_in(["4", "5", "6"]))
    dated = rows.filter(pl.col("decision") == "1").with_columns(
        pl.coalesce("status_changed_on", "updated_at").alias("from_on")
    )
    dated = dated.with_columns(_months("from_on", book, "points_months").alias("until_on"))
    return spans(dated, "licence_withdrawn", book.of("licence_withdrawn").points, "production_licence")


def withdrawn_certificates(facts: Facts, book: Book) -> pl.DataFrame:
    """Compulsory certificates revoked (3 撤销)."""
    rows = (
        facts["ccc_certificate"]
        .filter(pl.col("status") == "3")
        .with_columns(
            uscc="producer_uscc",
            from_on="status_changed_on",
            until_on=_months("status_changed_on", book, "points_months"),
        )
    )
    return spans(rows, "certificate_withdrawn", book.of("certificate_withdrawn").points, "ccc_certificate")


def lists(facts: Facts, book: Book) -> pl.DataFrame:
    """Abnormal operation and serious violation, as long as the register says so."""
    rows = facts["enterprise_basic"].with_columns(from_on="updated_at", until_on=_FOREVER)
    return (
        pl.concat(
            [
                spans(rows.filter("abnormal_list"), "abnormal", book.of("abnormal").points, "enterprise_basic"),
                spans(
                    rows.filter("serious_violation_list"), "violation", book.of("violation").points, "enterprise_basic"
                ),
            ]
        )
        .sort("from_on", "record_id")
        .unique(["uscc", "rule"], keep="first", maintain_order=True)
    )


def overdue(facts: Facts, book: Book) -> pl.DataFrame:
    """Rectification past its day, until it is done."""
    rows = (
        facts["special_rectification"]
        .filter(pl.col("rectify_by").is_not_null())
        .with_columns(from_on=pl.col("rectify_by").dt.offset_by("1d"), until_on="rectified_on")
    )
    return spans(rows, "overdue", book.of("overdue").points, "special_rectification")


def complaints(facts: Facts, book: Book) -> pl.DataFrame:
    """More complaints to a hundred traced goods in a quarter than nine tenths of producers; for the next quarter."""
    quarter = pl.col("_day").dt.truncate("1q").alias("_quarter")
    told = (
        facts["risk_monitoring"]
        .filter(pl.col("source_type") == "7")
        .rename({"producer_uscc": "uscc", "assessed_on": "_day"})
    )
    made = facts["traceability"].rename({"producer_uscc": "uscc", "produced_on": "_day"})
    numbers = [
        frame.group_by("uscc", quarter).agg(pl.len().alias(name)) for frame, name in ((made, "_made"), (told, "_told"))
    ]
    rate = pl.col("_told").fill_null(0) * 100 / pl.col("_made")
    rates = (
        numbers[0].drop_nulls().join(numbers[1], on=["uscc", "_quarter"], how="left").with_columns(rate.alias("_rate"))
    )
    limit = pl.col("_rate").quantile(book.number("complaint_quantile"), "lower").over("_quarter")
    many = rates.filter((pl.col("_rate") > limit) & pl.col("_told").is_not_null())
    rows = many.with_columns(
        pl.col("_quarter").dt.offset_by("1q").alias("from_on"),
        pl.col("_quarter").dt.offset_by("2q").alias("until_on"),
        record_id=pl.lit(None, pl.String),
    )
    return spans(rows, "complaints", book.of("complaints").points, "risk_monitoring")


def duties(facts: Facts, book: Book) -> pl.DataFrame:
    """Gaps in the duties of 主体责任: no director, no officer, exam failed, no daily, weekly or monthly record."""
    table = facts["main_responsibility"].sort("updated_at", "record_id").group_by("uscc", maintain_order=True)
    held = ("quality_director", "quality_officers", "daily_control", "weekly_check", "monthly_meeting")
    rows = table.agg(
        (pl.col(held).is_null() | pl.col(held).str.replace_all(r"\s", "").is_in(_NOTHING)).all(),
        (pl.col("exam_result").last() == "2").fill_null(value=False).alias("exam_result"),
        pl.col("updated_at").max().alias("from_on"),
        pl.col("record_id").last(),
    ).with_columns(until_on=_FOREVER)
    worth = book.of("duty").points
    return pl.concat(
        [spans(rows.filter(name), f"duty:{name}", worth, "main_responsibility") for name in (*held, "exam_result")]
    )


def credits_(facts: Facts, book: Book) -> pl.DataFrame:
    """Quality awards, and products graded AAAAA; however many stand at a time, the score counts one."""
    found = []
    if "quality_award" in facts:
        awards = facts["quality_award"].with_columns(from_on="awarded_on", until_on="ends_on")
        found.append(spans(awards, "award", book.of("award").points, "quality_award"))
    graded = facts["quality_grading"].filter((pl.col("grade") == "AAAAA") & (pl.col("status") == "1"))
    best = graded.with_columns(
        uscc="producer_uscc", from_on="graded_on", until_on=pl.col("valid_until").dt.offset_by("1d")
    )
    found.append(spans(best, "graded_best", book.of("graded_best").points, "quality_grading"))
    return pl.concat(found)


INDICATORS: Mapping[str, tuple[Indicator, tuple[str, ...]]] = {
    "fail_safety;fail_other;fail_again": (failures, ("spot_check",)),
    "penalty;penalty_grave": (penalties, ("penalty_decision",)),
    "recall_ordered;recall_voluntary": (recalls, ("recall",)),
    "licence_withdrawn": (withdrawn_licences, ("production_licence",)),
    "certificate_withdrawn": (withdrawn_certificates, ("ccc_certificate",)),
    "abnormal;violation": (lists, ("enterprise_basic",)),
    "overdue": (overdue, ("special_rectification",)),
    "complaints": (complaints, ("risk_monitoring", "traceability")),
    "duty": (duties, ("main_responsibility",)),
    "award;graded_best": (credits_, ("quality_grading",)),
}
"""Rules -> indicator and the tables without which it is not asked."""

_NOTHING = ("[]", "{}", "null", "[{}]", '""')
"""JSON that holds no officer and no record."""

PEERS = "complaints"
"""The one indicator that compares producers."""
