"""Quality grading (产品质量分级): how many products stand in each grade, by area, from the open dataset's rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import polars as pl
from flask import render_template

from catalog.codes import code_list
from hub.api.data import rows
from hub.api.process.context import here
from hub.web.doors import openly
from hub.web.public.area import pages
from hub.web.public.shelf import Shown, shelf

_DATASET: Final = "grading"
_BEST: Final = 5


@dataclass(frozen=True, slots=True)
class Grades:
    """Grades from the best. Areas: code, name, counts by grade, sum, and 1 to 5 for the share of AAAA and better."""

    grades: tuple[str, ...]
    totals: tuple[int, ...]
    areas: tuple[tuple[str, str, tuple[int, ...], int, int], ...]
    products: tuple[tuple[str, tuple[int, ...], int], ...]


@pages.page("/grading")
@openly
def grading() -> str:
    """Grades in force, as tiles, chart and table."""
    shown = shelf().get(_DATASET)
    return render_template("public/grading.html", shown=shown, found=_grades(shown) if shown else None)


def _grades(shown: Shown) -> Grades:
    release = shown.sealed.release

    def make() -> Grades:
        source = rows.released(shown.id, release.version)
        wanted = ["grade", "product_name", "source_region_code", "status"]
        return counted(pl.scan_parquet(list(source.files)).select(wanted).filter(pl.col("status") == "1").collect())

    return here().known.get(("pages", "grades", release.name), make)


def counted(table: pl.DataFrame) -> Grades:
    """Counts of graded products in force."""
    grades = tuple(sorted(table["grade"].drop_nulls().unique(), key=lambda one: (-len(one), one)))
    city = table.with_columns(pl.col("source_region_code").str.head(4).str.pad_end(6, "0").alias("city"))
    areas = tuple(
        (code, _name(code), counts, sum(counts), _step(grades, counts)) for code, counts in _by(city, "city", grades)
    )
    products = sorted(_by(table, "product_name", grades), key=lambda one: -sum(one[1]))
    totals = tuple(int((table["grade"] == grade).sum()) for grade in grades)
    return Grades(grades, totals, areas, tuple((name, counts, sum(counts)) for name, counts in products))


def _by(table: pl.DataFrame, name: str, grades: tuple[str, ...]) -> list[tuple[str, tuple[int, ...]]]:
    sums = [(pl.col("grade") == grade).sum().alias(f"n{at}") for at, grade in enumerate(grades)]
    found = table.drop_nulls(name).group_by(name).agg(sums).sort(name)
    return [(row[0], tuple(row[1:])) for row in found.iter_rows()]


def _step(grades: tuple[str, ...], counts: tuple[int, ...]) -> int:
    good = sum(count for grade, count in zip(grades, counts, strict=True) if len(grade) >= _BEST - 1)
    return min(good * 5 // max(sum(counts), 1) + 1, 5)


def _name(code: str) -> str:
    entries = code_list("gbt2260").entries
    return entries[code][0] if code in entries else code
