"""Files nobody declared, as blocks of columns of texts: spreadsheets in any encoding, JSON of any shape, plain text.

What cannot be read as a table is read line by line rather than left out.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from pathlib import Path

import fastexcel
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from catalog.errors import SourceError
from desensitise.tables import BLOCK, blocks
from desensitise.workbook import asides

_CHUNK = 1 << 20
_HEAD = 10
_ENCODINGS = ("utf-8-sig", "gb18030")
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_USUAL = re.compile(r"[\t\n\r\x20-\x7e\u00a0-\u00ff\u2000-\u206f\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\ufeff]")
_MOSTLY = 0.8
_DELIMITERS = ",\t;|"
_NUMBER = re.compile(r"[0-9]{4}")
BESIDE = "beside the cells 单元格之外"
"""The table under which comments, headers and makers of a spreadsheet are told."""

LINES = "text"
"""The name of the one column of a file that is no table."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a table; ``table`` names the sheet where a file has several."""

    table: str
    frame: pl.DataFrame


def foreign_blocks(path: Path) -> Iterator[Block]:
    """The file's tables in blocks of rows. SourceError for a kind of file that is not known."""
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise SourceError(
            f"{path.name} is of no kind that can be scanned.",
            left="Nothing was looked at.",
            todo=f"Save it as one of: {' '.join(sorted(_READERS))}.",
        )
    yield from read(path)


def _encoding(path: Path) -> str:
    """The first encoding in which all of the file makes sense; SourceError when none does."""
    with path.open("rb") as file:
        start = file.read(4)
    marked = [name for mark, name in _MARKS if start.startswith(mark)]
    for name in marked or _ENCODINGS:
        decoder = codecs.getincrementaldecoder(name)()
        try:
            with path.open("rb") as file:
                sense = _sense(decoder.decode(file.read(_CHUNK)))
                while chunk := file.read(_CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        if sense:
            return name
    raise SourceError(
        f"{path.name} is text in no known encoding.",
        left="Nothing was looked at.",
        todo="Save it again as CSV in UTF-8, or as XLSX.",
    )


def _sense(text: str) -> bool:
    """Whether characters are those people write: a wrong encoding gives rare ones."""
    return len(_USUAL.findall(text)) >= _MOSTLY * len(text)


def _csv(path: Path) -> Iterator[Block]:
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="") as file:
        head = file.readline()
    if not head.strip():
        return
    mark = max(_DELIMITERS, key=head.count)
    names = _distinct(next(csv.reader([head], delimiter=mark)))
    done = 0
    try:
        for frame in _records(path, encoding, mark, names):
            done += frame.height
            yield Block("", frame)
    except pa.ArrowInvalid:
        # Rows of unlike lengths: no table, yet every line is looked at.
        yield from _lines(path, encoding)


def _records(path: Path, encoding: str, mark: str, names: list[str]) -> Iterator[pl.DataFrame]:
    with pacsv.open_csv(
        path,
        read_options=pacsv.ReadOptions(encoding=encoding.removesuffix("-sig"), column_names=names, skip_rows=1),
        parse_options=pacsv.ParseOptions(delimiter=mark, newlines_in_values=True),
        convert_options=pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True),
    ) as reader:
        for batch in reader:
            yield pl.DataFrame(batch)


def _text(path: Path) -> Iterator[Block]:
    yield from _lines(path, _encoding(path))


def _lines(path: Path, encoding: str) -> Iterator[Block]:
    with path.open(encoding=encoding) as file:
        while lines := list(islice(file, BLOCK)):
            yield Block("", pl.DataFrame({LINES: [line.rstrip("\n") for line in lines]}))


def _json(path: Path) -> Iterator[Block]:
    with path.open(encoding=_encoding(path)) as file:
        body = json.load(file)
    rows = iter(body if isinstance(body, list) else [body])
    while some := list(islice(rows, BLOCK)):
        yield Block("", _objects(some))


def _jsonl(path: Path) -> Iterator[Block]:
    with path.open(encoding=_encoding(path)) as file:
        while lines := list(islice(file, BLOCK)):
            yield Block("", _objects([json.loads(line) for line in lines if line.strip()]))


def _objects(rows: list[object]) -> pl.DataFrame:
    """One column a path of keys, such as ``contact.phone``; each cell holds all texts at that path."""
    found = [_paths(row) for row in rows]
    names = dict.fromkeys(name for row in found for name in row)
    columns = {name: [row.get(name, []) for row in found] for name in names}
    return pl.DataFrame(columns, schema=dict.fromkeys(names, pl.List(pl.String)))


def _paths(value: object) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path, leaf in _leaves(value, ""):
        found.setdefault(path or LINES, []).append(leaf)
    return found


def _leaves(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inside in value.items():
            yield from _leaves(inside, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for inside in value:
            yield from _leaves(inside, path)
    elif value is not None and not isinstance(value, bool):
        yield path, str(value)


def _sheets(path: Path) -> Iterator[Block]:
    book = fastexcel.read_excel(path)
    for name in book.sheet_names:
        cells = book.load_sheet(name, header_row=None, dtypes="string").to_polars()
        if not cells.height:
            continue
        rows = cells.head(_HEAD).rows()
        first, below = _heading(rows)
        above = [cell for row in rows[:first] for cell in row if cell is not None]
        if above:
            yield Block(f"{name} ^", pl.DataFrame({LINES: above}))
        table = cells.slice(below)
        table.columns = _distinct(_headed(rows[first:below]))
        yield Block(name if len(book.sheet_names) > 1 else "", table)
    beside = {"sheets 工作表": book.sheet_names, **asides(path)}
    longest = max(len(texts) for texts in beside.values())
    yield Block(BESIDE, pl.DataFrame({what: texts + [None] * (longest - len(texts)) for what, texts in beside.items()}))


def _heading(rows: Sequence[tuple[str | None, ...]]) -> tuple[int, int]:
    """Where the heading begins and the rows below it: the fullest row, and rows above it that are headings as well.

    Merged headings leave gaps, so that the first row of data may be fuller than they are: it has digits, they have not.
    """
    last = max(range(len(rows)), key=lambda at: (sum(cell is not None for cell in rows[at]), -at))
    first = last
    while first and _is_heading(rows[first - 1]):
        first -= 1
    below = last if first < last and _NUMBER.search(" ".join(cell or "" for cell in rows[last])) else last + 1
    return first, below


def _is_heading(row: tuple[str | None, ...]) -> bool:
    told = [cell for cell in row if cell is not None]
    return len(told) > 1 and not any(_NUMBER.search(cell) for cell in told)


def _headed(rows: Sequence[tuple[str | None, ...]]) -> list[str]:
    """Names of columns from one row or more: 联系方式 over 电话 gives 联系方式 电话.

    A cell of an upper row counts for the empty ones to its right as well, as merged cells do.
    """
    upper = [list(accumulate(row, _filled)) for row in rows[:-1]]
    return [" ".join(dict.fromkeys(cell for cell in column if cell)) for column in zip(*upper, rows[-1], strict=True)]


def _filled(left: str | None, own: str | None) -> str | None:
    return left if own is None else own


def _distinct(names: list[str]) -> list[str]:
    """Names of columns without repeats and gaps."""
    out: list[str] = []
    for at, name in enumerate(names, 1):
        plain = name.strip().lstrip("\ufeff") or f"column {at}"
        out.append(plain if plain not in out else f"{plain} ({at})")
    return out


def _parquet(path: Path) -> Iterator[Block]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BLOCK):
            yield Block("", pl.DataFrame(batch))


def _xml(path: Path) -> Iterator[Block]:
    for frame in blocks(path):
        yield Block("", frame)


_READERS = {
    ".csv": _csv,
    ".tsv": _csv,
    ".txt": _text,
    ".md": _text,
    ".log": _text,
    ".json": _json,
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".xlsx": _sheets,
    ".xlsm": _sheets,
    ".xls": _sheets,
    ".ods": _sheets,
    ".parquet": _parquet,
    ".xml": _xml,
}
KINDS = tuple(sorted(_READERS))
"""Endings of the files that can be scanned."""
