"""Workbooks as grids: by openpyxl, which knows number formats, or by calamine (fastexcel) where rows are many.

Both see computed values only, and both give the same text for the same cell (a test holds this).
"""

from __future__ import annotations

import datetime as dt
import warnings
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl

from catalog.errors import HubError, SourceError
from exporters.spreadsheets import package
from exporters.spreadsheets.grid import ROW, Grid, Merge, column, of_columns

MANY_ROWS = 2_000
_EPOCH_1904 = -24_107
_EPOCH_1900 = -25_569


def sheet_names(path: Path, kind: str) -> tuple[str, ...]:
    """Names of all sheets in order."""
    if kind == "xlsx":
        return tuple(package.sheets(path))
    return tuple(_reader(path).sheet_names)


def grid(path: Path, kind: str, sheet: str, many_rows: int = MANY_ROWS) -> Grid:
    """One sheet, merged cells repeated down. ``SourceError`` if a formula in it was never computed."""
    frame = _fast(path, sheet)
    if kind == "xls":
        return Grid(_filled(frame, package.merges_of_xls(path, sheet)))
    told = package.markup(path, package.sheets(path)[sheet])
    if told.uncomputed:
        raise SourceError(
            f"{path.name} holds {told.uncomputed} formulas whose values were never computed.",
            todo="Open it in a spreadsheet program, save it, and drop it anew.",
        )
    if frame.height <= many_rows:
        frame = _careful(path, sheet, frame)
    epoch = _EPOCH_1904 if package.counts_from_1904(path) else _EPOCH_1900
    return Grid(_filled(frame, told.merges), told.numbers, epoch)


def _reader(path: Path) -> Any:
    try:
        return fastexcel.read_excel(path)
    except BaseException as error:  # noqa: BLE001 -- see _damage
        raise _damage(path, error) from None


def _damage(path: Path, error: BaseException) -> BaseException:
    """A file that the reader cannot read is damaged. A panic of its Rust code is no ``Exception``."""
    return error if isinstance(error, HubError | KeyboardInterrupt | SystemExit | MemoryError) else package.broken(path)


def _fast(path: Path, sheet: str) -> pl.DataFrame:
    try:
        loaded = _reader(path).load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
        batch = loaded.to_arrow()
    except BaseException as error:  # noqa: BLE001 -- see _damage
        raise _damage(path, error) from None
    places = [info.absolute_index for info in loaded.selected_columns]
    frame = pl.DataFrame(pl.from_arrow(batch))
    frame = frame.rename(dict(zip(frame.columns, map(column, places), strict=True)))
    missing = [pl.lit(None, pl.String).alias(column(i)) for i in range(max(places, default=-1)) if i not in places]
    ordered = [column(i) for i in range(max(places, default=-1) + 1)]
    return frame.with_columns(missing).select(ordered).with_row_index(ROW, 1).with_columns(pl.col(ROW).cast(pl.Int64))


def _careful(path: Path, sheet: str, fast: pl.DataFrame) -> pl.DataFrame:
    """The same cells by openpyxl, which knows the number formats."""
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of every extension that it leaves out
            book = openpyxl.load_workbook(path, data_only=True)
        cells = list(book[sheet].iter_rows(min_row=1, min_col=1, max_row=fast.height, max_col=fast.width - 1))
    except Exception:  # noqa: BLE001 -- a damaged workbook makes openpyxl raise nearly anything
        raise package.broken(path) from None
    columns = [[_text(row[i]) for row in cells] for i in range(fast.width - 1)]
    return of_columns(1, columns) if columns else fast


def _text(cell: Any) -> str | None:
    """A cell's value as text, spelled as calamine spells it."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.replace(microsecond=0).isoformat(sep=" ")
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format))
    return str(value)


def _number(value: float, pattern: str) -> str:
    if float(value).is_integer():
        whole = str(int(value))
        # A format of zeros is how a code with leading zeros is kept in a number cell.
        return whole.zfill(len(pattern)) if set(pattern) == {"0"} and value >= 0 else whole
    return f"{value:.15g}" if "e" not in f"{value:.15g}" else f"{value:.17f}".rstrip("0")


def _filled(frame: pl.DataFrame, merges: tuple[Merge, ...]) -> pl.DataFrame:
    """Merged cells repeat their value down; across, only the left column has it."""
    tall = [m for m in merges if m.last > m.first and m.column < frame.width - 1 and m.first <= frame.height]
    for index in sorted({m.column for m in tall}):
        cells = frame[column(index)].to_list()
        for merge in (m for m in tall if m.column == index):
            last = min(merge.last, len(cells))
            cells[merge.first - 1 : last] = [cells[merge.first - 1]] * (last - merge.first + 1)
        frame = frame.with_columns(pl.Series(column(index), cells, pl.String))
    return frame
