"""Find a sheet's heading and what each of its columns means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.errors import SourceError
from catalog.model import Field, Required
from exporters.spreadsheets.grid import Grid
from exporters.spreadsheets.layouts import Layout, heading_text, is_heading, spelled

AUTOMATIC = frozenset({"record_id", "updated_at", "record_hash", "quality_flags"})
"""Fields that a sheet need not have: the reader makes them."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the heading stands (``row`` from 1), its cells, the column of each field, and the text above it."""

    row: int
    cells: tuple[str | None, ...]
    fields: Mapping[str, int]
    remark: int | None
    above: str

    @property
    def width(self) -> int:
        """How many columns the heading names."""
        return sum(bool(heading_text(cell)) for cell in self.cells)


def find(grid: Grid, layout: Layout, fields: Sequence[Field], given: frozenset[str], place: str) -> Heading | None:
    """The heading, or None where the sheet is empty or prose. ``given`` names fields that need no column.

    ``SourceError`` when rows stand under no heading, when two columns mean the same field, or when a declared field
    is required and nowhere to be found.
    """
    rows = grid.head(layout.heading_within)
    spellings = spelled(layout, fields)
    for number, cells in enumerate(rows, 1):
        if is_heading(layout, spellings, cells):
            above = " ".join(cell for row in rows[: number - 1] for cell in row if cell)
            columns = _columns(spellings, cells, place)
            if layout.declared:
                _demand(fields, given | columns.keys(), place)
            remark = next((i for i, cell in enumerate(cells) if heading_text(cell) in layout.remark), None)
            width = max(i for i, cell in enumerate(cells, 1) if cell is not None)
            return Heading(number, cells[:width], columns, remark, above)
    if all(sum(cell is not None for cell in row) <= 2 for row in grid.head(grid.frame.height)):
        return None
    raise SourceError(
        f"{place} has no heading of the layout {layout.name} in its first {layout.heading_within} rows.",
        todo="Correct the heading, or give the dataset the layout that fits the sheet.",
    )


def _columns(spellings: Mapping[str, str], cells: Sequence[str | None], place: str) -> dict[str, int]:
    columns: dict[str, int] = {}
    for index, cell in enumerate(cells):
        name = spellings.get(heading_text(cell))
        if name is None:
            continue
        if name in columns:
            raise SourceError(f"{place} has two columns for {name}.", todo="Keep one of them and drop the file anew.")
        columns[name] = index
    return columns


def _demand(fields: Sequence[Field], there: frozenset[str], place: str) -> None:
    missing = [f.name for f in fields if f.required is Required.YES and f.name not in there | AUTOMATIC]
    if missing:
        raise SourceError(
            f"{place} has no column {', '.join(dict.fromkeys(missing))}.",
            todo="Add the columns, or correct the heading (field name, Chinese or English label).",
        )
