"""Rows and columns of finished text files, counted on their bytes without building a table."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

_CHUNK = 8 << 20
_BLOCK = 1 << 18
_HEAD = 1 << 20
_END = len(b"</row>") - 1


@dataclass(frozen=True, slots=True)
class Shape:
    """How many rows a file holds and which columns it names."""

    rows: int
    columns: frozenset[str]


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def csv_shape(path: Path) -> Shape:
    """Line ends outside quotes, less the heading."""
    lines, quoted = 0, np.uint8(0)
    with path.open("rb", buffering=0) as file:
        for octets, room in _blocks(file):
            ends = np.flatnonzero(np.equal(octets, 0x0A, out=room))
            marks = np.equal(octets, 0x22, out=room).view(np.uint8)
            # Odd where a line has an odd number of marks, then where all lines up to its end have.
            odd = np.bitwise_xor.accumulate(np.bitwise_xor.reduceat(marks, np.append(0, ends))) ^ quoted
            lines += len(ends) - int(np.count_nonzero(odd[:-1]))
            quoted = odd[-1]
        file.seek(0)
        head = next(csv.reader(io.StringIO(_first_line(file).decode("utf-8-sig"))), [])
    return Shape(max(0, lines - 1), frozenset(head))


def jsonl_shape(path: Path) -> Shape:
    """Lines, and the keys of the first and the last one."""
    lines = 0
    with path.open("rb", buffering=0) as file:
        for octets, room in _blocks(file):
            lines += int(np.count_nonzero(np.equal(octets, 0x0A, out=room)))
        file.seek(0)
        first = _first_line(file)
        file.seek(max(0, path.stat().st_size - _HEAD))
        last = file.read().rstrip(b"\n").rpartition(b"\n")[2]
    keys = {key for line in (first, last) if line.startswith(b"{") and line.strip() for key in json.loads(line)}
    return Shape(lines, frozenset(keys))


def _blocks(file: io.FileIO) -> Iterator[tuple[Bytes, Bools]]:
    """The bytes of a file and room for as many truths, in blocks that stay in the processor's cache."""
    held, room = np.empty(_BLOCK, np.uint8), np.empty(_BLOCK, np.bool_)
    while size := file.readinto(held.data):
        yield held[:size], room[:size]


def _first_line(file: io.FileIO) -> bytes:
    buffered = io.BufferedReader(file)
    try:
        return buffered.readline()
    finally:
        buffered.detach()


def xml_shape(path: Path) -> Shape:
    """End tags of rows, and the names of their children in the first megabyte. ``<`` never stands inside a text."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(0)
        rows = _count(file, b"</row>")
    body = head.partition(b"<rows")[2].partition(b">")[2]
    names: set[str] = set()
    depth = 0
    for tag in re.finditer(rb"<(/?)([^\s/>]+)[^>]*?(/?)>", body):
        closing, name, alone = tag.groups()
        if closing:
            depth -= 1
            continue
        if depth == 1:
            names.add(name.decode("utf-8", "replace"))
        depth += not alone
    return Shape(rows, frozenset(names))


def _count(file: IO[bytes], mark: bytes, rest: bytes = b"") -> int:
    """How often ``mark`` stands in what is left of a file, after ``rest``, which is shorter than the mark."""
    total = 0
    for chunk in _chunks(file):
        text = rest + chunk
        total += text.count(mark)
        rest = text[-len(mark) + 1 :]
    return total


def xlsx_shape(path: Path) -> Shape:
    """Rows of the first sheet, less the heading, and the heading's cells."""
    with zipfile.ZipFile(path) as book:
        sheets = sorted(name for name in book.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name))
        with book.open(sheets[0]) as sheet:
            head = sheet.read(_HEAD)
            rows = head.count(b"</row>") + _count(sheet, b"</row>", head[-_END:])
    names = _heading(head)
    return Shape(max(0, rows - 1), frozenset(_slow_heading(path) if names is None else names))


def _heading(sheet: bytes) -> list[str] | None:
    """Texts of the first row where they stand in the sheet itself, as the hub writes them; else None."""
    row = re.search(rb"<row\b[^>]*>(.*?)</row>", sheet, re.DOTALL)
    if row is None:
        return None
    cells = re.findall(rb'<c\b[^>]*\bt="inlineStr"[^>]*><is><t\b[^>]*>([^<]*)</t></is></c>', row[1])
    if len(cells) != len(re.findall(rb"<c\b", row[1])):
        return None
    return [html.unescape(cell.decode("utf-8")) for cell in cells]


def _slow_heading(path: Path) -> list[str]:
    """By a library that knows every way to write a cell; without a dimension in the sheet it reads all of it."""
    import openpyxl

    workbook = openpyxl.load_workbook(path, read_only=True)
    try:
        head = next(workbook.worksheets[0].iter_rows(max_row=1, values_only=True), ())
    finally:
        workbook.close()
    return [str(cell) for cell in head if cell is not None]


SHAPES: dict[str, Callable[[Path], Shape]] = {
    ".csv": csv_shape,
    ".jsonl": jsonl_shape,
    ".xml": xml_shape,
    ".xlsx": xlsx_shape,
}
