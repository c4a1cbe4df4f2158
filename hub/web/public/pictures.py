"""Charts of a release by region and by time, from the released rows themselves: nothing is shown that did not go out.

Records are counted; of a table of aggregates its first measure is shown as it was told, a withheld figure as none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from catalog.codes import code_list, region_name
from catalog.model import Column, Dataset, Kind
from hub.api.data.rows import Source
from hub.web.words import pick

_TOTAL: Final = "_T"
_MOST: Final = 24
_MONTHS: Final = 48


@dataclass(frozen=True, slots=True)
class Picture:
    """Bars with names; ``None`` where a figure is withheld. ``measure`` is the column counted, None for records."""

    by: Column
    measure: Column | None
    names: tuple[str, ...]
    values: tuple[int | None, ...]
    others: int = 0

    def data(self, name: str) -> dict[str, Any]:
        """What the chart's script reads."""
        return {"names": self.names, "values": self.values, "name": name}


def pictures(dataset: Dataset, source: Source) -> tuple[Picture | None, Picture | None]:
    """By region and by time, each None where the dataset has no such column or nothing to show."""
    region, time = _region(dataset), _time(dataset)
    wanted = [column.name for column in dataset.columns if column.field.kind is not Kind.JSON]
    rows = pl.scan_parquet(list(source.files))
    held = rows.collect_schema().names()
    measure = _measure(dataset)
    if measure is not None:
        table = rows.select([name for name in wanted if name in held]).collect()
        return _told(table, dataset, region, time, measure), _told(table, dataset, time, region, measure)
    by_region = _regions(rows, region) if region and region.name in held else None
    by_time = _times(rows, time) if time and time.name in held else None
    return by_region, by_time


def _region(dataset: Dataset) -> Column | None:
    return next((one for one in dataset.columns if one.name.endswith("region_code")), None)


def _time(dataset: Dataset) -> Column | None:
    named = [one for one in dataset.columns if one.name == "period"]
    dates = [one for one in dataset.columns if one.field.kind is Kind.DATE and one.name != "valid_until"]
    return next(iter((*named, *dates)), None)


def _measure(dataset: Dataset) -> Column | None:
    """The first count of a table of aggregates, which tells itself by the column of withheld figures."""
    if not any(one.name == "withheld" for one in dataset.columns):
        return None
    return next((one for one in dataset.columns if one.field.kind is Kind.INTEGER), None)


def _regions(rows: pl.LazyFrame, by: Column) -> Picture | None:
    codes = pl.col(by.name)
    counted = rows.filter(codes.str.len_chars() == 6).group_by(code=codes).agg(n=pl.len()).collect()
    provinces = counted["code"].str.head(2).n_unique()
    width = 4 if provinces == 1 else 2
    sums = counted.group_by(pl.col("code").str.head(width).str.pad_end(6, "0")).agg(pl.col("n").sum())
    ordered = sums.sort("n", "code", descending=[True, False])
    if not ordered.height:
        return None
    shown = ordered.head(_MOST)
    rest = int(ordered["n"].slice(_MOST).sum())
    return Picture(by, None, tuple(_place(code) for code in shown["code"]), tuple(shown["n"].to_list()), rest)


def _times(rows: pl.LazyFrame, by: Column) -> Picture | None:
    text = pl.col(by.name).cast(pl.String)
    months = rows.select(at=text.str.head(7)).drop_nulls().group_by("at").agg(n=pl.len()).collect().sort("at")
    if months.height > _MONTHS:
        months = months.group_by(pl.col("at").str.head(4)).agg(pl.col("n").sum()).sort("at")
    return Picture(by, None, tuple(months["at"]), tuple(months["n"].to_list())) if months.height else None


def _told(
    table: pl.DataFrame, dataset: Dataset, by: Column | None, across: Column | None, measure: Column
) -> Picture | None:
    """A measure by one dimension, all others at their total; where there is no total, at the newest value."""
    if by is None or measure.name not in table.columns:
        return None
    for name in _dimensions(table, dataset):
        if name == by.name:
            continue
        values = table[name].drop_nulls()
        at = _TOTAL if (values == _TOTAL).any() else (values.max() if across and name == across.name else None)
        if at is not None:
            table = table.filter(pl.col(name) == at)
    table = table.filter(pl.col(by.name) != _TOTAL)
    if by.name.endswith("region_code"):
        table = _level(table, by.name)
    else:
        # Years and their quarters stand in one column: the finer ones are shown.
        length = pl.col(by.name).str.len_chars()
        table = table.filter(length == length.max())
    table = table.unique(by.name, keep="first").sort(by.name).head(_MOST)
    if not table.height:
        return None
    names = [_place(value) if by.name.endswith("region_code") else str(value) for value in table[by.name]]
    return Picture(by, measure, tuple(names), tuple(table[measure.name].to_list()))


def _level(table: pl.DataFrame, name: str) -> pl.DataFrame:
    """The coarsest level of regions that has more than one."""
    code = pl.col(name)
    for level in (code.str.ends_with("0000"), code.str.ends_with("00") & ~code.str.ends_with("0000")):
        found = table.filter(level)
        if found[name].n_unique() > 1:
            return found
    return table


def _dimensions(table: pl.DataFrame, dataset: Dataset) -> Sequence[str]:
    texts = {Kind.STRING, Kind.CODE}
    named = [one.name for one in dataset.columns if one.field.kind in texts and one.name in table.columns]
    return [name for name in named if not name.endswith("_name") and table[name].dtype == pl.String]


def _place(code: str) -> str:
    """The region's own name without those above it; the code where the list does not know it."""
    entries = code_list("gbt2260").entries
    return entries[code][0] if code in entries else region_name(code) or code


def title_of(picture: Picture) -> str:
    """What the bars are: the measure's name, or records."""
    return str(pick(picture.measure)) if picture.measure else ""
