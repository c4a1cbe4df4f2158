r"""CSV after RFC 4180: UTF-8 with BOM, CRLF, texts in quotes, null as nothing; cells that are safe in a spreadsheet.

Arrow's own writer is four times as fast as polars' as long as it is given texts, numbers and dates only; times and
lists become texts first. Where texts repeat, lines are joined of texts that are quoted once; the bytes are the same.

Two rules make the cells unambiguous, and both can be undone:

- A text that a spreadsheet would take for a formula (it begins with one of ``= + - @``, their full-width twins, TAB,
  CR or LF) gets an apostrophe before it; so does a text that begins with apostrophes and goes on so. To undo: drop
  the first apostrophe of a cell that matches ``^'+[=+\-@＝＋－＠\t\r\n]`` (OWASP, "CSV Injection").
- The texts of a list are joined by ``;``. Inside a text ``\`` is written ``\\`` and ``;`` is written ``\;``. A list
  without texts is an empty text (``""``), and a list of one empty text is a single ``\``.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from catalog.formats import texts
from catalog.formats.joining import Cells, lines, once
from catalog.formats.layout import Hashed, Layout, check_layout, guarded
from catalog.release import Resource
from catalog.repeats import repeats

MEDIA_TYPE = "text/csv"
BOM = b"\xef\xbb\xbf"
TRIGGERS = "=+-@＝＋－＠\t\r\n"

_GUARD = r"\A'*[=+\-@＝＋－＠\t\r\n]"
_GUARD_ONE = re.compile(_GUARD)
_UNGUARD = re.compile(r"'+[=+\-@＝＋－＠\t\r\n]")
# First bytes of texts that may need the guard: the triggers, the apostrophe, and 0xEF for the full-width ones.
_FIRST = np.zeros(256, np.bool_)
_FIRST[list(b"=+-@\t\r\n'\xef")] = True
_BETWEEN = np.zeros(256, np.bool_)
_BETWEEN[list(b"\\;")] = True
_PLAIN_SCALE = 6


class CsvWriter:
    """Streams rows into ``<name>.csv``."""

    def __init__(self, folder: Path, layout: Layout) -> None:
        check_layout(layout)
        self._layout = layout
        self._path = folder / f"{layout.name}.csv"
        self._rows = 0
        with guarded(self._path):
            self._file = Hashed(self._path)
            self._file.write(BOM + ",".join(layout.schema.names).encode() + b"\r\n")

    def write(self, batch: pa.RecordBatch) -> None:
        with guarded(self._path):
            for piece in texts.slices(batch):
                if any(map(repeats, piece.columns)):
                    for made in lines(_columns(piece), "", "\r\n"):
                        self._file.write(made)
                else:
                    options = pacsv.WriteOptions(include_header=False, eol="\r\n", quoting_style="needed")
                    pacsv.write_csv(cells(piece), self._file, options)
        self._rows += batch.num_rows

    def write_lines(self, made: memoryview | pa.Buffer, rows: int) -> None:
        """Write so many rows that are lines already, as ``csv_lines`` makes them."""
        with guarded(self._path):
            self._file.write(made)
        self._rows += rows

    def close(self) -> tuple[Resource, ...]:
        return (self._file.finished("csv", MEDIA_TYPE, self._rows),)

    def abandon(self) -> None:
        self._file.close()


def cells(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch as its cells stand in the file; numbers, dates and booleans stay what they are."""
    columns = [cells_of(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def cells_of(column: pa.Array) -> pa.Array:
    """A column as its cells stand in the file, before quotes; texts come as texts, and they alone get quotes."""
    kind = column.type
    if pa.types.is_string(kind):
        return guard(column)
    if pa.types.is_list(kind):
        return guard(list_cells(column))
    if pa.types.is_timestamp(kind) or (pa.types.is_decimal(kind) and kind.scale > _PLAIN_SCALE):
        return texts.plain(column)
    return column


def _columns(batch: pa.RecordBatch) -> list[Cells]:
    commas = ["," if place else "" for place in range(batch.num_columns)]
    return [once(column, partial(framed, comma)) for comma, column in zip(commas, batch.columns, strict=True)]


def framed(before: str, column: pa.Array) -> Cells:
    """A column's cells with quotes where they are texts, and ``before`` them, even where there is nothing."""
    made = cells_of(column)
    if pa.types.is_string(made.type):
        return Cells(doubled(made), (f'{before}"', '"'), before)
    return Cells(pc.cast(made, pa.string()), (before, ""), before)


def doubled(made: pa.Array) -> pa.Array:
    """Texts as they stand between quotes: a quotation mark is written twice."""
    return pc.replace_substring(made, '"', '""') if texts.holds(texts.content(made), (b'"',)) else made


def list_cells(lists: pa.Array) -> pa.Array:
    """Lists as one text each, by the rule at the top of this module."""
    escaped = texts.each_list(lists, escape)
    return joined_lists(escaped, may_be_empty=texts.has_empty(escaped.flatten()))


def joined_lists(escaped: pa.Array, *, may_be_empty: bool) -> pa.Array:
    """The same of texts that are escaped already; ``may_be_empty`` tells whether any of them has no letters."""
    joined = pc.binary_join(escaped, ";")
    if not may_be_empty:
        return joined
    one_empty = pc.and_(pc.equal(joined, ""), pc.equal(pc.list_value_length(escaped), 1))
    return pc.if_else(one_empty, "\\", joined)


def escape(values: pa.Array) -> pa.Array:
    """Texts as they stand in a list."""
    if not texts.holds(texts.content(values), (b"\\", b";")):
        return values
    rows = texts.rows_with(values, _BETWEEN)
    return texts.mapped_at(values, rows, lambda cells: cells.str.replace_many(["\\", ";"], ["\\\\", "\\;"]))


def guard(column: pa.Array) -> pa.Array:
    """The texts with an apostrophe before those that a spreadsheet would run as a formula."""
    rows = np.flatnonzero(doubtful(column))
    return texts.mapped_at(column, rows, _guard) if len(rows) else column


def doubtful(column: pa.Array) -> texts.Flags:
    """Which texts may need an apostrophe, by their first byte."""
    starts, data = texts.ends(column)[:-1], column.buffers()[2]
    if data is None or not data.size:
        return np.zeros(len(column), np.bool_)
    # An empty text is judged by the byte after it: at worst it is looked at and need not be.
    found: texts.Flags = _FIRST.take(np.frombuffer(data, np.uint8).take(starts, mode="clip"))
    return found


def _guard(cells: pl.Series) -> pl.Series:
    cell = pl.col("cell")
    guarded_cell = pl.when(cell.str.contains(_GUARD)).then(pl.concat_str(pl.lit("'"), cell)).otherwise(cell)
    return cells.to_frame("cell").select(guarded_cell).to_series()


def guard_text(text: str) -> str:
    """One text, guarded by the same rule."""
    return f"'{text}" if _GUARD_ONE.match(text) else text


def unguard(cell: str) -> str:
    """The text that ``guard`` was given."""
    return cell[1:] if _UNGUARD.match(cell) else cell


def split_list(cell: str) -> list[str]:
    """The texts of a list cell (after ``unguard``)."""
    if cell in {"", "\\"}:
        return [""] if cell else []
    found = [""]
    letters = iter(cell)
    for letter in letters:
        if letter == ";":
            found.append("")
        else:
            found[-1] += next(letters, "") if letter == "\\" else letter
    return found
