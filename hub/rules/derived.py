"""The derivations that are kept and brought up to date. A run touches only what changed.

Negative list, enterprise classes and product levels, and what follows from them (``hub.rules.supervised``): modes,
tasks, sampling, colours, faults. Outcomes, grades and gaps have tables of their own (``hub.rules.views``).

Each run keeps the facts that it saw, the results, and which classes changed since the run before; the next goes on
from there and gives what a run over everything gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from exporters.rules import enterprise_class, negative_list, product_risk
from exporters.rules.accept import Facts
from exporters.rules.book import shipped
from exporters.rules.enterprise_class import Classes
from exporters.rules.negative_list.spans import Found
from hub.parts import Parts
from hub.rules import derivations, keeping, supervised, views
from hub.rules import negative_list as lists
from hub.rules.fresh_facts import Fresh, refreshed
from hub.rules.keeping import Kept
from hub.rules.negative_list import KeptList
from hub.rules.supervised import Now
from hub.settings import Settings

NAME: Final = "derived"
TABLES: Final = (
    *lists.TABLES[:-1],
    *(
        name
        for name in ("hazard_scenario", "government_order", "quality_grading", "quality_award", "main_responsibility")
    ),
)
"""Every table that one of the kept derivations reads; objections come from the exchange itself as well."""

_LASTING: Final = ("spans", "undecided", "points", "history", "doubts")
"""Results that speak of all days: where no fact changed they are linked and not written again."""
_BOOKS: Final = ("negative_list", "enterprise_class", "product_risk", *supervised.BOOKS)
CHANGES: Final = ("risk_class", "class_abcd", "class_2012")


@dataclass(frozen=True, slots=True)
class Derived:
    """What a run kept, the negative list that it made, and whether it went on from the run before."""

    kept: Kept
    listing: KeptList
    whole: bool
    read: Mapping[str, int]
    class_changes: pl.DataFrame
    facts: Facts


def update(
    parts: Parts, settings: Settings, day: date, *, full: bool = False, source: str | None = None,
    registers: Path | None = None, seed: int | None = None,
) -> Derived:  # fmt: skip
    """Bring the derivations up to ``day``; with ``full`` from the beginning.

    ``seed`` draws the lot of random tasks; None is the last run's.
    """
    # One table after the other, each let go before the next is read.
    seen = {
        view.name: views.update(parts, settings, view, full=full, source=source, registers=registers)
        for view in views.views()
    }
    last = keeping.last(parts, NAME)
    books = {name: shipped(name).version for name in _BOOKS}
    before = None if full or last is None or last.about["rules"] != books else last
    fresh = refreshed(settings, TABLES, before, source, registers)
    goes_on = None if fresh.whole else before
    found = _found(fresh, goes_on)
    classes = _classes(fresh, goes_on, found)
    levels = _levels(fresh, goes_on, day)
    changes = class_changes(last, classes.history, day)
    listing = lists.make(fresh.facts, day, parts, found=found)
    lot = seed if seed is not None else (last.about.get("seed", 0) if last else 0)
    waiting = derivations.waiting(
        found.undecided,
        seen["outcomes"].kept.frame("undecided"),
        seen["grades"].kept.frame("grades"),
        seen["gaps"].kept.frame("codes"),
    )
    now = Now(fresh.facts, fresh.changed, day, lot, classes.history, levels, listing.listing.entries, waiting)
    more = supervised.results(now, goes_on, _entries_before(parts, goes_on))
    results = {
        "spans": found.spans, "undecided": found.undecided, "points": classes.points, "history": classes.history,
        "doubts": classes.doubts, "levels": levels, "class_changes": changes, **more,
    }  # fmt: skip
    about: dict[str, Any] = {
        "day": day.isoformat(), "rules": books, "marks": fresh.marks, "read": fresh.read, "whole": fresh.whole,
        "class_changes": changes.height, "seed": lot, "list": listing.number,
    }  # fmt: skip
    same = {name: goes_on.folder / f"{name}.parquet" for name in _LASTING} if goes_on and not fresh.changed else {}
    made = keeping.keep(parts, NAME, {**fresh.frames, **results, **same}, about)
    if last is not None:
        # The facts are needed to go on from, and only the last run is gone on from; results stay for good.
        keeping.forget(last, last.about["marks"])
    read = {**fresh.read, **{views_.table: seen[views_.name].read for views_ in views.views()}}
    return Derived(made, listing, fresh.whole, read, changes, fresh.facts)


def _entries_before(parts: Parts, before: Kept | None) -> pl.DataFrame | None:
    """The entries of the list that the run before made; None where it kept none."""
    number = before.about.get("list") if before else None
    return lists.kept(parts, number).listing.entries if number else None


def class_changes(before: Kept | None, history: pl.DataFrame, day: date) -> pl.DataFrame:
    """Producers whose classes on ``day`` are others than the run before told: ``was_…`` beside the classes now.

    New producers were null; one that left the register is null now.
    """
    now = enterprise_class.on(day, history).select("uscc", *CHANGES, "from_on", "because")
    old = pl.DataFrame(schema={"uscc": pl.String, **{f"was_{name}": pl.String for name in CHANGES}})
    if before is not None:
        told = enterprise_class.on(date.fromisoformat(before.about["day"]), before.frame("history"))
        old = told.select("uscc", *(pl.col(name).alias(f"was_{name}") for name in CHANGES))
    both = now.join(old, on="uscc", how="full", coalesce=True)
    moved = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"was_{name}")) for name in CHANGES)
    told_ = both.filter(moved).with_columns(pl.lit(day).alias("noted_on"))
    names = [one for name in CHANGES for one in (f"was_{name}", name)]
    return told_.select("uscc", *names, "from_on", "because", "noted_on").sort("uscc")


def changes_of(parts: Parts, uscc: str = "") -> pl.DataFrame:
    """The changes of classes that all runs noted, oldest first: of one producer, or of all."""
    last = keeping.last(parts, NAME)
    found = []
    for number in range(1, (last.number if last else 0) + 1):
        run = keeping.kept(parts, NAME, number)
        if run is not None:
            rows = run.frame("class_changes").with_columns(pl.lit(number).alias("run"))
            found.append(rows.filter(pl.col("uscc") == uscc) if uscc else rows)
    return pl.concat(found) if found else pl.DataFrame(schema={"uscc": pl.String})


def _found(fresh: Fresh, before: Kept | None) -> Found:
    book = shipped("negative_list")
    if before is None:
        return negative_list.derive(fresh.facts, book)
    if not fresh.changed:
        return Found(before.frame("spans"), before.frame("undecided"))
    known = Found(before.frame("spans"), before.frame("undecided"))
    return negative_list.update(known, fresh.facts, fresh.changed, book)


def _classes(fresh: Fresh, before: Kept | None, found: Found) -> Classes:
    book, red = shipped("enterprise_class"), enterprise_class.red_of(found.spans)
    if before is None:
        return enterprise_class.classes(fresh.facts, book, red)
    known = Classes(before.frame("points"), before.frame("history"), before.frame("doubts"))
    if not fresh.changed:
        return known
    reds = (enterprise_class.red_of(before.frame("spans")), red)
    return enterprise_class.update(known, fresh.facts, fresh.changed, book, reds)


def _levels(fresh: Fresh, before: Kept | None, day: date) -> pl.DataFrame:
    """Levels speak of a day: those of another day are worked out anew, which takes a tenth of a second."""
    book = shipped("product_risk")
    if before is None or before.about["day"] != day.isoformat():
        return product_risk.levels(fresh.facts, book, day)
    return product_risk.update(before.frame("levels"), fresh.facts, fresh.changed, book, day)
