"""Area colours as the pages show them: the current release of the dataset ``area-colours``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection

from agreements.calendar import CHINA
from exporters.rules.book import shipped
from hub.db.engine import reading
from hub.parts import Parts
from hub.rules.colours import DATASET, declared
from hub.state.releases import Sealed, releases_of


@dataclass(frozen=True, slots=True)
class ColourMap:
    """Areas of one day with counts, share and colour; null where they may not be told."""

    number: int
    day: date
    rules: str
    bounds: tuple[tuple[str, float | None], ...]
    areas: pl.DataFrame


def newest(connection: Connection) -> int:
    """The version of the colours that readers have now; 0 before the first."""
    found = _current(connection)
    return found.release.version if found else 0


def last(parts: Parts) -> ColourMap | None:
    """The colours that readers have now; None before the first are published."""
    with reading(parts.engine) as connection:
        found = _current(connection)
    if found is None:
        return None
    release = found.release
    path = parts.releases / DATASET / str(release.version) / f"{DATASET}.parquet"
    areas = pl.read_parquet(path).rename({"region_code": "area_code"})
    book = shipped("area_colours", str(declared().options.get("scheme", "rules")))
    bounds = tuple(_bound(line) for line in book.items("colours"))
    return ColourMap(release.version, release.as_of.astimezone(CHINA).date(), book.version, bounds, areas)


def _current(connection: Connection) -> Sealed | None:
    return next(iter(releases_of(connection, DATASET, ("current",))), None)


def _bound(line: str) -> tuple[str, float | None]:
    """``red:20`` is red from 20 per cent on; the last colour has no bound."""
    colour, _, least = line.partition(":")
    return colour, float(least) if least else None
