"""The XLSX of an agreement: a sheet for people, and the signed JSON in a hidden sheet."""

from __future__ import annotations

import io
import zipfile
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from agreements.envelope import Checked, envelope_json
from catalog.errors import ProofError
from exporters.spreadsheets.timeless import save
from hub.papers.agreement_pages import parts

SHEET: Final = "协议 Agreement"
HIDDEN: Final = "signed"
_CELL: Final = 32_000
"""A cell holds 32,767 characters; the JSON goes into as many as it needs."""


def xlsx_of(checked: Checked) -> bytes:
    """The workbook's bytes; equal agreements give equal bytes."""
    import openpyxl
    from openpyxl.styles import Alignment, Font

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = SHEET
    sheet.column_dimensions["A"].width = 34
    sheet.column_dimensions["B"].width = 100
    for part in parts(checked.envelope, checked.body):
        for name, text in (("", ""), (part.title, ""), *part.lines):
            row = sheet.max_row + 1
            for column, value in ((1, name), (2, text)):
                cell = sheet.cell(row, column, value)
                # Applicants wrote these texts: one that begins with "=" is a text, never a formula.
                cell.data_type = "s"
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            if not text:
                sheet.cell(row, 1).font = Font(bold=True, size=13)
    kept = book.create_sheet(HIDDEN)
    kept.sheet_state = "hidden"
    whole = envelope_json(checked.envelope).decode()
    for at in range(0, len(whole), _CELL):
        cell = kept.cell(at // _CELL + 1, 1, whole[at : at + _CELL])
        cell.data_type = "s"
    room = io.BytesIO()
    save(book, room)
    return room.getvalue()


def hidden(raw: bytes) -> bytes:
    """The signed JSON inside a workbook. ProofError when it carries none."""
    rows = dict(_sheets(raw)).get(HIDDEN, ())
    if not rows:
        raise ProofError(
            "The workbook carries no signed agreement.", left="Nothing is proven.", todo="Ask for the file anew."
        )
    return "".join(str(row[0] or "") for row in rows).encode()


def cells_of(raw: bytes) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    """What every sheet shows: its name and its cells as text."""
    return tuple((name, tuple(tuple(str(cell or "") for cell in row) for row in rows)) for name, rows in _sheets(raw))


def _sheets(raw: bytes) -> list[tuple[str, tuple[tuple[Any, ...], ...]]]:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(raw))
        return [(sheet.title, tuple(sheet.iter_rows(values_only=True))) for sheet in book.worksheets]
    except (KeyError, ValueError, TypeError, ParseError, zipfile.BadZipFile, EOFError):
        raise ProofError("The workbook cannot be read.", left="Nothing is proven.", todo="Ask for it anew.") from None
