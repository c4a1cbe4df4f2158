"""Every fault of every record: a flag, its dimension of GB/T 36344, and the bureau that the record comes from."""

from __future__ import annotations

import polars as pl

from catalog.identifiers.gtin import is_gtin
from catalog.identifiers.uscc import is_uscc
from exporters.rules.accept import FLAGS, Facts
from exporters.rules.tables import tables

FAULTS = pl.Schema(
    {
        "bureau": pl.String,
        "table": pl.String,
        "record_id": pl.String,
        "month": pl.String,
        "fault": pl.String,
        "dimension": pl.String,
        "rules": pl.String,
    }
)
"""``fault`` like ``MISSING:batch``; ``rules`` are those that wait for the record, empty where none does; ``month`` of
the record's last change, ``YYYY-MM``."""

DIMENSIONS = {
    "MISSING": "完整性",
    "UNKNOWN": "规范性",
    "UNREADABLE": "规范性",
    "CHECK": "准确性",
    "CONTRADICTS": "一致性",
    "BELOW_A": "一致性",
    "LOWER_STANDARD": "一致性",
    "NOT_IN_FORCE": "一致性",
}
"""Kind of a flag -> dimension of GB/T 36344-2018."""

_CHECKED = {"uscc": is_uscc, "producer_uscc": is_uscc, "gtin": is_gtin}
_BUREAU = "source_org_uscc"


def faults(facts: Facts, undecided: pl.DataFrame | None = None) -> pl.DataFrame:
    """Faults of the standards' tables, by bureau, table, record and fault. ``undecided`` comes from derivations."""
    found = [FAULTS.to_frame()]
    for name, rows in facts.items():
        if tables()[name].standard:
            found += [_flagged(name, rows), *_unchecked(name, rows)]
    made = pl.concat(found)
    if undecided is not None and undecided.height:
        made = _judged(made, facts, undecided)
    return made.unique().sort(FAULTS.names(), nulls_last=True)


def update(
    known: pl.DataFrame, facts: Facts, touched: pl.DataFrame, undecided: pl.DataFrame | None = None
) -> pl.DataFrame:
    """What ``faults(facts, undecided)`` gives, looking at the records ``touched`` (``table``, ``record_id``) alone.

    Touched is a record that changed, came or left, and one whose waiting rules are others.
    """
    ids = touched.select("table", "record_id").unique()
    near = {
        name: rows.join(ids.filter(pl.col("table") == name), on="record_id", how="semi", nulls_equal=True)
        for name, rows in facts.items()
    }
    waiting = undecided
    if waiting is not None:
        waiting = waiting.join(ids, left_on=["source", "record_id"], right_on=["table", "record_id"], how="semi")
    kept = known.join(ids, on=["table", "record_id"], how="anti", nulls_equal=True)
    return pl.concat([kept, faults(near, waiting)]).sort(FAULTS.names(), nulls_last=True)


def _flagged(name: str, rows: pl.DataFrame) -> pl.DataFrame:
    return _shaped(name, rows.filter(pl.col(FLAGS) != ""), pl.col(FLAGS).str.split(";"))


def _unchecked(name: str, rows: pl.DataFrame) -> list[pl.DataFrame]:
    """Identifiers whose check digit is wrong; each distinct value is judged once."""
    made = []
    for column, check in _CHECKED.items():
        if column in rows.columns:
            wrong = [text for text in rows[column].unique().drop_nulls() if not check(text)]
            bad = rows.filter(pl.col(column).is_in(wrong))
            made.append(_shaped(name, bad, pl.concat_list(pl.lit(f"CHECK:{column}"))))
    return made


def _shaped(name: str, rows: pl.DataFrame, faults_of: pl.Expr) -> pl.DataFrame:
    each = rows.select(
        pl.col(_BUREAU).alias("bureau"),
        pl.lit(name).alias("table"),
        "record_id",
        pl.col("updated_at").dt.strftime("%Y-%m").alias("month"),
        faults_of.alias("fault"),
    ).explode("fault")
    return each.with_columns(_dimension(), pl.lit("").alias("rules")).select(FAULTS.names())


def _dimension() -> pl.Expr:
    kind = pl.col("fault").str.split(":").list.first()
    return kind.replace_strict(DIMENSIONS, default="规范性", return_dtype=pl.String).alias("dimension")


def _judged(made: pl.DataFrame, facts: Facts, undecided: pl.DataFrame) -> pl.DataFrame:
    """With the rules that wait for each record, and the contradictions that only rules see."""
    waiting = undecided.select(
        pl.col("source").alias("table"), "record_id", "rules", fault=pl.col("flags").str.split(";")
    )
    each = waiting.explode("fault").filter(~pl.col("fault").str.starts_with("REGISTER_NOT_COVERING"))
    known = [
        rows.select(
            pl.lit(name).alias("table"), "record_id", bureau=_BUREAU, month=pl.col("updated_at").dt.strftime("%Y-%m")
        )
        for name, rows in facts.items()
        if tables()[name].standard
    ]
    placed = each.join(pl.concat(known), on=["table", "record_id"], how="inner").with_columns(_dimension())
    rules = placed.group_by("table", "record_id", "fault").agg(pl.col("rules").unique().sort().str.join(";"))
    joined = pl.concat([made, placed.select(FAULTS.names()).with_columns(pl.lit("").alias("rules"))]).drop("rules")
    told = joined.join(rules, on=["table", "record_id", "fault"], how="left").with_columns(
        pl.col("rules").fill_null("")
    )
    return told.select(FAULTS.names())
