"""Classes of producers with their history, worked out anew only for producers that a change bears on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import Book
from exporters.rules.enterprise_class.points import INDICATORS, PEERS, POINTS
from exporters.rules.enterprise_class.timeline import history

_MAKERS = ("1", "3")
_NAMES = {"spot_check": "producer_uscc", "penalty_decision": "party_uscc", "recall": "producer_uscc",
          "ccc_certificate": "producer_uscc", "risk_monitoring": "producer_uscc", "traceability": "producer_uscc",
          "quality_grading": "producer_uscc"}  # fmt: skip
RED = pl.Schema({"uscc": pl.String, "from_on": pl.Date, "until_on": pl.Date})


@dataclass(frozen=True, slots=True)
class Classes:
    """``points`` by rule and date, ``history`` of classes, and ``doubts``: records that a rule could not count."""

    points: pl.DataFrame
    history: pl.DataFrame
    doubts: pl.DataFrame


def red_of(spans: pl.DataFrame) -> pl.DataFrame:
    """The red entries of the negative list's spans that speak of a producer or its product.

    Batches are left out: a failed batch never leaves the list, but its producer may come clean.
    """
    red = spans.filter(
        pl.col("rule").str.starts_with("I-") & (pl.col("level") != "batch") & pl.col("producer_uscc").is_not_null()
    )
    return red.select(uscc="producer_uscc", from_on="listed_on", until_on="left_on").unique()


def classes(facts: Facts, book: Book, red: pl.DataFrame | None = None) -> Classes:
    """Every producer of the register (roles 1 and 3) with points and history."""
    points = pl.concat([POINTS.to_frame(), *(_asked(rules, facts, book) for rules in INDICATORS)])
    return _finished(facts, points, red, book)


def update(
    before: Classes, facts: Facts, changed: Facts, book: Book, red: tuple[pl.DataFrame, pl.DataFrame] | None = None
) -> Classes:
    """What ``classes(facts)`` gives, recomputing the producers that ``changed`` (rows before and after) names.

    ``red`` are the red entries before and after.
    """
    peers = _asked(PEERS, facts, book)
    was = before.points.filter(pl.col("rule") == PEERS)
    moved = [
        peers.join(was, on=peers.columns, how="anti", nulls_equal=True),
        was.join(peers, on=was.columns, how="anti", nulls_equal=True),
    ]
    reds = (
        []
        if red is None
        else [
            red[0].join(red[1], on=RED.names(), how="anti", nulls_equal=True),
            red[1].join(red[0], on=RED.names(), how="anti", nulls_equal=True),
        ]
    )
    named = [
        frame.select(pl.col(_unit(name)).alias("uscc"))
        for name, frame in changed.items()
        if _unit(name) in frame.columns
    ]
    touched = pl.concat([*named, *(frame.select("uscc") for frame in (*moved, *reds))]).unique()
    near = {
        name: frame.join(touched, left_on=_unit(name), right_on="uscc", how="semi", nulls_equal=True)
        if _unit(name) in frame.columns
        else frame
        for name, frame in facts.items()
    }
    own = [_asked(rules, near, book) for rules in INDICATORS if rules != PEERS]
    points = pl.concat([POINTS.to_frame(), *own, peers.join(touched, on="uscc", how="semi")])
    made = _finished(near, points, None if red is None else red[1], book)
    parts = [
        pl.concat([old.join(touched, on="uscc", how="anti", nulls_equal=True), new])
        for old, new in zip(
            (before.points, before.history, before.doubts), (made.points, made.history, made.doubts), strict=True
        )
    ]
    return Classes(parts[0].sort(POINTS.names()), parts[1].sort("uscc", "from_on"), parts[2].sort(parts[2].columns))


def on(day: date, history: pl.DataFrame) -> pl.DataFrame:
    """The class that each producer has on the day; one row a producer."""
    return history.filter((pl.col("from_on") <= day) & (pl.col("until_on").is_null() | (pl.col("until_on") > day)))


def not_asked(facts: Facts) -> tuple[str, ...]:
    """Rules whose tables were not delivered."""
    return tuple(
        sorted(
            r
            for rules, (_, needs) in INDICATORS.items()
            for r in rules.split(";")
            if not all(n in facts for n in needs)
        )
    )


def _unit(name: str) -> str:
    return _NAMES.get(name, "uscc")


def _asked(rules: str, facts: Facts, book: Book) -> pl.DataFrame:
    indicator, needs = INDICATORS[rules]
    return indicator(facts, book) if all(name in facts for name in needs) else POINTS.to_frame()


def _finished(facts: Facts, points: pl.DataFrame, red: pl.DataFrame | None, book: Book) -> Classes:
    firms = facts["enterprise_basic"].filter(pl.col("unit_role").is_in(_MAKERS) & pl.col("uscc").is_not_null())
    units = firms.group_by("uscc").agg(pl.coalesce("established_on", "updated_at").min().alias("born"))
    told = history(units.drop_nulls(), points, RED.to_frame() if red is None else red, book)
    return Classes(points.unique().sort(POINTS.names()), told, _doubts(facts))


def _doubts(facts: Facts) -> pl.DataFrame:
    """Records whose cells are missing, unknown or unreadable, by producer: their class may be wrong."""
    shape = {"uscc": pl.String, "source": pl.String, "record_id": pl.String, "flags": pl.String}
    found = [pl.DataFrame(schema=shape)]
    for name, frame in facts.items():
        if _unit(name) in frame.columns and name in _JUDGED:
            doubtful = _undated(name, frame).filter(pl.col("flags").str.contains_any(list(_JUDGED[name])))
            found.append(
                doubtful.select(pl.col(_unit(name)).alias("uscc"), pl.lit(name).alias("source"), "record_id", "flags")
            )
    return pl.concat(found).sort(list(shape))


def _undated(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """With a flag where a certificate was revoked on an unknown day: its points have no beginning."""
    if name != "ccc_certificate":
        return frame
    revoked = (pl.col("status") == "3") & pl.col("status_changed_on").is_null()
    told = pl.concat_str(pl.col("flags"), pl.lit(";MISSING:status_changed_on")).str.strip_chars_start(";")
    return frame.with_columns(pl.when(revoked).then(told).otherwise("flags").alias("flags"))


_JUDGED = {
    "spot_check": (":verdict", ":safety_failed", ":counterfeit", ":published_on"),
    "penalty_decision": (":cause", ":decided_on", ":serious"),
    "recall": (":ordered", ":started_on"),
    "production_licence": (":licence_status", ":decision"),
    "ccc_certificate": (":status",),
    "enterprise_basic": (":unit_role", ":abnormal_list", ":serious_violation_list", ":established_on"),
    "special_rectification": (":rectify_by", ":rectified_on"),
}
"""Columns by table without which an indicator does not count a record."""
