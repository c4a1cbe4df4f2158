"""Find a sheet's heading and what each of its columns means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.errors import SourceError
from catalog.model import Field, Required
from exporters.spreadsheets.grid import Grid
from exporters.spreadsheets.layouts import Layout, explained_field, heading_text, is_heading, lacking, plain_heading

AUTOMATIC = frozenset({"record_id", "updated_at", "record_hash", "quality_flags"})
"""Fields that a sheet need not have: the reader makes them."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the heading ends (``row`` from 1), its cells, the column of each field, the text above it, its edition."""

    row: int
    cells: tuple[str | None, ...]
    fields: Mapping[str, int]
    remark: int | None
    above: str
    older: bool = False

    @property
    def width(self) -> int:
        """How many columns the heading names."""
        return sum(bool(heading_text(cell)) for cell in self.cells)


def find(
    grid: Grid, layout: Layout, spellings: Mapping[str, str], fields: Sequence[Field], given: frozenset[str], place: str
) -> Heading | None:
    """The heading, or None where the sheet is empty or prose. ``given`` names fields that need no column.

    ``SourceError`` when rows stand under no heading, when two columns mean the same field, or when a declared field
    is required and nowhere to be found.
    """
    rows = grid.head(layout.heading_within)
    for number, upper in enumerate(rows, 1):
        last, cells = _whole(layout, spellings, rows, number)
        if not is_heading(layout, spellings, cells):
            continue
        above = " ".join(cell for row in rows[: number - 1] for cell in row if cell)
        columns = _columns(spellings, cells, place)
        if layout.declared:
            _demand(fields, given | columns.keys(), place)
        remark = next((i for i, cell in enumerate(cells) if plain_heading(cell) in layout.remark), None)
        width = max(i for i, pair in enumerate(zip(upper, cells, strict=True), 1) if pair != (None, None))
        stand_ins = layout.older.stand_ins(columns) if layout.older else {}
        return Heading(last, tuple(cells[:width]), {**columns, **stand_ins}, remark, above, bool(stand_ins))
    if all(sum(cell is not None for cell in row) <= 2 for row in grid.head(grid.frame.height)):
        return None
    raise _headless(rows, layout, spellings, place)


def _whole(
    layout: Layout, spellings: Mapping[str, str], rows: Sequence[Sequence[str | None]], number: int
) -> tuple[int, Sequence[str | None]]:
    """The heading's last row and its cells, if it begins in row ``number``.

    Where a cell lies over several columns, the next row says what each of them is: 标称生产单位 over 名称 and 所在地.
    """
    upper = rows[number - 1]
    title = number < len(rows) and is_heading(layout, spellings, rows[number])
    if number == len(rows) or (title and not is_heading(layout, spellings, upper)):
        return number, upper
    joined: list[str | None] = []
    over, parted = "", False
    for above, below in zip(upper, rows[number], strict=True):
        over = above or over
        texts = (above,) if below in {None, above} else (f"{over}{below}", below)
        known = next((text for text in texts if heading_text(text) in spellings), None)
        parted = parted or (known is not None and known != above)
        joined.append(known or above)
    return (number + 1, joined) if parted else (number, upper)


def _headless(
    rows: Sequence[Sequence[str | None]], layout: Layout, spellings: Mapping[str, str], place: str
) -> SourceError:
    """The error that names the row which comes nearest to a heading, and what it lacks."""
    lacks = {number: lack for number, row in enumerate(rows, 1) if (lack := lacking(layout, spellings, row))}
    near = min(lacks, key=lambda number: len(lacks[number]), default=0)
    told = f"; row {near} lacks {', '.join(sorted(lacks[near]))}" if near else ""
    return SourceError(
        f"{place} has no heading of the layout {layout.name} in its first {layout.heading_within} rows{told}.",
        todo="Correct the heading, tell the sheet's own headings in [source.headings], or choose another layout, or "
        "the sheets to read by the option sheets.",
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
    explained = [(name, i) for i, cell in enumerate(cells) if (name := explained_field(spellings, cell))]
    counts = Counter(name for name, _ in explained)
    return {name: i for name, i in explained if counts[name] == 1} | columns


def _demand(fields: Sequence[Field], there: frozenset[str], place: str) -> None:
    missing = [f.name for f in fields if f.required is Required.YES and f.name not in there | AUTOMATIC]
    if missing:
        raise SourceError(
            f"{place} has no column {', '.join(dict.fromkeys(missing))}.",
            todo="Add the columns, correct the heading, or tell the sheet's own headings in [source.headings].",
        )
