"""Supervision, sampling, colours and faults kept with the derivations: worked out where a change bears on them.

``went`` goes on from the run before; without one everything is worked out. Both give the same frames.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from exporters.rules import area_colours, data_quality, enterprise_class, supervision
from exporters.rules.accept import Facts
from exporters.rules.book import shipped
from exporters.rules.supervision import going_on
from hub.rules.keeping import Kept

RESULTS: Final = ("producers", "modes", "tasks", "products", "firms", "counties", "colours", "waiting", "faults")
BOOKS: Final = ("supervision", "area_colours")


@dataclass(frozen=True, slots=True)
class Now:
    """What the run has worked out already: facts and their changes, the day's classes, levels, entries and waiting."""

    facts: Facts
    changed: Facts
    day: date
    seed: int
    history: pl.DataFrame
    levels: pl.DataFrame
    entries: pl.DataFrame
    waiting: pl.DataFrame


def results(now: Now, before: Kept | None, entries_before: pl.DataFrame | None) -> dict[str, pl.DataFrame]:
    """The frames ``RESULTS``; ``before`` is the run to go on from, with the entries of the list that it made."""
    if before is None or entries_before is None or "seed" not in before.about or not _later(before, now):
        return _whole(now)
    return _went(now, before, entries_before)


def _later(before: Kept, now: Now) -> bool:
    """Whether the results before are of the same lot, and of a day of the same year that is not later."""
    then = date.fromisoformat(before.about["day"])
    return before.about["seed"] == now.seed and then.year == now.day.year and then <= now.day


def producers_of(facts: Facts, history: pl.DataFrame, day: date) -> pl.DataFrame:
    """Classes on the day with the region of each producer's register entry."""
    firms = facts["enterprise_basic"].sort("updated_at", "record_id").unique("uscc", keep="last", maintain_order=True)
    now = enterprise_class.on(day, history)
    return now.join(firms.select("uscc", "region_code"), on="uscc", how="left", maintain_order="left")


def _whole(now: Now) -> dict[str, pl.DataFrame]:
    book, colours = shipped("supervision"), shipped("area_colours")
    producers = producers_of(now.facts, now.history, now.day)
    modes = supervision.modes(producers, now.facts["product_basic"], now.levels, book)
    counties = area_colours.counties(producers, colours)
    made = {
        "producers": producers,
        "modes": modes,
        "tasks": supervision.tasks(modes, now.facts, book, now.day, now.seed),
        "products": supervision.more_products(now.entries, now.facts, book, now.day),
        "firms": supervision.more_firms(now.entries, modes, book),
        "counties": counties,
        "colours": area_colours.of_counties(counties, colours),
        "waiting": now.waiting,
        "faults": data_quality.faults(now.facts, now.waiting),
    }
    assert tuple(made) == RESULTS  # noqa: S101 - what is kept is what is gone on from
    return made


def _went(now: Now, before: Kept, entries_before: pl.DataFrame) -> dict[str, pl.DataFrame]:
    book, colours = shipped("supervision"), shipped("area_colours")
    was: Mapping[str, pl.DataFrame] = {name: before.frame(name) for name in (*RESULTS, "levels")}
    days, entries = (date.fromisoformat(before.about["day"]), now.day), (entries_before, now.entries)
    producers = producers_of(now.facts, now.history, now.day)
    pair = (was["producers"], producers)
    touched = going_on.modes_touched(pair, (was["levels"], now.levels), now.changed, now.facts)
    modes = going_on.modes_after(was["modes"], touched, producers, now.facts, now.levels, book)
    both = (was["modes"], modes)
    due = going_on.tasks_touched(both, now.changed, now.facts, days)
    named = going_on.products_touched(entries, now.changed, now.facts, days)
    firms = going_on.firms_touched(entries, both)
    counties = area_colours.counties_after(was["counties"], *pair, colours)
    doubted = _doubted(was["waiting"], now)
    return {
        "producers": producers,
        "modes": modes,
        "tasks": going_on.tasks_after(was["tasks"], due, modes, now.facts, book, now.day, now.seed),
        "products": going_on.products_after(was["products"], named, now.entries, now.facts, book, now.day),
        "firms": going_on.firms_after(was["firms"], firms, now.entries, modes, book),
        "counties": counties,
        "colours": area_colours.of_counties(counties, colours),
        "waiting": now.waiting,
        "faults": data_quality.update(was["faults"], now.facts, doubted, now.waiting),
    }


def _doubted(waiting: pl.DataFrame, now: Now) -> pl.DataFrame:
    """Records that changed, came or left, and those for which other rules wait."""
    moved = going_on.differing(waiting, now.waiting, tuple(now.waiting.columns)).select(
        pl.col("source").alias("table"), "record_id"
    )
    changed = [
        rows.select(pl.lit(name).alias("table"), pl.col("record_id").cast(pl.String))
        for name, rows in now.changed.items()
    ]
    return pl.concat([moved, *changed]).unique()
