"""Derivations put together: each from the facts of one source, on one day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from exporters.rules import (
    data_quality,
    enterprise_class,
    negative_list,
    outcomes,
    product_risk,
    quality_grading,
    supervision,
    trace_chain,
)
from exporters.rules.accept import Facts
from exporters.rules.area_colours import colours as area_colours
from exporters.rules.book import shipped
from hub.rules.colours import published

_LIST = tuple(dict.fromkeys(name for _, names in negative_list.CONDITIONS.values() for name in names))
_RISK = ("product_basic", "risk_monitoring", "spot_check", "hazard_scenario", "recall", "government_order")
_MORE = ("quality_grading", "quality_award", "main_responsibility", "objection")
TABLES = tuple(dict.fromkeys((*_LIST, *_RISK, *_MORE)))
"""Every table that some derivation reads."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a derivation: the day, a scheme of its own, the seed of the lot, whether the public reads it."""

    day: date
    scheme: str = "rules"
    seed: int = 0
    public: bool = False
    small_cell: int = 5


def levels(facts: Facts, asked: Asked) -> pl.DataFrame:
    """Product levels under the scheme."""
    return product_risk.levels(facts, shipped("product_risk", asked.scheme), asked.day)


def classes(facts: Facts, asked: Asked) -> pl.DataFrame:
    """Classes of producers on the day, red entries of the negative list included.

    ``flags`` tells what could not be counted for want of a sound cell (``spot_check.UNKNOWN:verdict``): with it the
    class might be another.
    """
    spans = negative_list.derive(facts, shipped("negative_list")).spans
    made = enterprise_class.classes(facts, shipped("enterprise_class"), enterprise_class.red_of(spans))
    each = made.doubts.with_columns(pl.col("flags").str.split(";")).explode("flags")
    told = each.select("uscc", flags=pl.concat_str("source", pl.lit("."), "flags"))
    flags = told.group_by("uscc").agg(pl.col("flags").unique().sort().str.join(";"))
    now = enterprise_class.on(asked.day, made.history).join(flags, on="uscc", how="left", maintain_order="left")
    return now.with_columns(pl.col("flags").fill_null(""))


def tasks(facts: Facts, asked: Asked) -> pl.DataFrame:
    """Tasks of the day's year."""
    return supervision.tasks(_modes(facts, asked), facts, shipped("supervision"), asked.day, asked.seed)


def sampling(facts: Facts, asked: Asked) -> pl.DataFrame:
    """Products and firms to sample more: ``kind``, ``name``, ``points``, ``factor``, ``reasons``."""
    rules, book = shipped("negative_list"), shipped("supervision")
    entries = negative_list.on(asked.day, negative_list.derive(facts, rules).spans, rules).entries
    products = supervision.more_products(entries, facts, book, asked.day).rename({"product_name": "name"})
    firms = supervision.more_firms(entries, _modes(facts, asked), book).rename({"uscc": "name"})
    kinds = [f.with_columns(pl.lit(k).alias("kind")) for k, f in (("product", products), ("firm", firms))]
    return pl.concat([f.select("kind", "name", "points", "factor", "reasons") for f in kinds])


def colours(facts: Facts, asked: Asked) -> pl.DataFrame:
    """Area colours for supervisors, or what may be published of them."""
    firms = facts["enterprise_basic"].sort("updated_at", "record_id").unique("uscc", keep="last", maintain_order=True)
    producers = classes(facts, asked).join(firms.select("uscc", "region_code"), on="uscc", how="left")
    book = shipped("area_colours", asked.scheme)
    return published(producers, book, asked.small_cell) if asked.public else area_colours(producers, book)


def gaps(facts: Facts, asked: Asked) -> pl.DataFrame:
    """Gaps in the chains of all trace codes."""
    del asked
    return trace_chain.gaps(facts["trace_flow"])


def quality(facts: Facts, asked: Asked) -> pl.DataFrame:
    """Faults by source bureau, table and kind, the worst first."""
    return data_quality.worst(faults(facts, asked), facts)


def faults(facts: Facts, asked: Asked) -> pl.DataFrame:
    """Every fault of every record, to be sent back to its bureau; no value is told."""
    del asked
    inspected = outcomes.undecided(facts["inspection"]) if "inspection" in facts else None
    graded = None
    if "grading_record" in facts:
        graded = quality_grading.grades(facts["grading_record"], quality_grading.shipped_catalogue())
    own = {name: rows for name, rows in facts.items() if name not in _VIEWS}
    unlisted = negative_list.derive(facts, shipped("negative_list")).undecided
    coded = trace_chain.doubts(facts["trace_flow"]) if "trace_flow" in facts else None
    return data_quality.faults(own, waiting(unlisted, inspected, graded, coded))


def waiting(
    unlisted: pl.DataFrame,
    inspected: pl.DataFrame | None,
    graded: pl.DataFrame | None,
    coded: pl.DataFrame | None,
) -> pl.DataFrame:
    """Records for which rules wait: undecided of the negative list and inspections, flagged gradings, trace codes."""
    found = [unlisted.select(_WAITING)]
    if inspected is not None:
        found.append(_waiting("special_rectification", "OC", inspected))
    if graded is not None:
        found.append(_waiting("quality_grading", "QG10", graded.filter(pl.col("flags") != "")))
    if coded is not None:
        found.append(_waiting("traceability", "TR06", coded))
    return pl.concat(found)


_WAITING = ("source", "record_id", "rules", "flags")
_VIEWS = ("inspection", "grading_record", "trace_flow")
"""Other choices of columns of a table whose faults are told already."""


def _waiting(table: str, rule: str, undecided: pl.DataFrame) -> pl.DataFrame:
    told = undecided.select(pl.lit(table).alias("source"), "record_id", pl.lit(rule).alias("rules"), "flags")
    return told.cast({"rules": pl.String})


def rectified(facts: Facts, asked: Asked) -> pl.DataFrame:
    """OC01-OC30 by city, month, product group and role, exact: for supervisors."""
    del asked
    return outcomes.outcomes(facts["inspection"])


def grades(facts: Facts, asked: Asked) -> pl.DataFrame:
    """Grading results by the catalogue's rules with their state on the day, flags for what cannot be graded."""
    made = quality_grading.grades(facts["grading_record"], quality_grading.shipped_catalogue())
    return quality_grading.on(asked.day, made)


def _modes(facts: Facts, asked: Asked) -> pl.DataFrame:
    plain = Asked(asked.day)
    return supervision.modes(
        classes(facts, plain), facts["product_basic"], levels(facts, plain), shipped("supervision")
    )


DERIVATIONS: Mapping[str, Callable[[Facts, Asked], pl.DataFrame]] = {
    "levels": levels,
    "classes": classes,
    "tasks": tasks,
    "sampling": sampling,
    "colours": colours,
    "gaps": gaps,
    "quality": quality,
    "faults": faults,
    "outcomes": rectified,
    "grades": grades,
}


def tables_of(name: str) -> tuple[str, ...]:
    """The tables that a derivation reads."""
    return _OWN.get(name, TABLES)


_OWN: Mapping[str, tuple[str, ...]] = {
    "quality": (*TABLES, *_VIEWS),
    "faults": (*TABLES, *_VIEWS),
    "gaps": ("trace_flow",),
    "outcomes": ("inspection",),
    "grades": ("grading_record",),
}
