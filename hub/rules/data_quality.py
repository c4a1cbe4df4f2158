"""Data quality by source bureau, kept run by run (GB/T 36344-2018): worst faults first, the trend, and what goes back.

Each keeping holds ``faults`` by record, ``worst``, ``months`` (sound share by month of change) and ``runs`` (that of
every keeping so far). No value of a record is in any of them.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from catalog.errors import OutOfStep
from exporters.rules import data_quality
from exporters.rules.accept import Facts
from hub.parts import Parts
from hub.rules import keeping
from hub.rules.keeping import Kept

NAME: Final = "data-quality"
RUNS = pl.Schema(
    {
        "run": pl.Int64,
        "at": pl.String,
        "bureau": pl.String,
        "table": pl.String,
        "dimension": pl.String,
        "of": pl.Int64,
        "faulty": pl.Int64,
        "sound": pl.Float64,
    }
)
"""``of`` records of a bureau's table, ``faulty`` of them in this dimension, ``sound`` the share without a fault."""


def keep(parts: Parts, facts: Facts, faults: pl.DataFrame) -> Kept:
    """Keep what ``faults`` says of the facts under the next number, with the trend over all keepings before."""
    last = keeping.last(parts, NAME)
    number = 1 if last is None else last.number + 1
    now = _sound(data_quality.trend(faults, facts)).with_columns(
        pl.lit(number, pl.Int64).alias("run"), pl.lit(parts.clock.now().isoformat()).alias("at")
    )
    runs = pl.concat([RUNS.to_frame() if last is None else last.frame("runs"), now.select(RUNS.names())])
    worst = data_quality.worst(faults, facts)
    frames = {"faults": faults, "worst": worst, "months": data_quality.trend(faults, facts), "runs": runs}
    about = {"faults": faults.height, "records": faults.select("table", "record_id").n_unique()}
    return keeping.keep(parts, NAME, frames, about)


def kept(parts: Parts) -> Kept:
    """What was kept last; OutOfStep before the first."""
    last = keeping.last(parts, NAME)
    if last is None:
        raise OutOfStep("Data quality was not kept yet.", todo="Run: hub data-quality keep.")
    return last


def corrections(one: Kept, bureau: str) -> pl.DataFrame:
    """The list that goes back to a bureau (USCC), records for which rules wait first."""
    return data_quality.corrections(one.frame("faults"), bureau)


def bureaus(one: Kept) -> list[str]:
    """Whose records have faults."""
    return sorted(one.frame("faults")["bureau"].drop_nulls().unique())


def _sound(months: pl.DataFrame) -> pl.DataFrame:
    """The trend by month added up to one figure a bureau, table and dimension."""
    summed = months.group_by("bureau", "table", "dimension").agg(pl.col("of", "faulty").sum())
    share = (1 - pl.col("faulty") / pl.col("of")).round(6).alias("sound")
    return summed.with_columns(share).sort("bureau", "table", "dimension", nulls_last=True)
