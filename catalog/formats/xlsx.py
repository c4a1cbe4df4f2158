"""Spreadsheets (XLSX, ECMA-376) at bulk speed: sheets are joined from Arrow columns and streamed into the zip.

Where a spreadsheet's rows end, the next file begins: ``<name>.xlsx``, ``<name>-002.xlsx`` … Each file is whole, with
the data dictionary and a sheet about the data. Texts are inline strings and so never formulas.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc

from catalog.formats import texts, xlsx_cells, xlsx_parts
from catalog.formats.joining import lines
from catalog.formats.layout import SHEET_ROWS, Layout, check_layout, finished, guarded
from catalog.release import Resource
from catalog.repeats import plain

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_EPOCH = (1980, 1, 1, 0, 0, 0)
_BLOCK = 1 << 20
_SHEET_BYTES = 1_500_000_000  # far enough below the 2 GiB above which readers need the 64-bit form of zip
_FAST = 1
_SAMPLE = 500
_WIDTHS = (8, 48)


class XlsxWriter:
    """Streams rows into one or more spreadsheet files. Wants ``Steady`` batches."""

    def __init__(self, folder: Path, layout: Layout) -> None:
        check_layout(layout)
        if not 0 < layout.sheet_rows <= SHEET_ROWS:
            raise ValueError(f"sheet_rows must be between 1 and {SHEET_ROWS}")
        with guarded(folder / f"{layout.name}.xlsx"):
            (folder / f"{layout.name}.xlsx").touch()
        self._folder = folder
        self._layout = layout
        self._widths: list[int] = []
        self._book: _Book | None = None
        self._done: list[Resource] = []

    def write(self, batch: pa.RecordBatch) -> None:
        for part in texts.slices(plain(batch)):
            rest = part
            while rest.num_rows:
                book = self._open(rest)
                room = self._layout.sheet_rows - book.rows
                book.write(rest.slice(0, room))
                rest = rest.slice(room)

    def close(self) -> tuple[Resource, ...]:
        self._finish(self._book or self._next())
        return tuple(self._done)

    def abandon(self) -> None:
        if self._book:
            self._book.abandon()

    def _open(self, rows: pa.RecordBatch) -> _Book:
        """The file that the next rows go to; the first rows of all decide the columns' widths."""
        if self._book is None:
            self._widths = widths(rows)
            return self._next()
        if self._book.rows == self._layout.sheet_rows or self._book.size > _SHEET_BYTES:
            self._finish(self._book)
            return self._next()
        return self._book

    def _next(self) -> _Book:
        part = len(self._done) + 1
        name = f"{self._layout.name}.xlsx" if part == 1 else f"{self._layout.name}-{part:03d}.xlsx"
        self._book = _Book(self._folder / name, self._layout, self._widths or _heading_widths(self._layout), part)
        return self._book

    def _finish(self, book: _Book) -> None:
        book.close()
        self._done.append(finished(book.path, "xlsx", MEDIA_TYPE, book.rows, book.part))


class _Book:
    """One spreadsheet file in the making: the first sheet is open for rows."""

    def __init__(self, path: Path, layout: Layout, columns: list[int], part: int) -> None:
        self.path = path
        self.part = part
        self.rows = 0
        self.size = 0
        self._layout = layout
        self._cut = 0
        self._styles, styles_xml = xlsx_parts.styles_of(layout.schema)
        self._pending = bytearray()
        with guarded(path):
            self._zip = zipfile.ZipFile(path, "w")
            for name, text in xlsx_parts.fixed(layout):
                self._zip.writestr(_entry(name), text)
            self._zip.writestr(_entry("xl/styles.xml"), styles_xml)
            self._zip.writestr(_entry("xl/worksheets/sheet2.xml"), xlsx_parts.dictionary_sheet(layout, self._styles))
            self._sheet: IO[bytes] = self._zip.open(_entry("xl/worksheets/sheet1.xml"), "w")
            heading = xlsx_parts.row(layout.schema.names, self._styles.heading)
            self._put((xlsx_parts.sheet_start(freeze=True, widths=columns) + heading).encode())

    def write(self, batch: pa.RecordBatch) -> None:
        with guarded(self.path):
            columns, cut = xlsx_cells.columns(batch, self._styles)
            for piece in lines(columns, "<row>", "</row>"):
                self._put(piece)
        self._cut += cut
        self.rows += batch.num_rows

    def close(self) -> None:
        with guarded(self.path), self._zip:
            tips = self._layout.tips
            self._put(xlsx_parts.sheet_end(len(self._layout.schema), self.rows, tips).encode())
            self._sheet.write(self._pending)
            self._sheet.close()
            about = xlsx_parts.about_sheet(self._layout, self._styles, self.rows, self.part, self._cut)
            self._zip.writestr(_entry("xl/worksheets/sheet3.xml"), about)

    def abandon(self) -> None:
        with guarded(self.path):
            self._sheet.close()
            self._zip.close()

    def _put(self, text: bytes | memoryview) -> None:
        """Compress in blocks of one size: what deflate writes may depend on how its input is cut."""
        self.size += len(text)
        self._pending += text
        whole = len(self._pending) - len(self._pending) % _BLOCK
        if whole:
            with memoryview(self._pending) as view:
                for start in range(0, whole, _BLOCK):
                    self._sheet.write(view[start : start + _BLOCK])
            del self._pending[:whole]


def _entry(name: str) -> zipfile.ZipInfo:
    """A part of the zip without the clock and the system in it."""
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o644 << 16
    # The only way to choose a level for a part that is streamed.
    info._compresslevel = _FAST  # type: ignore[attr-defined]  # noqa: SLF001
    return info


def _heading_widths(layout: Layout) -> list[int]:
    low, high = _WIDTHS
    return [max(low, min(len(name) + 4, high)) for name in layout.schema.names]


def widths(batch: pa.RecordBatch) -> list[int]:
    """Widths in characters that fit the headings and the first rows; wide characters count twice."""
    low, high = _WIDTHS
    found = []
    for name, column in zip(batch.schema.names, batch.slice(0, _SAMPLE).columns, strict=True):
        is_list = pa.types.is_list(column.type)
        cells = texts.to_polars(pc.binary_join(column, ";") if is_list else texts.plain(column))
        wide = (cells.str.len_bytes() - cells.str.len_chars()) // 2
        longest = int((cells.str.len_chars() + wide).fill_null(0).to_numpy().max(initial=0))
        found.append(max(low, min(max(len(name) + 4, longest + 2), high)))
    return found
