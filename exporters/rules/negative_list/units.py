"""What the register and daily inspections say of a producer: rules II-1 to II-4 and III-2 (S4 §6)."""

from __future__ import annotations

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import Book
from exporters.rules.negative_list.spans import FIRM, Found, found, spans, undecided

_REGISTER, _VISITS, _CASES = "enterprise_basic", "special_rectification", "case_closing"
_MAKERS = ("1", "3")
_DISAGREE = ("registration_status", "quality_credit_grade", "abnormal_list")


def registered_units(facts: Facts, book: Book) -> Found:
    """II-1, II-2, II-3: producers deregistered or revoked, of credit grade D, or on the list of abnormal operation.

    Two live records of one unit that say different things are not chosen between.
    """
    split = [(pl.col(name).n_unique().over("uscc") > 1) for name in _DISAGREE]
    rows = facts[_REGISTER].with_columns(
        (pl.any_horizontal(split) & pl.col("uscc").is_not_null()).alias("_split"),
        producer_uscc="uscc",
        listed_on="updated_at",
        left_on=pl.lit(None, pl.Date),
    )
    makers = rows.filter(pl.col("unit_role").is_in(_MAKERS) & pl.col("uscc").is_not_null() & ~pl.col("_split"))
    gone = makers.filter(pl.col("registration_status").is_in(book.items("gone_statuses")))
    return found(
        [
            spans(gone.with_columns(detail="registration_status"), "II-1", FIRM, _REGISTER),
            spans(makers.filter(pl.col("quality_credit_grade") == "D"), "II-2", FIRM, _REGISTER),
            spans(makers.filter(pl.col("abnormal_list")), "II-3", FIRM, _REGISTER),
        ],
        [
            undecided(
                rows,
                "II-1;II-2;II-3",
                _REGISTER,
                ("MISSING:uscc", pl.col("uscc").is_null()),
                ("MISSING:unit_role", pl.col("unit_role").is_null()),
                ("MISSING:registration_status", pl.col("registration_status").is_null()),
                ("MISSING:abnormal_list", pl.col("abnormal_list").is_null()),
                ("UNKNOWN:quality_credit_grade", pl.col("flags").str.contains("UNKNOWN:quality_credit_grade")),
                ("CONTRADICTS:" + ",".join(_DISAGREE), pl.col("_split")),
            )
        ],
    )


def filed_cases(facts: Facts, book: Book) -> Found:
    """II-4: a daily inspection of the producer ended in a case that is not closed yet."""
    del book
    closed = facts[_CASES].group_by("case_no").agg(pl.col("closed_on").max().alias("left_on"))
    rows = _visits(facts).drop("left_on").filter(pl.col("case_no").is_not_null()).join(closed, on="case_no", how="left")
    rows = rows.with_columns(left_reason=pl.lit("case_closed"))
    early = ("CONTRADICTS:case_closing.closed_on,inspected_on", pl.col("left_on") < pl.col("listed_on"))
    return found([spans(rows, "II-4", FIRM, _VISITS)], [undecided(rows, "II-4", _VISITS, early)])


def ordered_rectification(facts: Facts, book: Book) -> Found:
    """III-2: rectification was ordered of the producer and a recheck has not confirmed it."""
    del book
    rows = _visits(facts).filter(pl.col("rectify_by").is_not_null())
    early = pl.col("rectified_on") < pl.col("inspected_on")
    confirmed = (pl.col("recheck_result") == "1") & pl.col("rectified_on").is_not_null() & ~early
    rows = rows.with_columns(
        pl.when(confirmed).then("rectified_on").alias("left_on"), left_reason=pl.lit("rectification_confirmed")
    )
    return found(
        [spans(rows, "III-2", FIRM, _VISITS)],
        [
            undecided(
                facts[_VISITS].with_columns(producer_uscc="uscc"),
                "II-4;III-2",
                _VISITS,
                ("MISSING:unit_role", pl.col("unit_role").is_null()),
                ("MISSING:uscc", pl.col("uscc").is_null()),
                ("CONTRADICTS:rectified_on,inspected_on", early),
                ("MISSING:rectified_on", (pl.col("recheck_result") == "1") & pl.col("rectified_on").is_null()),
            )
        ],
    )


def _visits(facts: Facts) -> pl.DataFrame:
    makers = pl.col("unit_role").is_in(_MAKERS) & pl.col("uscc").is_not_null()
    return (
        facts[_VISITS]
        .filter(makers)
        .with_columns(producer_uscc="uscc", listed_on="inspected_on", left_on=pl.lit(None, pl.Date))
    )
