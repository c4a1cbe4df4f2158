"""Blocks of texts from finished files of any tabular format, for the gate and for scanning foreign spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from xml.etree import ElementTree as ET

import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv

BLOCK = 50_000


def blocks(path: Path) -> Iterator[pl.DataFrame]:
    """The file's rows as frames of texts, at most ``BLOCK`` rows (or some megabytes) at a time."""
    yield from _READERS[path.suffix](path)


def _csv(path: Path) -> Iterator[pl.DataFrame]:
    with path.open("rb") as file:
        head = file.readline().decode("utf-8-sig")
    names = next(iter(pl.read_csv(head.encode(), has_header=False).iter_rows()), ()) if head.strip() else ()
    if not names:
        return
    convert = pacsv.ConvertOptions(column_types={str(name): pa.string() for name in names}, strings_can_be_null=True)
    parse = pacsv.ParseOptions(newlines_in_values=True)
    with pacsv.open_csv(path, parse_options=parse, convert_options=convert) as reader:
        for batch in reader:
            yield pl.DataFrame(batch)


def _jsonl(path: Path) -> Iterator[pl.DataFrame]:
    with path.open(encoding="utf-8") as file:
        while lines := list(islice(file, BLOCK)):
            yield pl.read_ndjson("".join(lines).encode(), infer_schema_length=None)


def _xml(path: Path) -> Iterator[pl.DataFrame]:
    rows: list[dict[str, str]] = []
    for _, element in ET.iterparse(path):  # noqa: S314 - our own finished file, or one a steward hands in
        if element.tag.rpartition("}")[2] == "row":
            rows.append({child.tag.rpartition("}")[2]: "".join(child.itertext()) for child in element})
            element.clear()
        if len(rows) >= BLOCK:
            yield pl.DataFrame(rows, infer_schema_length=None)
            rows = []
    if rows:
        yield pl.DataFrame(rows, infer_schema_length=None)


def _xlsx(path: Path) -> Iterator[pl.DataFrame]:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        rows = book.worksheets[0].iter_rows(values_only=True)
        head = [str(cell) for cell in next(rows, ())]
        while cells := list(islice(rows, BLOCK)):
            columns = list(zip(*cells, strict=True))
            yield pl.DataFrame(
                {
                    name: [None if c is None else str(c) for c in column]
                    for name, column in zip(head, columns, strict=True)
                },
                schema=dict.fromkeys(head, pl.String),
            )
    finally:
        book.close()


_READERS = {".csv": _csv, ".jsonl": _jsonl, ".xml": _xml, ".xlsx": _xlsx}
