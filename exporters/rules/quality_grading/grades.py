"""Grades of products by the catalogue's rules, from their measured values; values stay inside.

A record that the rules cannot grade, or whose stated grade they contradict, keeps its place with a flag and no grade.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from exporters.rules.accept import FLAGS
from exporters.rules.quality_grading.catalogue import GRADES, Catalogue

READS = (
    "catalogue_item",
    "grading_standard_no",
    "measured_values",
    "grade",
    "evidence_on",
    "graded_on",
    "valid_until",
    "status",
)
"""Fields of a grading record (standard 2.7) that are read."""

RESULTS = pl.Schema(
    {
        "record_id": pl.String(),
        "catalogue_item": pl.String(),
        "grading_standard_no": pl.String(),
        "indicator_grades": pl.String(),
        "score": pl.Decimal(precision=6, scale=1),
        "grade": pl.String(),
        "stated": pl.String(),
        "valid_from": pl.Date(),
        "valid_until": pl.Date(),
        "status": pl.String(),
        "flags": pl.String(),
        "rules": pl.String(),
    }
)
"""``indicator_grades`` is ``name:grade`` joined by ``;`` as QG08.1 writes it; ``rules`` the catalogue's version."""


def grades(records: pl.DataFrame, book: Catalogue) -> pl.DataFrame:
    """Every record with its grades, score and flags, in the order given. ``records``: ``record_id`` and ``READS``."""
    rows = records.with_row_index("_row")
    chosen = _placed(rows, book)
    scored = _scored(_measured(rows.join(chosen.filter(pl.col("_flag") == ""), on="_row", how="semi"), book), book)
    held = rows.join(chosen, on="_row", how="left").join(scored, on="_row", how="left").sort("_row")
    by_rules = pl.when(pl.col("_flag") == "").then(pl.col("_grade"))
    flags = [pl.col("_flag"), pl.col("_unmeasured"), *_dates(book)]
    if FLAGS in records.columns:
        flags.insert(0, pl.col(FLAGS))
    told = pl.concat_str([pl.when(one != "").then(one) for one in flags], separator=";", ignore_nulls=True)
    held = held.with_columns(told.alias("_told"), by_rules.alias("_by_rules"))
    against = (pl.col("_by_rules") != pl.col("grade")).fill_null(value=False) & (pl.col("_told") == "")
    decided = (pl.col("_told") == "") & ~against
    made = held.select(
        "record_id",
        "catalogue_item",
        "grading_standard_no",
        indicator_grades=pl.when(pl.col("_flag") == "").then("_list"),
        score=pl.when(decided).then("_score"),
        grade=pl.when(decided).then("_by_rules"),
        stated="grade",
        valid_from="graded_on",
        valid_until="valid_until",
        status="status",
        flags=pl.when(against).then(pl.lit("CONTRADICTS:grade")).otherwise("_told"),
        rules=pl.lit(f"{book.id} {book.version}"),
    )
    return made.cast(RESULTS)


def update(results: pl.DataFrame, changed: pl.DataFrame, left: pl.Series, book: Catalogue) -> pl.DataFrame:
    """The results after a change: ``changed`` records graded anew, those of ``left`` (identifiers) gone.

    Sorted by ``record_id``, which is how full results compare; nothing else is looked at.
    """
    gone = pl.concat([changed["record_id"], left]).unique()
    kept = results.filter(~pl.col("record_id").is_in(gone.implode()))
    return pl.concat([kept, grades(changed, book)]).sort("record_id")


def on(day: date, results: pl.DataFrame) -> pl.DataFrame:
    """The results with their ``state`` on a day: valid, suspended, revoked, expired, corrected, not_yet, or null."""
    state = (
        pl.when(pl.col("status").is_null() | pl.col("valid_until").is_null() | pl.col("valid_from").is_null())
        .then(pl.lit(None, pl.String))
        .when(pl.col("valid_from") > day)
        .then(pl.lit("not_yet"))
        .when(pl.col("status") == "3")
        .then(pl.lit("revoked"))
        .when(pl.col("status") == "5")
        .then(pl.lit("corrected"))
        .when((pl.col("status") == "4") | (pl.col("valid_until") < day))
        .then(pl.lit("expired"))
        .when(pl.col("status") == "2")
        .then(pl.lit("suspended"))
        .otherwise(pl.lit("valid"))
    )
    return results.with_columns(state.alias("state"))


def _placed(rows: pl.DataFrame, book: Catalogue) -> pl.DataFrame:
    """``_row`` and ``_flag``: whether item and standard are in the catalogue, in force, and none goes before it."""
    pairs = [(item, one.no, book.levels.index(one.level), one.in_force) for one in book.standard for item in one.items]
    schema = {"catalogue_item": pl.String, "grading_standard_no": pl.String, "_rank": pl.Int32, "_since": pl.Date}
    known = pl.DataFrame(pairs, schema=schema, orient="row")
    asked = rows.select("_row", "catalogue_item", "grading_standard_no", "graded_on")
    met = asked.join(known, on=["catalogue_item", "grading_standard_no"], how="left")
    others = known.select("catalogue_item", _before="_rank", _from="_since")
    better = (
        met.drop_nulls("_rank")
        .join(others, on="catalogue_item")
        .filter((pl.col("_before") < pl.col("_rank")) & (pl.col("_from") <= pl.col("graded_on")))
    )
    flag = (
        pl.when(pl.col("catalogue_item").is_null() | ~pl.col("catalogue_item").is_in(known["catalogue_item"].implode()))
        .then(pl.lit("UNKNOWN:catalogue_item"))
        .when(pl.col("_rank").is_null())
        .then(pl.lit("UNKNOWN:grading_standard_no"))
        .when((pl.col("graded_on") < pl.col("_since")).fill_null(value=False))
        .then(pl.lit("NOT_IN_FORCE:grading_standard_no"))
        .when(pl.col("_row").is_in(better["_row"].implode()))
        .then(pl.lit("LOWER_STANDARD:grading_standard_no"))
        .otherwise(pl.lit(""))
    )
    return met.select("_row", flag.alias("_flag"))


def _measured(rows: pl.DataFrame, book: Catalogue) -> pl.DataFrame:
    """One row a measured value: ``_row``, ``grading_standard_no``, ``code``, ``value`` (null where none can be read).

    One entry more than any standard has is read, so that what stands beyond is seen.
    """
    most = max((len(one.indicator) for one in book.standard), default=0) + 1
    cell = pl.col("measured_values")
    entries = [
        pl.struct(
            code=cell.str.json_path_match(f"$[{at}].code"),
            value=cell.str.json_path_match(f"$[{at}].value").cast(pl.Float64, strict=False),
        )
        for at in range(most)
    ]
    each = rows.select("_row", "grading_standard_no", pl.concat_list(entries).alias("_each"))
    there = each.explode("_each").unnest("_each").filter(pl.col("code").is_not_null())
    # A record without any readable entry must still be told.
    none = each.select("_row", "grading_standard_no").join(there, on="_row", how="anti")
    return pl.concat([there, none], how="diagonal_relaxed")


def _scored(measured: pl.DataFrame, book: Catalogue) -> pl.DataFrame:
    """``_row``, ``_list``, ``_score``, ``_grade`` and ``_unmeasured`` (a flag, or "")."""
    joined = _expected(measured.select("_row", "grading_standard_no").unique(), book).join(
        measured.select("_row", "code", "value", _given=pl.lit(value=True)), on=["_row", "code"], how="full",
        coalesce=True,
    )  # fmt: skip
    joined = joined.filter(pl.col("code").is_not_null()).sort("_row", "_at", nulls_last=True, maintain_order=True)
    more = pl.col("_better") == "more"
    reached = [
        pl.when(more).then(pl.col("value") >= pl.col(grade)).otherwise(pl.col("value") <= pl.col(grade)).cast(pl.Int64)
        for grade in GRADES
    ]
    joined = joined.with_columns(pl.sum_horizontal(reached).alias("_points")).with_columns(
        pl.when(pl.col("value").is_not_null()).then("_points").alias("_points")
    )
    named = pl.concat_str("_name", pl.lit(":"), pl.lit(pl.Series(["—", *GRADES])).gather(pl.col("_points")))
    summed = joined.group_by("_row", maintain_order=True).agg(
        named.filter(pl.col("_points") > 0).str.join(";").alias("_list"),
        (pl.col("_points") * pl.col("_share")).sum().alias("_sum"),
        pl.col("_points").min().alias("_least"),
        _unmeasured().alias("_unmeasured"),
    )
    tenths = (pl.col("_sum") * 2 + 5) // 10
    return summed.select(
        "_row",
        "_list",
        (tenths.cast(pl.Decimal(6, 1)) / 10).cast(pl.Decimal(6, 1)).alias("_score"),
        (_by_score(tenths, book) if book.overall == "score" else _by_points(pl.col("_least"))).alias("_grade"),
        "_unmeasured",
    )


def _expected(rows: pl.DataFrame, book: Catalogue) -> pl.DataFrame:
    """What should be measured of each record: one row an indicator of its standard, in the catalogue's order."""
    found = [
        (standard.no, one.code, at, one.name, one.share, one.better, *map(float, one.limits))
        for standard in book.standard
        for at, one in enumerate(standard.indicator)
    ]
    schema = {
        "grading_standard_no": pl.String,
        "code": pl.String,
        "_at": pl.Int64,
        "_name": pl.String,
        "_share": pl.Int64,
        "_better": pl.String,
        **dict.fromkeys(GRADES, pl.Float64),
    }
    return rows.join(pl.DataFrame(found, schema=schema, orient="row"), on="grading_standard_no")


def _unmeasured() -> pl.Expr:
    """The first thing that is wrong with what was measured of a record."""
    given = pl.col("_given").fill_null(value=False)
    return (
        pl.when((pl.col("_at").is_null()).any())
        .then(pl.lit("UNKNOWN:measured_values"))
        .when(pl.col("code").n_unique() < pl.len())
        .then(pl.lit("CONTRADICTS:measured_values"))
        .when((~given).any())
        .then(pl.lit("MISSING:measured_values"))
        .when(pl.col("value").is_null().any())
        .then(pl.lit("UNREADABLE:measured_values"))
        .when((pl.col("_points") == 0).any())
        .then(pl.lit("BELOW_A:measured_values"))
        .otherwise(pl.lit(""))
    )


def _by_score(tenths: pl.Expr, book: Catalogue) -> pl.Expr:
    made: pl.Expr = pl.lit(None, pl.String)
    for least, grade in reversed(book.bands):
        made = pl.when(tenths >= least).then(pl.lit(grade)).otherwise(made)
    return made


def _by_points(points: pl.Expr) -> pl.Expr:
    return pl.when(points > 0).then(pl.lit(pl.Series(["", *GRADES])).gather(points))


def _dates(book: Catalogue) -> list[pl.Expr]:
    """Evidence of at most a year before the grading, an end not before its beginning."""
    old = pl.col("evidence_on").is_null() | (pl.col("evidence_on") > pl.col("graded_on"))
    old = old | (pl.col("evidence_on") < pl.col("graded_on").dt.offset_by(f"-{book.evidence_days}d"))
    ended = pl.col("valid_until") < pl.col("graded_on")
    missing = pl.col("graded_on").is_null() | pl.col("valid_until").is_null()
    return [
        pl.when(missing).then(pl.lit("MISSING:dates")).otherwise(pl.lit("")),
        pl.when(old.fill_null(value=False)).then(pl.lit("CONTRADICTS:evidence_on")).otherwise(pl.lit("")),
        pl.when(ended.fill_null(value=False)).then(pl.lit("CONTRADICTS:valid_until")).otherwise(pl.lit("")),
    ]
