"""Reading what was found: CSV, spreadsheets, JSON, JSON Lines, Parquet or pasted text, as tables of texts.

Nothing is assumed of encoding, delimiter or headings; what cannot be read as a table has no rows. Spreadsheets and
Parquet also have properties, which may still name the copy that a file was.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections import Counter
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from catalog.errors import ProofError
from desensitise.mark.identify import as_texts

_DELIMITERS = ",\t;|"
_CUSTOM, _MOST_PROPERTIES = "docProps/custom.xml", 1 << 20
_COPY = re.compile(rb'(?:\A|name="copy".{0,80}?>)([a-z2-7]{26})(?:<|\Z)', re.DOTALL)


def read_found(path: Path) -> list[pl.DataFrame]:
    """The tables of a file. ProofError when it cannot be read; never a value in its message."""
    return tables_of(path.name, path.read_bytes())


def tables_of(name: str, raw: bytes) -> list[pl.DataFrame]:
    """The tables in the bytes of a file of this name. ProofError when there is no reading them."""
    try:
        return [table for table in _tables(raw) if table.width]
    except Exception as error:  # noqa: BLE001 - any library's message may hold a value
        raise ProofError(
            f"{name} could not be read as a table ({type(error).__name__}).",
            left="Nothing was examined.",
            todo="Save it as CSV, XLSX, JSON or Parquet and try again.",
        ) from None


def _tables(raw: bytes) -> list[pl.DataFrame]:
    if raw[:4] == b"PAR1":
        return [as_texts(pl.read_parquet(io.BytesIO(raw)))]
    if raw[:4] in {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}:
        import fastexcel

        book = fastexcel.read_excel(raw)
        sheets = [book.load_sheet(name, dtypes="string") for name in book.sheet_names]
        return [as_texts(sheet.to_polars()) for sheet in sheets if sheet.width]
    return [_text_table(decoded(raw))]


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


def decoded(raw: bytes) -> str:
    """Text of any of the usual encodings; mixed ones line by line."""
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "\n".join(_line(line) for line in raw.split(b"\n"))


def _line(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", errors="replace")


def _text_table(text: str) -> pl.DataFrame:
    begin = text.lstrip()[:1]
    if begin in {"[", "{"}:
        rows = _objects(text)
        if rows:
            return _of_objects(rows)
    return _delimited(text)


def _objects(text: str) -> list[dict[str, object]]:
    """Objects of a JSON array, of the first array inside an object, or of lines."""
    try:
        whole = json.loads(text)
    except ValueError:
        whole = [_json(line) for line in text.splitlines() if line.strip()]
    if isinstance(whole, dict):
        whole = next((v for v in whole.values() if isinstance(v, list) and v and isinstance(v[0], dict)), [whole])
    return [one for one in whole if isinstance(one, dict)] if isinstance(whole, list) else []


def _json(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _of_objects(rows: list[dict[str, object]]) -> pl.DataFrame:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame({name: pl.Series([_cell(row.get(name)) for row in rows], dtype=pl.String) for name in names})


def _cell(value: object) -> str | None:
    if isinstance(value, list):
        return "\n".join("" if item is None else str(item) for item in value)
    return None if value is None else str(value)


def _delimited(text: str) -> pl.DataFrame:
    """Rows divided by the character that the first lines agree on most; ragged rows are cut or filled."""
    head = [line for line in text.splitlines()[:20] if line.strip()]
    if not head:
        return pl.DataFrame()
    counts = Counter({mark: min(line.count(mark) for line in head) for mark in _DELIMITERS})
    best, least = counts.most_common(1)[0]
    if not least:
        best = max(_DELIMITERS, key=head[0].count)
    try:
        return _parsed(text, best, '"')
    except pl.exceptions.ComputeError:
        # A quote that nobody closed, as where a text was cut: then quotes divide nothing.
        bare = _parsed(text, best, None)
        return bare.rename(lambda name: name.strip('"')).with_columns(pl.all().str.strip_chars('"'))


def _parsed(text: str, separator: str, quote: str | None) -> pl.DataFrame:
    return pl.read_csv(
        io.BytesIO(text.encode()),
        separator=separator,
        quote_char=quote,
        infer_schema=False,
        truncate_ragged_lines=True,
        ignore_errors=True,
    )
