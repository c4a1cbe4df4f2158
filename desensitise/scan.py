"""A spreadsheet that nobody declared: which kinds of personal data stand in which columns and rows. Never a value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pyarrow as pa

from catalog.errors import HubError, SourceError
from desensitise.detect import Kind
from desensitise.detect.columns import Search, as_text
from desensitise.secrets import tells_flow
from desensitise.tables import blocks

_RUNNING = 20
_SHOWN_ROWS = 20


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
        """Whether anything was found."""
        return bool(self.hits)


class _Column:
    """What was found in a column so far."""

    def __init__(self, name: str, sample: pl.Series) -> None:
        running = as_text(sample).str.len_chars().mean()
        long = isinstance(running, float) and running >= _RUNNING
        self.search = Search(name, "recall" if long else "balanced")
        self.cells: dict[str, int] = {}
        self.rows: dict[str, list[int]] = {}

    def look(self, values: pl.Series, offset: int) -> None:
        found = self.search.kinds(as_text(values))
        if not found:
            return
        for place in _places(values, found):
            kinds = {kind for text in as_text(values[place : place + 1]).to_list() for kind in found.get(text, ())}
            for kind in sorted(kinds):
                self.cells[kind.value] = self.cells.get(kind.value, 0) + 1
                rows = self.rows.setdefault(kind.value, [])
                if len(rows) < _SHOWN_ROWS:
                    rows.append(offset + place + 1)


def _places(values: pl.Series, found: Mapping[str, frozenset[Kind]]) -> Iterable[int]:
    """Rows that may hold one of the texts; of nested columns all."""
    if values.dtype.is_nested() or values.dtype.is_numeric():
        return range(values.len())
    return values.cast(pl.String, strict=False).is_in(pl.Series(list(found)).implode()).arg_true().to_list()


def scan_table(table: pl.DataFrame | pa.Table) -> ScanReport:
    """Scan a table of any origin; columns of running text are searched for names as well."""
    frame = table if isinstance(table, pl.DataFrame) else pl.DataFrame(table)
    return _scanned([frame])


def scan_file(path: Path) -> ScanReport:
    """Scan a CSV, JSON Lines, XML, XLSX or Parquet file, some rows at a time; SourceError when it cannot be read."""
    try:
        frames = [pl.read_parquet(path)] if path.suffix == ".parquet" else blocks(path)
        return _scanned(frames)
    except HubError:
        raise
    except KeyError:
        raise SourceError(f"{path.name} is no CSV, XLSX, JSON Lines, XML or Parquet file.") from None
    except Exception as error:  # noqa: BLE001 - libraries' words may hold values of the file
        raise SourceError(
            f"{path.name} could not be read: {type(error).__name__}.",
            todo="Open it and save it again as CSV in UTF-8, or as XLSX.",
        ) from None


def _scanned(frames: Iterable[pl.DataFrame]) -> ScanReport:
    columns: dict[str, _Column] = {}
    rows = 0
    for frame in frames:
        for name in frame.columns:
            if name not in columns:
                columns[name] = _Column(name, frame[name].head(200))
            columns[name].look(frame[name], rows)
        rows += frame.height
    hits = [
        Hit(name, kind, cells, tuple(column.rows[kind]))
        for name, column in columns.items()
        for kind, cells in column.cells.items()
    ]
    flows = [Hit(name, "TRADE_SECRET", rows, ()) for name in columns if tells_flow(name)]
    return ScanReport(tuple(sorted((*hits, *flows))), rows, len(columns))
