"""A sheet as rows of text, before anybody knows what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import polars as pl

ROW = "row"


def column(index: int) -> str:
    """Name of the column with this 0-based index in a grid."""
    return f"c{index}"


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range: its left column (0-based), first and last row (1-based)."""

    column: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of one sheet, or a part of them.

    ``frame`` has the sheet's row number (from 1) in ``row`` and the cells as text in ``c0``, ``c1`` …; ``numbers``
    maps a column's index to the row numbers whose cell was a number and not a text; ``epoch`` is the day that a date
    serial counts from, as days since 1970-01-01.
    """

    frame: pl.DataFrame
    numbers: Mapping[int, tuple[int, ...]] = field(default_factory=lambda: MappingProxyType({}))
    epoch: int = -25_569

    @property
    def width(self) -> int:
        return self.frame.width - 1

    def head(self, rows: int) -> list[tuple[str | None, ...]]:
        """The cells of the first rows."""
        return [row[1:] for row in self.frame.head(rows).rows()]


def of_columns(first_row: int, columns: list[list[str | None]]) -> pl.DataFrame:
    """A grid's frame from columns of cells, the first of which stand in ``first_row``."""
    height = len(columns[0]) if columns else 0
    numbered = pl.int_range(first_row, first_row + height, eager=True).alias(ROW)
    return pl.DataFrame([numbered, *(pl.Series(column(i), cells, pl.String) for i, cells in enumerate(columns))])
