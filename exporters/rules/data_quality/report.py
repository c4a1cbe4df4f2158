"""What stewards read of the faults: worst rules first, the trend by month, and the list that goes back to a source."""

from __future__ import annotations

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.tables import tables


def worst(faults: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Faults by bureau and table with their share of the bureau's records there, the worst first."""
    counted = faults.group_by("bureau", "table", "fault", "dimension").agg(
        pl.col("record_id").n_unique().cast(pl.Int64).alias("records")
    )
    shared = counted.join(_totals(facts, []), on=["bureau", "table"], how="left", nulls_equal=True)
    share = (pl.col("records") / pl.col("of")).round(6).alias("share")
    return shared.with_columns(share).sort(
        ["share", "records", "bureau", "table", "fault"], descending=[True, True, False, False, False], nulls_last=True
    )


def trend(faults: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Sound share by bureau, table, dimension and month of the records' last change: 1 is without a fault."""
    keys = ["bureau", "table", "month"]
    bad = faults.group_by(*keys, "dimension").agg(pl.col("record_id").n_unique().cast(pl.Int64).alias("faulty"))
    totals = _totals(facts, ["month"])
    dimensions = pl.DataFrame({"dimension": sorted(set(faults["dimension"]))}, schema={"dimension": pl.String})
    every = totals.join(dimensions, how="cross")
    joined = every.join(bad, on=[*keys, "dimension"], how="left", nulls_equal=True).with_columns(
        pl.col("faulty").fill_null(0)
    )
    sound = (1 - pl.col("faulty") / pl.col("of")).round(6).alias("sound")
    return (
        joined.with_columns(sound)
        .select(*keys, "dimension", "of", "faulty", "sound")
        .sort(*keys, "dimension", nulls_last=True)
    )


def corrections(faults: pl.DataFrame, bureau: str) -> pl.DataFrame:
    """The list that goes back to a bureau: record, faults, rules that wait. No value of the record is repeated.

    Records for which rules wait stand first.
    """
    mine = faults.filter(pl.col("bureau") == bureau)
    each = mine.group_by("table", "record_id").agg(
        pl.col("fault").unique().sort().str.join(";").alias("faults"),
        pl.col("rules").filter(pl.col("rules") != "").unique().sort().str.join(";").alias("rules"),
    )
    return each.sort([pl.col("rules") == "", pl.col("table"), pl.col("record_id")])


def _totals(facts: Facts, more: list[str]) -> pl.DataFrame:
    found = [
        rows.select(bureau="source_org_uscc", table=pl.lit(name), month=pl.col("updated_at").dt.strftime("%Y-%m"))
        for name, rows in facts.items()
        if tables()[name].standard
    ]
    keys = ["bureau", "table", *more]
    return pl.concat(found).group_by(keys).agg(pl.len().cast(pl.Int64).alias("of"))
