"""Reading what was found: CSV, spreadsheets, JSON, JSON Lines, Parquet or pasted text, as tables of texts.

Nothing is assumed of encoding, delimiter or headings; what cannot be read as a table has no rows. Spreadsheets and
Parquet also have properties, which may still name the copy that a file was.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from catalog.errors import ProofError
from desensitise.mark.found_json import Row, records
from desensitise.mark.found_markup import rows_of_markup
from desensitise.mark.found_packed import demand_open, is_text, unpacked
from desensitise.mark.found_pairs import rows_of_pairs
from desensitise.mark.found_sql import rows_of_sql
from desensitise.mark.found_text import decoded, delimited, turned, upright
from desensitise.mark.kinds import as_texts
from desensitise.mark.parted import with_parts

_CUSTOM, _MOST_PROPERTIES = "docProps/custom.xml", 1 << 20
_HEAD, _WIDE, _LOW, _DEEPEST = 2000, 3, 10, 3
_COPY = re.compile(rb'(?:\A|name="copy".{0,80}?>)([a-z2-7]{26})(?:<|\Z)', re.DOTALL)


def read_found(path: Path) -> list[pl.DataFrame]:
    """The tables of a file. ProofError when it cannot be read; never a value in its message."""
    return tables_of(path.name, path.read_bytes())


def tables_of(name: str, raw: bytes) -> list[pl.DataFrame]:
    """The tables in the bytes of a file of this name, at least one with rows. ProofError when there is no such."""
    try:
        found = [with_parts(table) for table in _tables(raw) if table.height]
    except ProofError as error:
        raise ProofError(error.happened.replace("It ", f"{name} ", 1), left=error.left, todo=error.todo) from None
    except Exception as error:  # noqa: BLE001 - any library's message may hold a value
        raise _unreadable(f"{name} could not be read as a table ({type(error).__name__}).") from None
    if not found:
        raise _unreadable(f"{name} holds no rows of a table.")
    return found


def _unreadable(happened: str) -> ProofError:
    todo = "Save it as CSV, XLSX, JSON or Parquet and try again."
    return ProofError(happened, left="Nothing was examined.", todo=todo)


def _tables(raw: bytes, depth: int = 0) -> list[pl.DataFrame]:
    demand_open(raw)
    inside = unpacked(raw) if depth < _DEEPEST else None
    if inside is not None:
        return _of_archive(inside, depth + 1)
    if raw[:4] == b"PAR1":
        return [as_texts(pl.read_parquet(io.BytesIO(raw)))]
    if raw[:6] == b"ARROW1":
        return [as_texts(pl.read_ipc(io.BytesIO(raw)))]
    if raw[:4] in {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}:
        return _of_book(raw)
    text = decoded(raw)
    if not is_text(text):
        raise _unreadable("It is neither a table nor text.")
    table = _text_table(text)
    return [turned(table) if _is_on_its_side(table) else table]


def _is_on_its_side(table: pl.DataFrame) -> bool:
    return table.width > _WIDE * max(table.height, _LOW)


def _of_book(raw: bytes) -> list[pl.DataFrame]:
    """The tables of a workbook, one a sheet."""
    import fastexcel

    book = fastexcel.read_excel(raw)
    found = []
    for sheet in (book.load_sheet(name, dtypes="string") for name in book.sheet_names):
        table = as_texts(sheet.to_polars()) if sheet.width else pl.DataFrame()
        if _is_on_its_side(table):
            # Headings that are equal were told apart by numbers: here they are values.
            bare = as_texts(book.load_sheet(sheet.name, header_row=None, dtypes="string").to_polars())
            table = upright([column.to_list() for column in bare])
        found.append(table)
    return [table for table in found if table.width]


def _of_archive(files: list[bytes], depth: int) -> list[pl.DataFrame]:
    """The tables of the files in an archive that hold some; when none does, why the last does not."""
    found: list[pl.DataFrame] = []
    failed: Exception | None = None
    for raw in files:
        try:
            found += _tables(raw, depth)
        except Exception as error:  # noqa: BLE001 - pictures and texts lie beside tables
            failed = error
    if failed and not found:
        raise failed
    return found


def file_token_of(raw: bytes) -> str:
    """The token among a file's properties, unproven; "" where there is none."""
    try:
        if raw[:4] == b"PAR1":
            said = (pq.read_schema(io.BytesIO(raw)).metadata or {}).get(b"copy", b"")
        elif raw[:4] == b"PK\x03\x04":
            with zipfile.ZipFile(io.BytesIO(raw)) as book:
                room = book.getinfo(_CUSTOM)
                said = book.read(_CUSTOM) if room.file_size <= _MOST_PROPERTIES else b""
        else:
            return ""
    except (KeyError, OSError, zipfile.BadZipFile, pa.ArrowException, NotImplementedError, zlib.error):
        return ""
    found = _COPY.search(said)
    return found[1].decode() if found else ""


def _text_table(text: str) -> pl.DataFrame:
    # Mails and programs have words before what they hold.
    begin = re.search(r"<(?:!doctype|html|table|\?xml)\b|[\[{]\s*[\[{\"']", text[:_HEAD], re.IGNORECASE)
    held = text if text.lstrip()[:1] in {"[", "{", "<"} else text[begin.start() :] if begin else ""
    rows = records(held) if held.lstrip()[:1] in {"[", "{"} else rows_of_markup(held)
    if held is not text and len(rows) < 2:
        rows = rows_of_sql(text) or rows_of_pairs(text)
    return _of_objects(rows) if rows else delimited(text)


def _of_objects(rows: list[Row]) -> pl.DataFrame:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame({name: pl.Series([_cell(row.get(name)) for row in rows], dtype=pl.String) for name in names})


def _cell(value: object) -> str | None:
    if isinstance(value, list):
        return "\n".join("" if item is None else str(item) for item in value)
    return None if value is None else str(value)
