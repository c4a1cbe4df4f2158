"""Scanning tables nobody declared: which kinds, how many cells, in which columns and rows. Never a value.

The heading itself may be somebody's row: where it looks like data it is counted as such, and its columns are called
by their number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

from catalog.errors import HubError, SourceError
from desensitise.detect import PERSONAL, Kind, find
from desensitise.detect.classify import classify, mostly_names
from desensitise.detect.columns import Search, as_text
from desensitise.detect.settle import LEAST
from desensitise.detect.words import Context
from desensitise.foreign import BESIDE, Block, foreign_blocks
from desensitise.secrets import flow_codes, tells_flow

_SHOWN_ROWS = 20
HEADING = "heading 表头"
"""The column under which data in a heading is told."""


@dataclass(frozen=True, slots=True, order=True)
class Hit:
    """``cells`` cells of ``column`` hold a ``kind``; ``rows`` are the first of them, 1 stands below the heading."""

    column: str
    kind: str
    cells: int
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ScanReport:
    """What a table holds: hits, and how much was looked at."""

    hits: tuple[Hit, ...]
    rows: int
    columns: int

    @property
    def found(self) -> bool:
        """Whether anything was found that must not be published: organisations alone may."""
        return any(hit.kind != Kind.ORGANISATION for hit in self.hits)


class _Column:
    """What was found in a column so far."""

    def __init__(self, name: str, shown: str, sample: pl.Series) -> None:
        found = classify(name, as_text(sample))
        self.shown = shown
        self.flow = tells_flow(name)
        # Numbers of a place on the map are too small to be looked at as texts: the column's name decides.
        self.place = Kind.COORDINATE in found.context.kinds and sample.dtype.is_numeric()
        self.search = Search(found.context, "recall" if found.running else "balanced")
        self.cells: dict[str, int] = {}
        self.rows: dict[str, list[int]] = {}

    def look(self, values: pl.Series, offset: int) -> None:
        texts = as_text(values)
        found = dict(self.search.kinds(texts))
        for text in flow_codes(texts).unique().to_list():
            found[text] = found.get(text, frozenset()) | {Kind.TRADE_SECRET}
        if self.flow or self.place:
            self._count(Kind.TRADE_SECRET if self.flow else Kind.COORDINATE, values.len() - values.null_count())
        if not found:
            return
        for place in _places(values, found):
            kinds = {kind for text in as_text(values[place : place + 1]).to_list() for kind in found.get(text, ())}
            for kind in sorted(kinds):
                self._count(kind, 1, offset + place + 1)

    def _count(self, kind: Kind, cells: int, row: int | None = None) -> None:
        self.cells[kind.value] = self.cells.get(kind.value, 0) + cells
        rows = self.rows.setdefault(kind.value, [])
        if row is not None and len(rows) < _SHOWN_ROWS:
            rows.append(row)


def _places(values: pl.Series, found: Mapping[str, frozenset[Kind]]) -> Iterable[int]:
    """Rows that may hold one of the texts; of nested columns all."""
    if values.dtype.is_nested() or values.dtype.is_numeric():
        return range(values.len())
    return values.cast(pl.String, strict=False).is_in(pl.Series(list(found)).implode()).arg_true().to_list()


def scan_table(table: pl.DataFrame | pa.Table) -> ScanReport:
    """Scan a table of any origin; columns of running text are searched for names as well."""
    frame = table if isinstance(table, pl.DataFrame) else pl.DataFrame(table)
    return _scanned([Block("", frame)])


def scan_file(path: Path) -> ScanReport:
    """Scan a file of ``desensitise.foreign.KINDS``, some rows at a time; SourceError when it cannot be read."""
    try:
        return _scanned(foreign_blocks(path))
    except HubError:
        raise
    except Exception as error:  # noqa: BLE001 - libraries' words may hold values of the file
        raise SourceError(
            f"{path.name} could not be read: {type(error).__name__}.",
            left="Nothing was told of it.",
            todo="Open it and save it again as CSV in UTF-8, or as XLSX.",
        ) from None


def _scanned(blocks: Iterable[Block]) -> ScanReport:
    columns: dict[tuple[str, str], _Column] = {}
    height: dict[str, int] = {}
    headings: dict[tuple[str, Kind], int] = {}
    tables: dict[str, str] = {}
    for block in blocks:
        called = tables.setdefault(block.table, _told(block.table, len(tables)))
        offset = height.get(block.table, 0)
        fresh = [name for name in block.frame.columns if (block.table, name) not in columns]
        shown, kinds = _heading(block.frame, fresh)
        for kind, cells in kinds.items():
            headings[block.table, kind] = headings.get((block.table, kind), 0) + cells
        for name in fresh:
            own = _Column(name, _called(called, shown[name]), block.frame[name])
            columns[block.table, name] = own
        for name in block.frame.columns:
            columns[block.table, name].look(block.frame[name], offset)
        height[block.table] = offset + block.frame.height
    hits = [
        Hit(column.shown, kind, cells, tuple(column.rows[kind]))
        for column in columns.values()
        for kind, cells in column.cells.items()
        if cells
    ]
    hits += [Hit(_called(tables[table], HEADING), kind.value, cells, (0,)) for (table, kind), cells in headings.items()]
    height.pop(BESIDE, None)
    return ScanReport(tuple(sorted(hits)), sum(height.values()), sum(table != BESIDE for table, _ in columns))


def _told(table: str, at: int) -> str:
    """A sheet's name, or its number where the name is somebody's."""
    column = Search(Context(persons=True)).kinds(pl.Series("text", [table], dtype=pl.String))
    personal = not column.get(table, frozenset()).isdisjoint(PERSONAL)
    return f"sheet {at + 1} 第{at + 1}张" if personal else table


def _called(table: str, column: str) -> str:
    return f"{table}: {column}" if table else column


def _heading(frame: pl.DataFrame, names: list[str]) -> tuple[dict[str, str], dict[Kind, int]]:
    """How to call the columns, and what the heading holds if it is somebody's row rather than a heading."""
    kinds: dict[Kind, int] = {}
    for spans in find(names):
        for kind in {span.kind for span in spans if span.score >= LEAST and span.kind in PERSONAL}:
            kinds[kind] = kinds.get(kind, 0) + 1
    for name in names:
        own = Search(Context(persons=True)).kinds(pl.Series("text", [name], dtype=pl.String))
        if Kind.PERSON in own.get(name, ()) and mostly_names(as_text(frame[name]).head(_SHOWN_ROWS * 10).unique()):
            kinds[Kind.PERSON] = kinds.get(Kind.PERSON, 0) + 1
    if not kinds:
        return {name: name for name in names}, {}
    return {name: f"column {at} 第{at}列" for at, name in enumerate(frame.columns, 1)}, kinds
