"""Write a sheet as bureaus publish it, with everything that makes such sheets hard to read. For samples and tests."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import openpyxl
import pyarrow as pa
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from exporters.spreadsheets.timeless import save

# Heading -> field. The serial number has none.
_EDITIONS: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "2025": (
            ("序号", ""),
            ("产品种类", "product_kind"),
            ("受检单位", "inspected_unit"),
            ("标称生产单位", "nominal_producer"),
            ("标称生产单位所在地", "producer_region"),
            ("产品名称", "product_name"),
            ("规格型号", "model_spec"),
            ("生产日期/批号", "batch"),
            ("主要不合格项目", "failed_items"),
            ("承检机构", "test_body"),
            ("电商平台", "platform"),
            ("备注", "remark"),
        ),
        "aqsiq": (
            ("序号", ""),
            ("企业名称", "nominal_producer"),
            ("所在地", "producer_region"),
            ("产品名称", "product_name"),
            ("商标", "brand"),
            ("规格型号", "model_spec"),
            ("生产日期/批号", "batch"),
            ("抽查结果", "verdict"),
            ("主要不合格项目", "failed_items"),
            ("承检机构", "test_body"),
        ),
    }
)
EDITIONS = ("2025", "2021", "aqsiq")


def write_samr(path: Path, rows: pa.Table, edition: str = "2025") -> None:
    """A published spot-check table of the edition ``2025`` (twelve columns), ``2021`` (eleven) or ``aqsiq`` (ten).

    ``rows`` has columns called as the fields (text, or lists of text for ``failed_items``) and optionally ``remark``;
    absent ones stay empty. Equal kinds in consecutive rows become one merged cell. Equal rows give equal bytes.
    """
    columns = _columns(edition)
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Sheet1"
    sheet.append(["产品质量国家监督抽查不合格产品及企业名单"])
    sheet.append(["(排名不分先后)"])
    sheet.append([heading for heading, _ in columns])
    for row in (1, 2):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(columns))
        sheet.cell(row, 1).alignment = Alignment(horizontal="center")
    sheet.cell(1, 1).font = Font(bold=True, size=16)
    for number, record in enumerate(rows.to_pylist(), 1):
        sheet.append([_cell(number, field, record) for _, field in columns])
    _merge(sheet, columns, rows.num_rows)
    sheet.append([])
    sheet.append(["注:本表所列结果仅对抽取的样品有效。"])
    _whole(book, path)


def _columns(edition: str) -> tuple[tuple[str, str], ...]:
    if edition == "2021":
        return tuple(pair for pair in _EDITIONS["2025"] if pair[1] != "platform")
    return _EDITIONS[edition]


def _cell(number: int, field: str, record: Mapping[str, Any]) -> str | int | None:
    if not field:
        return number
    value = record.get(field)
    if isinstance(value, list):
        return "、".join(value)
    return None if value is None else str(value)


def _merge(sheet: Worksheet, columns: tuple[tuple[str, str], ...], rows: int) -> None:
    """One cell for each run of equal product kinds."""
    at = next((i for i, (_, field) in enumerate(columns, 1) if field == "product_kind"), None)
    if at is None:
        return
    first = 4
    for row in range(5, rows + 5):
        if row < rows + 4 and sheet.cell(row, at).value == sheet.cell(first, at).value is not None:
            continue
        if row - first > 1:
            for below in range(first + 1, row):
                sheet.cell(below, at).value = None
            # merge_cells compares with every range so far, which is quadratic; these cannot overlap.
            sheet.merged_cells.ranges.add(CellRange(min_col=at, max_col=at, min_row=first, max_row=row - 1))
        first = row


def _whole(book: openpyxl.Workbook, path: Path) -> None:
    """Written beside, synced and renamed: a reader of the folder never meets half a file."""
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        save(book, file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
