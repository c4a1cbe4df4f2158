"""The door of the rules: frames from any source become typed, live tables whose bad cells are null and flagged.

A flag is ``MISSING:<column>``, ``UNREADABLE:<column>`` (a date that is none) or ``UNKNOWN:<column>`` (a code outside of
its list); flags are joined by ``;`` in the column ``flags``. No row is dropped for its content.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl
import pyarrow as pa

from catalog.errors import SourceError
from catalog.model import Kind
from catalog.rules.text_columns import tidy
from exporters.rules.tables import HEADER, Column, Table, tables

Facts = Mapping[str, pl.DataFrame]
"""Accepted tables by name. A table that is absent was not delivered; an empty one was delivered with no rows."""

_LIVE = ("1", "2")
FLAGS = "flags"


def accept(frames: Mapping[str, pl.DataFrame]) -> Facts:
    """Every frame typed and flagged; ``SourceError`` when a table is unknown or a column is absent."""
    return MappingProxyType({name: accepted(_table(name), frame) for name, frame in frames.items()})


def accepted(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of one table that are live and not superseded, with typed columns and ``flags``."""
    rows = typed(table, frame)
    return present(rows) if table.standard else rows


def typed(table: Table, frame: pl.DataFrame) -> pl.DataFrame:
    """Every row of one table with typed columns and ``flags``, each by itself: parts may be typed apart and joined."""
    absent = sorted({column.name for column in table.columns} - set(frame.columns))
    if absent:
        raise SourceError(
            f"The table {table.name} lacks {', '.join(absent)}.", todo="Deliver every column (docs/derivations.md)."
        )
    frame = frame.select(_tidied(column, frame[column.name]) for column in table.columns)
    rows = frame.select(_typed(column, frame.schema[column.name]) for column in table.columns)
    return rows.with_columns(_flags(table, frame, rows))


def empty(name: str) -> pl.DataFrame:
    """The table without rows, as ``accept`` would give it."""
    columns = tables()[name].columns
    return accepted(tables()[name], pl.DataFrame(schema={column.name: pl.String for column in columns}))


def _table(name: str) -> Table:
    if name not in tables():
        raise SourceError(f"No rule reads a table '{name}'.", todo=f"Use one of: {', '.join(tables())}.")
    return tables()[name]


def present(rows: pl.DataFrame) -> pl.DataFrame:
    """Withdrawn, cancelled and superseded records leave; the rest stays, whatever it holds."""
    live = rows.filter(pl.col("record_status").is_in(_LIVE) | pl.col("record_status").is_null())
    replaced = live.select(pl.col("supersedes").drop_nulls())
    kept = live if replaced.is_empty() else live.join(replaced, left_on="record_id", right_on="supersedes", how="anti")
    return kept.drop("record_status", "supersedes")


def _tidied(column: Column, cells: pl.Series) -> pl.Series:
    """Text as the checks read it: trimmed, and full-width forms narrowed where no prose stands."""
    if cells.dtype != pl.String:
        return cells
    narrowing = column.kind not in {Kind.STRING, Kind.STRINGS, Kind.JSON} or column.name.endswith(_IDENTIFIERS)
    texts = tidy(cells.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.string()), narrowing=narrowing)
    return pl.Series(cells.name, texts.array, dtype=pl.String)


_IDENTIFIERS = ("uscc", "_no", "_id", "gtin", "product_code")
"""Ends of the names of columns that hold identifiers."""


def _typed(column: Column, given: pl.DataType) -> pl.Expr:
    cell = pl.col(column.name)
    if column.kind in {Kind.DATE, Kind.DATETIME}:
        typed = (
            cell.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False) if given == pl.String else cell.cast(pl.Date)
        )
    elif column.kind is Kind.BOOLEAN and given == pl.String:
        typed = cell.replace_strict(
            {"1": True, "true": True, "0": False, "false": False}, default=None, return_dtype=pl.Boolean
        )
    elif column.kind is Kind.BOOLEAN:
        typed = cell.cast(pl.Boolean)
    elif column.kind is Kind.DECIMAL:
        typed = cell.cast(pl.Decimal(24, 2), strict=False)
    elif column.codes:
        text = cell.cast(pl.String)
        typed = pl.when(text.is_in(column.codes)).then(text)
    else:
        text = cell.cast(pl.String)
        typed = pl.when(text != "").then(text)
    return typed.alias(column.name)


def _flags(table: Table, given: pl.DataFrame, rows: pl.DataFrame) -> pl.Series:
    """Flags of all rows; columns without a bad cell cost one null count."""
    found: list[pl.Expr] = []
    for column in (c for c in table.columns if c.name not in HEADER):
        before, after = given[column.name], rows[column.name]
        lost = after.null_count() > before.null_count()
        if column.required and after.null_count():
            empty_cell = before.is_null() | (before.cast(pl.String) == "")
            found.append(_told(f"MISSING:{column.name}", empty_cell))
        if lost:
            word = "UNKNOWN" if column.codes else "UNREADABLE"
            unread = after.is_null() & before.is_not_null() & (before.cast(pl.String) != "")
            found.append(_told(f"{word}:{column.name}", unread))
    if not found:
        return pl.Series(FLAGS, [""], dtype=pl.String).new_from_index(0, rows.height)
    return rows.select(pl.concat_str(found, separator=";", ignore_nulls=True).alias(FLAGS)).to_series()


def _told(flag: str, mask: pl.Series) -> pl.Expr:
    return pl.when(pl.lit(mask.fill_null(value=True))).then(pl.lit(flag))
