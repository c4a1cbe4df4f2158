"""Rows of a grid as records: one column per asked field, filled from cells, remarks, defaults and the file itself."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl
import pyarrow as pa

from catalog.codes import code_list
from catalog.errors import SourceError
from catalog.model import Field, Kind
from exporters.spreadsheets import cells
from exporters.spreadsheets.grid import ROW, Grid, column
from exporters.spreadsheets.heading import Heading
from exporters.spreadsheets.layouts import Layout

_LISTS = frozenset({Kind.STRINGS, Kind.CODES})


@dataclass(frozen=True, slots=True)
class Facts:
    """What the file says of all its records. ``place`` is file and sheet; ``defaults`` are resolved already."""

    place: str
    updated_at: str
    defaults: Mapping[str, str]
    star: str = ""

    def record_ids(self, rows: pl.Series) -> pl.Series:
        """Stable over re-exports: the sheet's place and the row number, short enough for H01 (36 characters)."""
        prefix = hashlib.sha256(self.place.encode()).hexdigest()[:16]
        return f"{prefix}-" + rows.cast(pl.String).str.zfill(7)


def rows_of(grid: Grid, heading: Heading, layout: Layout, place: str, *, strict: bool) -> Grid:
    """The grid's records, cleaned: without title, heading, repeated headings, empty rows and notes.

    A row with a single cell under a heading of four columns or more is a note. With ``strict`` (CSV) a cell beyond the
    heading is an error: there a missing quotation mark moves a whole row.
    """
    frame = grid.frame.filter(pl.col(ROW) > heading.row)
    width = len(heading.cells)
    here = [column(i) for i in range(min(width, grid.width))]
    beyond = [column(i) for i in range(width, grid.width)]
    if strict and beyond:
        wrong = frame.filter(pl.any_horizontal(pl.col(beyond).is_not_null()))
        if wrong.height:
            raise SourceError(
                f"Row {wrong[ROW][0]} of {place} has more cells than the heading.",
                todo="Look for a missing quotation mark, repair the file and drop it anew.",
            )
    lacking = [pl.lit(None, pl.String).alias(column(i)) for i in range(grid.width, width)]
    frame = frame.select(ROW, *here).with_columns(lacking)
    frame = frame.with_columns(cells.cleaned(frame[name], layout.empty).alias(name) for name in frame.columns[1:])
    filled = pl.sum_horizontal(pl.col(f"^{column(0)[0]}[0-9]+$").is_not_null())
    again = pl.all_horizontal(
        pl.col(column(i)).eq_missing(pl.lit(text, pl.String))
        for i, text in enumerate(_cleaned_heading(heading, layout))
    )
    least = 2 if heading.width >= 4 else 1
    return Grid(frame.filter((filled >= least) & ~again), grid.numbers, grid.epoch)


def _cleaned_heading(heading: Heading, layout: Layout) -> list[str | None]:
    return cells.cleaned(pl.Series(list(heading.cells), dtype=pl.String), layout.empty).to_list()


def batch_of(grid: Grid, heading: Heading, layout: Layout, fields: Sequence[Field], facts: Facts) -> pa.RecordBatch:
    """The rows of ``rows_of`` with one column per field, texts or lists of texts."""
    frame, height = grid.frame, grid.frame.height
    flags: dict[str, pl.Series] = {}
    out: dict[str, pl.Series] = {}
    for field in fields:
        if field.name in heading.fields:
            index = heading.fields[field.name]
            out[field.name] = _column(grid, index, field, layout, flags)
    defaults, remarks = facts.defaults, pl.Series([None] * height, dtype=pl.String)
    if heading.remark is not None:
        remarks = frame[column(heading.remark)]
    if heading.remark is not None or heading.older:
        defaults = {**layout.unremarked, **facts.defaults}
    for field in fields:
        if field.name not in out:
            out[field.name] = _derived(field, frame, remarks, layout, replace(facts, defaults=defaults))
    if facts.star in out and layout.star_flag in flags:
        out[facts.star] = flags[layout.star_flag].replace_strict({True: "1", False: "0"}, return_dtype=pl.String)
    if "quality_flags" in out and "quality_flags" not in heading.fields:
        out["quality_flags"] = _flag_lists(flags, height)
    if "record_hash" in out and "record_hash" not in heading.fields:
        out["record_hash"] = _hashes(frame)
    return _arrow(fields, out)


def _column(grid: Grid, index: int, field: Field, layout: Layout, flags: dict[str, pl.Series]) -> pl.Series:
    """A field's cells; what is odd about them is added to ``flags``."""
    raw = grid.frame[column(index)]
    if field.kind in _LISTS:
        items, starred = cells.items_of(raw, layout.lists.get(field.name, field.separators + "\n"))
        _add(flags, layout.star_flag, starred)
        return items
    value = cells.of_kind(raw, field, grid.epoch)
    if field.kind in {Kind.DATE, Kind.DATETIME}:
        _add(flags, "DATE_SERIAL", cells.serials(raw))
    numeric = grid.frame[ROW].is_in(list(grid.numbers.get(index, ())))
    if field.check is not None:
        _add(flags, "CODE_AS_NUMBER", numeric)
    elif field.codes is not None:
        _add(flags, "CODE_AS_NUMBER", numeric & ~value.is_in(list(code_list(field.codes).codes)))
    return value


def _derived(field: Field, frame: pl.DataFrame, remarks: pl.Series, layout: Layout, facts: Facts) -> pl.Series:
    """A field without a column: made from the row's place, the remark, or a default; else empty."""
    if field.name == "record_id":
        return facts.record_ids(frame[ROW])
    default = facts.updated_at if field.name == "updated_at" else facts.defaults.get(field.name)
    chosen: pl.Expr = pl.lit(default, pl.String)
    for remark in reversed([r for r in layout.remarks if r.field == field.name]):
        fits = pl.col("x").str.contains(remark.contains, literal=True)
        chosen = pl.when(fits).then(pl.lit(remark.value)).otherwise(chosen)
    value = remarks.to_frame("x").select(pl.col("x"), chosen.alias("y"))["y"]
    return value.str.split(";") if field.kind in _LISTS else value


def _add(flags: dict[str, pl.Series], flag: str, where: pl.Series) -> None:
    if flag and where.any():
        flags[flag] = flags[flag] | where if flag in flags else where


def _flag_lists(flags: Mapping[str, pl.Series], height: int) -> pl.Series:
    """The names of each row's flags as a JSON list; null where there are none."""
    if not flags:
        return pl.Series([None] * height, dtype=pl.String)
    frame = pl.DataFrame({name: flags[name] for name in sorted(flags)})
    told = [pl.when(pl.col(name)).then(pl.lit(f'"{name}"')) for name in frame.columns]
    joined = frame.select(pl.concat_str(told, separator=",", ignore_nulls=True).alias("x"))
    return joined.select(pl.when(pl.col("x") != "").then("[" + pl.col("x") + "]")).to_series()


def _hashes(frame: pl.DataFrame) -> pl.Series:
    """SHA-256 of each row's cells as they stand in the sheet, parted by a sign that no cell holds."""
    joined = frame.select(pl.concat_str(pl.exclude(ROW).fill_null(""), separator="\x1f")).to_series()
    return pl.Series([hashlib.sha256(text.encode()).hexdigest() for text in joined], dtype=pl.String)


def _arrow(fields: Sequence[Field], columns: Mapping[str, pl.Series]) -> pa.RecordBatch:
    names = list(dict.fromkeys(f.name for f in fields))
    kinds = {f.name: pa.list_(pa.string()) if f.kind in _LISTS else pa.string() for f in fields}
    arrays = [columns[name].to_arrow().cast(kinds[name]) for name in names]
    return pa.RecordBatch.from_arrays(arrays, names=names)
