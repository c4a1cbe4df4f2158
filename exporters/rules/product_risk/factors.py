"""Factors of a product's level, each a table ``product_name, low, high, fact``: points at least and at most.

``low`` equals ``high`` where the facts are known. Where they are not, the span is all that the factor may give; nobody
guesses a middle.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import Book
from exporters.rules.product_risk.matrix import assessed, probability_of
from exporters.rules.product_risk.rates import wilson_upper

PRODUCT = "product_name"
_ENDS = ("low", "high")
Factor = Callable[[Facts, Book, date], pl.DataFrame]


def risk(facts: Facts, book: Book, day: date) -> pl.DataFrame:
    """The highest level that any hazard of the product reaches, sensitivity included.

    Beside one that cannot be assessed the known ones are the least that the product may be.
    """
    columns = (PRODUCT, "severity", "probability", "assessed_on")
    known = [facts["risk_monitoring"].select(*columns)]
    if "hazard_scenario" in facts:
        steps = pl.col("steps")
        scenarios = facts["hazard_scenario"].with_columns(
            probability_of(steps).alias("probability"), probability_of(steps, times=10).alias("tenfold")
        )
        known.append(scenarios.select(*columns, "tenfold"))
    recent = _recent(pl.concat(known, how="diagonal"), "assessed_on", book, day)
    points = book.words("risk_points")
    scored = assessed(recent).with_columns(
        pl.col("highest").replace_strict(points, default=None, return_dtype=pl.Int64).alias("low")
    )
    each = scored.sort("low", descending=True, nulls_last=True).group_by(PRODUCT, maintain_order=True)
    best = each.agg(pl.col("low", "highest").first(), pl.col("low").is_null().any().alias("_unknown"))
    high = pl.when("_unknown").then(pl.lit(max(points.values()), pl.Int64)).otherwise("low")
    return best.drop_nulls("low").select(PRODUCT, "low", high.alias("high"), pl.col("highest").alias("fact"))


def access(facts: Facts, book: Book, day: date) -> pl.DataFrame:
    """Management attribute: licence, compulsory certificate or mandatory standard, the one that gives most."""
    del day
    points = book.words("access_points")
    names = ("in_licence_catalogue", "in_ccc_catalogue", "in_mandatory_std_catalogue")
    rows = facts["product_basic"].filter(pl.col(PRODUCT).is_not_null())
    own = [pl.when(pl.col(name)).then(points[name]).otherwise(0) for name in names]
    may = [pl.when(pl.col(name).is_null()).then(points[name]).otherwise(0) for name in names]
    each = rows.select(PRODUCT, pl.max_horizontal(own).alias("low"), pl.max_horizontal(*own, *may).alias("high"))
    best = each.group_by(PRODUCT).agg(pl.col("low", "high").max().cast(pl.Int64))
    return best.with_columns(pl.lit("catalogue").alias("fact"))


def failing_rate(facts: Facts, book: Book, day: date) -> pl.DataFrame:
    """Failing rate of genuine samples; below the minimum of batches the Wilson upper bound stands for it."""
    checks = _recent(facts["spot_check"], "sampled_on", book, day).filter(pl.col("verdict").is_in(["1", "2"]))
    checks = _once(checks.filter(pl.col("counterfeit") == "0"))
    overturned = (pl.col("recheck_verdict") == "1").fill_null(value=False)
    failed = (pl.col("verdict") == "2") & ~overturned
    counted = checks.group_by(PRODUCT).agg(
        pl.len().cast(pl.Int64).alias("batches"), failed.sum().cast(pl.Int64).alias("failed")
    )
    plain = pl.col("failed") / pl.col("batches")
    few = pl.col("batches") < book.whole("fewest_batches")
    rate = (
        pl.when(few).then(wilson_upper(pl.col("failed"), pl.col("batches"), book.number("wilson_z"))).otherwise(plain)
    )
    scored = counted.with_columns((rate * 100).round(4).alias("_rate"), few.alias("_few"))
    method = pl.when("_few").then(pl.lit("wilson")).otherwise(pl.lit("plain"))
    told = pl.format("{}/{} {}% {}", "failed", "batches", pl.col("_rate").round(1), method)
    return _banded(scored.with_columns(told.alias("fact")), "_rate", book.bands("rate_bands"))


def _once(checks: pl.DataFrame) -> pl.DataFrame:
    """One result a sample: the latest."""
    sample = "sampling_form_no"
    again = checks[sample].is_duplicated() & checks[sample].is_not_null()
    latest = checks.filter(again).sort("updated_at", "record_id").unique([PRODUCT, sample], keep="last")
    return pl.concat([checks.filter(~again), latest])


def opinion(facts: Facts, book: Book, day: date) -> pl.DataFrame:
    """Complaints and public opinion, by their number."""
    return _counted(facts, book, day, ("7", "8"), "opinion_bands")


def injuries(facts: Facts, book: Book, day: date) -> pl.DataFrame:
    """Recalls and injuries, by their number."""
    risks = _of_sources(facts, ("5", "6")).select(PRODUCT, day_of="assessed_on")
    recalls = [facts["recall"].select(PRODUCT, day_of="started_on")] if "recall" in facts else []
    return _numbered(_recent(pl.concat([risks, *recalls]), "day_of", book, day), book.bands("injury_bands"))


def vulnerable(facts: Facts, book: Book, day: date) -> pl.DataFrame:
    """Products meant for children, the elderly, or expectant mothers; whoever it is meant for where nobody says."""
    del day
    users = pl.col("target_users").str.contains_any(list(book.items("vulnerable_users")))
    rows = facts["product_basic"].filter(pl.col(PRODUCT).is_not_null()).group_by(PRODUCT)
    told = rows.agg(users.fill_null(value=False).any().alias("low"), users.fill_null(value=True).any().alias("high"))
    points = [
        pl.when(end).then(book.whole("vulnerable_points")).otherwise(0).cast(pl.Int64).alias(end) for end in _ENDS
    ]
    return told.with_columns(points).select(PRODUCT, "low", "high", pl.lit("users").alias("fact"))


def _of_sources(facts: Facts, sources: Sequence[str]) -> pl.DataFrame:
    return facts["risk_monitoring"].filter(pl.col("source_type").is_in(sources))


def _counted(facts: Facts, book: Book, day: date, sources: Sequence[str], bands: str) -> pl.DataFrame:
    rows = _of_sources(facts, sources).select(PRODUCT, day_of="assessed_on")
    return _numbered(_recent(rows, "day_of", book, day), book.bands(bands))


def _numbered(rows: pl.DataFrame, bands: Sequence[tuple[float, int]]) -> pl.DataFrame:
    counted = rows.group_by(PRODUCT).agg(pl.len().cast(pl.Int64).alias("_n"))
    return _banded(counted.with_columns(pl.col("_n").cast(pl.String).alias("fact")), "_n", bands)


def _banded(rows: pl.DataFrame, value: str, bands: Sequence[tuple[float, int]]) -> pl.DataFrame:
    points = pl.lit(0, pl.Int64)
    for limit, score in reversed(bands):
        points = pl.when(pl.col(value) >= limit).then(score).otherwise(points)
    return rows.select(PRODUCT, points.cast(pl.Int64).alias("low"), points.cast(pl.Int64).alias("high"), "fact")


def _recent(rows: pl.DataFrame, column: str, book: Book, day: date) -> pl.DataFrame:
    """Rows of the window that ends on the day."""
    since = pl.lit(day).dt.offset_by(f"-{book.whole('window_months')}mo")
    return rows.filter((pl.col(column) > since) & (pl.col(column) <= day) & pl.col(PRODUCT).is_not_null())


FACTORS: Mapping[str, tuple[Factor, tuple[str, ...]]] = {
    "risk": (risk, ("risk_monitoring",)),
    "access": (access, ("product_basic",)),
    "rate": (failing_rate, ("spot_check",)),
    "opinion": (opinion, ("risk_monitoring",)),
    "injuries": (injuries, ("risk_monitoring",)),
    "vulnerable": (vulnerable, ("product_basic",)),
}
"""Rule id -> factor and the tables that it cannot do without."""

SILENT = {"risk": "risk_points", "rate": "rate_bands"}
"""Factors about which silence says nothing: without facts they may give anything that they can give. No complaint,
injury or recall in a table that was delivered gives nought."""

_BANDS = {"rate": "rate_bands", "opinion": "opinion_bands", "injuries": "injury_bands"}


def may_give(rule: str, book: Book, *, absent: bool) -> tuple[int, int]:
    """Fewest and most points that a factor without facts may stand for; ``absent``: its table was not delivered."""
    if rule not in SILENT and not absent:
        return 0, 0
    points = [p for _, p in book.bands(_BANDS[rule])] if rule in _BANDS else list(book.words("risk_points").values())
    return min([*points, *([] if rule in SILENT else [0])]), max(points)
