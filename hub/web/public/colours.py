"""Area colours as tiles and table: only what passed disclosure control is told, by colour, word and number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import polars as pl
from flask import render_template

from catalog.codes import code_list, region_name
from hub.api.process.context import here
from hub.db.engine import reading
from hub.rules import colour_map
from hub.rules.colour_map import ColourMap
from hub.web.doors import openly
from hub.web.public.area import pages
from hub.web.words import N_

COLOURS: Final = {"red": N_("红"), "orange": N_("橙"), "yellow": N_("黄"), "green": N_("绿")}


@dataclass(frozen=True, slots=True)
class Tile:
    """One area: figures are None where they may not be told; ``as_above``: coloured as the area that holds it."""

    code: str
    name: str
    colour: str | None
    producers: int | None
    counted: int | None
    share: float | None
    as_above: bool
    within: tuple[Tile, ...] = ()


@pages.page("/colours")
@openly
def colours() -> str:
    """The colours that were made last."""
    made = _last()
    tiles = here().known.get(("pages", "colours", made.number), lambda: tiles_of(made.areas)) if made else ()
    return render_template("public/colours.html", made=made, tiles=tiles, colours=COLOURS, region_name=region_name)


def _last() -> ColourMap | None:
    parts = here().parts
    with reading(parts.engine) as connection:
        number = colour_map.newest(connection)
    return here().known.get(("pages", "colour-map", number), lambda: colour_map.last(parts)) if number else None


def tiles_of(areas: pl.DataFrame) -> tuple[Tile, ...]:
    """Provinces and cities with the areas within them, by code."""
    rows = {row["area_code"]: row for row in areas.sort("area_code").iter_rows(named=True)}
    cities = [code for code in rows if rows[code]["level"] == "city"]
    above = cities or [code for code in rows if rows[code]["level"] == "province"]
    return tuple(_tile(rows[code], tuple(_tile(rows[one]) for one in _within(code, rows))) for code in above)


def _within(code: str, rows: dict[str, Any]) -> list[str]:
    return [one for one in rows if one != code and one[:4] == code[:4] and rows[one]["level"] == "county"]


def _tile(row: dict[str, Any], within: tuple[Tile, ...] = ()) -> Tile:
    code, entries = row["area_code"], code_list("gbt2260").entries
    name = entries[code][0] if code in entries else code
    as_above = row["colour"] is not None and row["coloured_as"] != code
    return Tile(code, name, row["colour"], row["producers"], row["counted"], row["share"], as_above, within)
