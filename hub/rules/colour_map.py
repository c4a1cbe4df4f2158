"""Area colours as the public may see them, kept under numbers: the pages show the last one that was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import shipped
from hub.parts import Parts
from hub.rules import keeping
from hub.rules.derivations import Asked, colours

NAME: Final = "area-colours"


@dataclass(frozen=True, slots=True)
class ColourMap:
    """Areas of one day with counts, share and colour; null where they may not be told (``colours.published``)."""

    number: int
    day: date
    rules: str
    bounds: tuple[tuple[str, float | None], ...]
    areas: pl.DataFrame


def make(facts: Facts, day: date, small_cell: int, parts: Parts) -> ColourMap:
    """Derive the public colours of ``day`` and keep them. UnsafeRelease, and nothing is kept, if the audit objects."""
    areas = colours(facts, Asked(day, public=True, small_cell=small_cell))
    book = shipped("area_colours")
    keeping.keep(parts, NAME, {"areas": areas}, {"day": day.isoformat(), "rules": book.version})
    found = last(parts)
    assert found is not None  # noqa: S101  # it was kept just now
    return found


def last(parts: Parts) -> ColourMap | None:
    """The colours that were made last; None before the first."""
    found = keeping.last(parts, NAME)
    if found is None:
        return None
    bounds = tuple(_bound(line) for line in shipped("area_colours").items("colours"))
    about = found.about
    return ColourMap(found.number, date.fromisoformat(about["day"]), about["rules"], bounds, found.frame("areas"))


def _bound(line: str) -> tuple[str, float | None]:
    """``red:20`` is red from 20 per cent on; the last colour has no bound."""
    colour, _, least = line.partition(":")
    return colour, float(least) if least else None
