"""Tasks of a year: how many inspections and spot checks each producer is due, at which bureau, and what is done.

Random shares are drawn by lot from seed, year and code, so that anybody with the seed can draw them again (双随机).
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from catalog.codes import city_of, province_of
from exporters.rules.accept import Facts
from exporters.rules.book import Book

TASKS = pl.Schema(
    {
        "tier": pl.String,
        "bureau_region": pl.String,
        "uscc": pl.String,
        "mode": pl.String,
        "duty": pl.String,
        "inspections_due": pl.Int64,
        "inspections_done": pl.Int64,
        "checks_due": pl.Int64,
        "checks_done": pl.Int64,
        "open_rectifications": pl.Int64,
        "state": pl.String,
        "because": pl.String,
        "flags": pl.String,
    }
)
"""``tier`` 1 省 2 市 3 县 4 所; ``state`` none (nothing due), done, on_time, behind, or undecided. ``duty`` is what the
producer itself reports."""

_GOLDEN, _MIXERS = np.uint64(0x9E3779B97F4A7C15), (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


def tasks(modes: pl.DataFrame, facts: Facts, book: Book, day: date, seed: int) -> pl.DataFrame:
    """Every producer's tasks of the day's year with their follow-up; by tier, bureau and code."""
    firms = facts["enterprise_basic"].sort("updated_at", "record_id").unique("uscc", keep="last", maintain_order=True)
    rows = modes.join(firms.select("uscc", "region_code", "enterprise_size"), on="uscc", how="left")
    lot = pl.Series("_lot", lots(rows["uscc"], seed, day.year))
    rows = _placed(rows.with_columns(lot), book)
    due = rows.with_columns(_due("inspections", book), _due("checks", book), _by_mode("duty", book))
    done = due.join(_done(facts, day), on="uscc", how="left").with_columns(
        pl.col("inspections_done", "checks_done", "open_rectifications").fill_null(0)
    )
    flags = [pl.when(pl.col("flags") != "").then("flags"), *_unplaced()]
    joined = pl.concat_str(flags, separator=";", ignore_nulls=True).alias("flags")
    return done.with_columns(state_on(day), joined).select(TASKS.names()).sort("tier", "bureau_region", "uscc")


def by_bureau(rows: pl.DataFrame) -> pl.DataFrame:
    """What each bureau has before it: producers by mode and state."""
    counted = rows.group_by("tier", "bureau_region", "mode", "state").agg(
        pl.len().cast(pl.Int64).alias("producers"), pl.col("inspections_due", "checks_due").sum()
    )
    return counted.sort("tier", "bureau_region", "mode", "state")


def lots(codes: pl.Series, seed: int, year: int) -> NDArray[np.float64]:
    """A number from nought up to one for each code, the same for the same seed and year (SplitMix64 over its bytes)."""
    texts = codes.fill_null("").cast(pl.Binary).to_numpy().astype("S24")
    words = texts.view(np.uint64).reshape(len(texts), 3)
    with np.errstate(over="ignore"):
        state = np.full(len(texts), np.uint64(seed) * _GOLDEN + np.uint64(year), dtype=np.uint64)
        for column in range(3):
            state = _mixed(state ^ words[:, column])
    return (state >> np.uint64(11)).astype(np.float64) / float(1 << 53)


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = state + _GOLDEN
    state = (state ^ (state >> np.uint64(30))) * _MIXERS[0]
    state = (state ^ (state >> np.uint64(27))) * _MIXERS[1]
    mixed: NDArray[np.uint64] = state ^ (state >> np.uint64(31))
    return mixed


def _placed(rows: pl.DataFrame, book: Book) -> pl.DataFrame:
    """Tier by size (S3 appendix B), and the region whose bureau is in charge."""
    tiers = dict(one.split(":") for one in book.items("tiers"))
    tier = pl.col("enterprise_size").replace_strict(tiers, default=None, return_dtype=pl.String)
    region = pl.col("region_code")
    above = {
        "1": region.replace_strict(province_of(), default=None),
        "2": region.replace_strict(city_of(), default=None),
    }
    known = region.is_in(list(city_of()))
    bureau = pl.when(tier == "1").then(above["1"]).when(tier == "2").then(above["2"])
    bureau = bureau.when(tier.is_not_null() & known).then(region)
    return rows.with_columns(tier.alias("tier"), bureau.alias("bureau_region"))


def _unplaced() -> tuple[pl.Expr, ...]:
    return (
        pl.when(pl.col("tier").is_null()).then(pl.lit("UNKNOWN:enterprise_size")),
        pl.when(pl.col("tier").is_not_null() & pl.col("bureau_region").is_null()).then(pl.lit("UNKNOWN:region_code")),
    )


def _by_mode(name: str, book: Book) -> pl.Expr:
    table = dict(one.split(":", 1) for one in book.items(name))
    return pl.col("mode").replace_strict(table, default=None, return_dtype=pl.String).alias(name)


def _due(what: str, book: Book) -> pl.Expr:
    """Fixed number of the mode, and one more for those that the lot draws."""
    fixed = _by_mode(what, book).cast(pl.Int64)
    share = _by_mode(f"random_{what}", book).cast(pl.Float64)
    return (fixed + (pl.col("_lot") < share).cast(pl.Int64)).alias(f"{what}_due")


def _done(facts: Facts, day: date) -> pl.DataFrame:
    """Inspections and samples of the year up to the day, and rectifications ordered and not yet done."""
    visits, checks = facts["special_rectification"], facts["spot_check"]
    this_year = [pl.col(c).is_between(date(day.year, 1, 1), day) for c in ("inspected_on", "sampled_on")]
    late = pl.col("rectify_by").is_not_null() & (pl.col("inspected_on") <= day)
    still = late & (pl.col("rectified_on").is_null() | (pl.col("rectified_on") > day))
    seen = visits.group_by("uscc").agg(
        this_year[0].sum().cast(pl.Int64).alias("inspections_done"),
        still.sum().cast(pl.Int64).alias("open_rectifications"),
    )
    own = checks.filter(pl.col("counterfeit") == "0")
    taken = own.group_by(uscc="producer_uscc").agg(this_year[1].sum().cast(pl.Int64).alias("checks_done"))
    return seen.join(taken, on="uscc", how="full", coalesce=True)


def state_on(day: date) -> pl.Expr:
    """Behind is who has done less than the share of the year that is over asks for, in whole tasks."""
    passed = (day - date(day.year, 1, 1)).days + 1
    pairs = [(pl.col(f"{w}_due"), pl.col(f"{w}_done")) for w in ("inspections", "checks")]
    finished = pl.all_horizontal(done >= due for due, done in pairs)
    behind = pl.any_horizontal(done < due * passed // 365 for due, done in pairs)
    nothing = pl.all_horizontal(due == 0 for due, _ in pairs)
    return (
        pl.when(pl.col("mode").is_null())
        .then(pl.lit("undecided"))
        .when(nothing)
        .then(pl.lit("none"))
        .when(finished)
        .then(pl.lit("done"))
        .when(behind)
        .then(pl.lit("behind"))
        .otherwise(pl.lit("on_time"))
        .alias("state")
    )
