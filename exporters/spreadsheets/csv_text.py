"""CSV as it is dropped: UTF-8 with or without a mark, UTF-16 as spreadsheets save it, or GB 18030 (with GBK)."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from itertools import islice, zip_longest
from pathlib import Path

from catalog.errors import SourceError
from exporters.batches import BATCH_ROWS
from exporters.spreadsheets.grid import Grid, of_columns

_BLOCK = 1 << 20
_LONGEST_CELL = 1 << 20
_DELIMITERS = ",\t;"


def encoding_of(path: Path) -> str:
    """The first encoding that the whole file is valid in. ``SourceError`` if there is none."""
    with path.open("rb") as file:
        start = file.read(4)
    wide = start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    tried = ["utf-16"] if wide else ["utf-8-sig", "gb18030"]
    for encoding in tried:
        if _valid(path, encoding):
            return encoding
    raise SourceError(
        f"{path.name} is neither UTF-8 nor GB 18030 text.", todo="Save it again as CSV UTF-8 and drop it anew."
    )


def separator_of(path: Path, encoding: str = "") -> str:
    """The comma, tab or semicolon that stands most often in one of the first lines."""
    with path.open(encoding=encoding or encoding_of(path), newline="") as file:
        sample = list(islice(file, 20))
    return max(_DELIMITERS, key=lambda sign: max((line.count(sign) for line in sample), default=0))


def _valid(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                if "\0" in decoder.decode(block):
                    return False
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def grids(path: Path, rows: int = BATCH_ROWS) -> Iterator[Grid]:
    """The file's rows in grids of ``rows`` rows; memory stays flat however long the file is."""
    encoding = encoding_of(path)
    csv.field_size_limit(_LONGEST_CELL)
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=separator_of(path, encoding), strict=True)
        first = 1
        try:
            while block := list(islice(reader, rows)):
                columns: list[list[str | None]] = [[c or None for c in cells] for cells in zip_longest(*block)]
                yield Grid(of_columns(first, columns or [[None] * len(block)]))
                first += len(block)
        except (csv.Error, UnicodeDecodeError):
            raise SourceError(
                f"{path.name} is no well-formed CSV after row {first + reader.line_num - 1}.",
                todo="Look for a quotation mark that is not closed, repair the file and drop it anew.",
            ) from None
