"""The fixed parts of a spreadsheet file (ECMA-376): what a workbook needs besides the rows of its first sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

import pyarrow as pa

from catalog.formats.layout import Layout
from catalog.formats.markup import attribute, escape_text
from catalog.formats.xlsx_cells import CUT_END, TEXT_KEPT, TEXT_UNITS, Styles

SHEETS = ("数据 Data", "数据字典 Dictionary", "说明 About")

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPES = "application/vnd.openxmlformats-officedocument"
_FIRST_CUSTOM_FORMAT = 164


def sheet_start(widths: Sequence[int], *, freeze: bool) -> str:
    """A sheet up to its first row; ``freeze`` keeps the heading in sight."""
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if freeze else ""
    columns = "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>' for place, width in enumerate(widths, 1)
    )
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>'
    )


def sheet_end(columns: int, rows: int, tips: Sequence[str]) -> str:
    """A data sheet from its last row on: filters in the heading, and a tip for each heading cell."""
    hints = "".join(
        f'<dataValidation allowBlank="1" showInputMessage="1" prompt={attribute(tip[:255])} sqref="{letters(place)}1"/>'
        for place, tip in enumerate(tips)
        if tip
    )
    count = sum(1 for tip in tips if tip)
    validations = f'<dataValidations count="{count}">{hints}</dataValidations>' if count else ""
    return f'</sheetData><autoFilter ref="A1:{letters(columns - 1)}{rows + 1}"/>{validations}</worksheet>'


def row(cells: Sequence[str], style: int) -> str:
    """One row of text cells in one style."""
    before, after = TEXT_KEPT
    styled = before.replace("<c ", f'<c s="{style}" ')
    return "<row>" + "".join(f"{styled}{escape_text(cell)}{after}" for cell in cells) + "</row>"


def letters(place: int) -> str:
    """The name of a column, counted from 0: A, B and so on to Z, then AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def dictionary_sheet(layout: Layout, styles: Styles) -> str:
    """The second sheet: one row a column."""
    head, *rest = layout.dictionary or ((),)
    widths = [24] * max(len(head), 1)
    body = row(head, styles.heading) + "".join(row(cells, styles.wrapped) for cells in rest)
    return f"{sheet_start(freeze=True, widths=widths)}{body}</sheetData></worksheet>"


def about_sheet(layout: Layout, styles: Styles, rows: int, part: int, cut: int) -> str:
    """The third sheet: facts about the data and about this file."""
    facts = [*layout.about, ("本文件行数 Rows in this file", str(rows)), ("文件序号 Part", str(part))]
    if cut:
        facts.append(
            (
                f"截断单元格数 Cells cut and ended with {CUT_END}",
                f"{cut} (> {TEXT_UNITS}; 全文见 CSV, JSON Lines, Parquet 或 XML / full text in the other formats)",
            )
        )
    body = "".join(row(fact, styles.wrapped) for fact in facts)
    return f"{sheet_start(freeze=False, widths=[36, 100])}{body}</sheetData></worksheet>"


def styles_of(schema: pa.Schema) -> tuple[Styles, str]:
    """Numbers of the styles that a table needs, and ``xl/styles.xml``."""
    scales = sorted({field.type.scale for field in schema if pa.types.is_decimal(field.type)})
    styles = Styles(1, 2, 3, 4, 5, {scale: 6 + place for place, scale in enumerate(scales)})
    patterns = ["yyyy\\-mm\\-dd", "yyyy\\-mm\\-dd\\ hh:mm:ss", *(_pattern(scale) for scale in scales)]
    formats = "".join(
        f'<numFmt numFmtId="{_FIRST_CUSTOM_FORMAT + place}" formatCode={attribute(pattern)}/>'
        for place, pattern in enumerate(patterns)
    )
    numbers = "".join(
        f'<xf numFmtId="{_FIRST_CUSTOM_FORMAT + place}" fontId="0" fillId="0" borderId="0" xfId="0"'
        ' applyNumberFormat="1"/>'
        for place in range(len(patterns))
    )
    return styles, (
        f'{_HEAD}<styleSheet xmlns="{_MAIN}"><numFmts count="{len(patterns)}">{formats}</numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="等线"/></font>'
        '<font><b/><sz val="11"/><name val="等线"/></font></fonts>'
        '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill'
        ' patternType="gray125"/></fill>'
        '<fill><patternFill patternType="solid"><fgColor rgb="FFDDEBF7"/></patternFill></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{4 + len(patterns)}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"'
        ' applyFill="1"/>'
        '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1">'
        '<alignment vertical="top" wrapText="1"/></xf>'
        '<xf numFmtId="1" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        f'{numbers}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )


def _pattern(scale: int) -> str:
    return "0" if scale <= 0 else f"0.{'0' * scale}"


def fixed(layout: Layout) -> list[tuple[str, str]]:
    """Names and contents of the parts that come before the sheets, in their order."""
    sheet = f"{_TYPES}.spreadsheetml.worksheet+xml"
    overrides = [
        ("/xl/workbook.xml", f"{_TYPES}.spreadsheetml.sheet.main+xml"),
        ("/xl/styles.xml", f"{_TYPES}.spreadsheetml.styles+xml"),
        *((f"/xl/worksheets/sheet{number}.xml", sheet) for number in (1, 2, 3)),
        ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
        ("/docProps/custom.xml", f"{_TYPES}.custom-properties+xml"),
    ]
    return [
        ("[Content_Types].xml", _content_types(overrides)),
        (
            "_rels/.rels",
            _relations(
                (f"{_OFFICE}/relationships/officeDocument", "xl/workbook.xml"),
                (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
                (f"{_OFFICE}/relationships/custom-properties", "docProps/custom.xml"),
            ),
        ),
        ("docProps/core.xml", _core(layout)),
        ("docProps/custom.xml", _custom(layout)),
        ("xl/workbook.xml", _workbook()),
        (
            "xl/_rels/workbook.xml.rels",
            _relations(
                *((f"{_OFFICE}/relationships/worksheet", f"worksheets/sheet{number}.xml") for number in (1, 2, 3)),
                (f"{_OFFICE}/relationships/styles", "styles.xml"),
            ),
        ),
    ]


def _content_types(overrides: Sequence[tuple[str, str]]) -> str:
    items = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in overrides)
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{items}</Types>'
    )


def _relations(*targets: tuple[str, str]) -> str:
    items = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{items}</Relationships>'


def _workbook() -> str:
    sheets = "".join(
        f'<sheet name={attribute(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(SHEETS, 1)
    )
    return (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}/relationships"><bookViews><workbookView/></bookViews>'
        f"<sheets>{sheets}</sheets></workbook>"
    )


def _core(layout: Layout) -> str:
    moment = layout.as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape_text(layout.title)}</dc:title><dc:creator>{escape_text(layout.creator)}</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{moment}</dcterms:created></cp:coreProperties>'
    )


def _custom(layout: Layout) -> str:
    items = "".join(
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{number}" name={attribute(name)}>'
        f"<vt:lpwstr>{escape_text(value)}</vt:lpwstr></property>"
        for number, (name, value) in enumerate(layout.notes, 2)
    )
    return (
        f'{_HEAD}<Properties xmlns="{_OFFICE}/custom-properties" xmlns:vt="{_OFFICE}/docPropsVTypes">'
        f"{items}</Properties>"
    )
