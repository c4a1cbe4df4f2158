"""A spreadsheet that somebody hands in: read once, within limits, as texts; it lies nowhere afterwards."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import polars as pl

from catalog.errors import HubError, SourceError
from exporters.spreadsheets import csv_text, package, workbook
from hub.api.process.context import here

LARGEST: Final = 2 << 20
_UNPACKED: Final = 32 << 20
_WIDEST: Final = 60


def table_of(raw: bytes, name: str, names: dict[str, str], most: int) -> pl.DataFrame:
    """The columns called ``names`` (name or Chinese heading -> name) of the first sheet, ``most`` rows at most.

    SourceError for what is damaged, unpacks to too much (zip bomb), holds macros, names no such column or has too
    many rows; the message holds nothing of the file but its kind.
    """
    # The readers want a file; it has no name that anybody knows, and is gone with this call.
    with tempfile.NamedTemporaryFile(dir=here().parts.work, suffix=_suffix(name)) as kept:
        kept.write(raw)
        kept.flush()
        grid = _grid(Path(kept.name))
    cells = [pl.Series(column).cast(pl.String) for column in grid.drop("row").iter_columns()][:_WIDEST]
    heads = [str(column[0] or "").strip().lower() if len(column) else "" for column in cells]
    chosen = {names[head]: column[1:] for head, column in zip(heads, cells, strict=True) if head in names}
    if not chosen:
        raise SourceError("No column has a known heading.", todo="Use the template's headings.")
    found = pl.DataFrame([column.alias(head) for head, column in chosen.items()]).filter(
        pl.any_horizontal(pl.all().str.strip_chars().fill_null("") != "")
    )
    if found.height > most:
        raise SourceError("The table has too many rows.", todo=f"Hand in at most {most} rows at once.")
    return found


def _grid(path: Path) -> pl.DataFrame:
    try:
        kind = package.kind_of(path)
        if kind == "csv":
            return next(iter(csv_text.grids(path))).frame
        (package.demand_safe if kind == "xlsx" else package.demand_safe_xls)(path, _UNPACKED)
        sheets = workbook.sheet_names(path, kind)
        return workbook.grid(path, kind, sheets[0]).frame
    except HubError:
        raise
    except Exception:  # noqa: BLE001 - whatever a stranger's file makes a reader raise: its message may hold a cell
        raise SourceError("The file cannot be read.", todo="Save it as .xlsx or .csv and try again.") from None


def _suffix(name: str) -> str:
    end = Path(name).suffix.lower()
    return end if end in {".csv", ".xlsx", ".xls"} else ".csv"
