"""Derivations over one table of their own, kept and brought up to date: outcomes, grades, gaps of traces.

Each keeps the facts that it saw and its results under ``derived-<name>``. A run reads what changed at the source and
works out only the cells, records or codes that it bears on; where nothing changed, nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from exporters.rules import outcomes, quality_grading, trace_chain
from hub.parts import Parts
from hub.rules import keeping
from hub.rules.fresh_facts import refreshed
from hub.rules.keeping import Kept
from hub.settings import Settings

Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class View:
    """One of them: what ``table`` gives as a whole, what it gives after a change, and the version of its rules."""

    name: str
    table: str
    rules: str
    whole: Callable[[pl.DataFrame], Frames]
    went: Callable[[Mapping[str, pl.DataFrame], pl.DataFrame, pl.DataFrame], Frames]
    results: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a view came to, how many records were read for it, and whether everything was worked out."""

    kept: Kept
    read: int
    whole: bool


def _outcomes(rows: pl.DataFrame) -> Frames:
    return {"outcomes": outcomes.outcomes(rows), "undecided": outcomes.undecided(rows)}


def _outcomes_went(was: Mapping[str, pl.DataFrame], rows: pl.DataFrame, changed: pl.DataFrame) -> Frames:
    ids = changed.select("record_id").unique()
    near = rows.join(ids, on="record_id", how="semi")
    doubts = pl.concat([was["undecided"].join(ids, on="record_id", how="anti"), outcomes.undecided(near)])
    return {"outcomes": outcomes.update(was["outcomes"], rows, changed), "undecided": doubts.sort("record_id")}


def _grades(rows: pl.DataFrame) -> Frames:
    return {"grades": quality_grading.grades(rows, quality_grading.shipped_catalogue()).sort("record_id")}


def _grades_went(was: Mapping[str, pl.DataFrame], rows: pl.DataFrame, changed: pl.DataFrame) -> Frames:
    near = rows.join(changed.select("record_id").unique(), on="record_id", how="semi")
    book = quality_grading.shipped_catalogue()
    return {"grades": quality_grading.update(was["grades"], near, changed["record_id"], book)}


def _gaps(rows: pl.DataFrame) -> Frames:
    return {"gaps": trace_chain.gaps(rows), "codes": trace_chain.doubts(rows)}


def _gaps_went(was: Mapping[str, pl.DataFrame], rows: pl.DataFrame, changed: pl.DataFrame) -> Frames:
    ids = changed.select("record_id").unique()
    near = trace_chain.doubts(rows.join(ids, on="record_id", how="semi"))
    codes = pl.concat([was["codes"].join(ids, on="record_id", how="anti"), near]).sort("record_id")
    return {"gaps": trace_chain.update(was["gaps"], rows, changed), "codes": codes}


def views() -> tuple[View, ...]:
    """All of them, in the order in which they are brought up to date."""
    catalogue, indicators = quality_grading.shipped_catalogue(), outcomes.indicators()
    return (
        View(
            "outcomes", "inspection", f"{indicators.id} {indicators.version}", _outcomes, _outcomes_went,
            ("outcomes", "undecided"),
        ),
        View("grades", "grading_record", f"{catalogue.id} {catalogue.version}", _grades, _grades_went, ("grades",)),
        View("gaps", "trace_flow", "2", _gaps, _gaps_went, ("gaps", "codes")),
    )  # fmt: skip


PLACE: Final = {"outcomes": "derived-outcomes", "grades": "derived-grades", "gaps": "derived-gaps"}
"""Result -> the name under which its view is kept."""


def update(
    parts: Parts, settings: Settings, view: View, *, full: bool, source: str | None, registers: Path | None
) -> Seen:
    """Bring one view up to date."""
    last = keeping.last(parts, PLACE[view.name])
    before = None if full or last is None or last.about["rules"] != view.rules else last
    fresh = refreshed(settings, (view.table,), before, source, registers)
    read = sum(fresh.read.values())
    if before is not None and not fresh.whole and view.table not in fresh.changed:
        return Seen(before, read, whole=False)
    rows = fresh.facts[view.table]
    if before is None or fresh.whole:
        made = view.whole(rows)
    else:
        was = {name: before.frame(name) for name in view.results}
        made = view.went(was, rows, fresh.changed[view.table])
    about = {"rules": view.rules, "marks": fresh.marks, "read": fresh.read, "whole": fresh.whole}
    kept = keeping.keep(parts, PLACE[view.name], {**fresh.frames, **made}, about)
    if last is not None:
        keeping.forget(last, last.about["marks"])
    return Seen(kept, read, whole=fresh.whole)
