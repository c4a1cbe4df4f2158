"""``hub scan``: what files nobody declared hold of persons and trade secrets. Never values."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from desensitise.detect import PLACEHOLDER, Kind
from hub.cli import common

if TYPE_CHECKING:
    from desensitise.scan import ScanReport

_FOUND = 1
_SHOWN_ROWS = 8


@click.command(name="scan")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE…", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@common.json_option
def scan_command(files: tuple[Path, ...], as_json: bool) -> None:
    """Search files for personal information and trade secrets. 扫描文件中的个人信息和商业秘密。

    Reads CSV, TSV, XLSX, XLS, ODS, JSON, JSON Lines, XML, Parquet and plain text, in UTF-8, UTF-16 or GB18030. No
    declaration is needed: columns are understood from their names and values. Only kinds, columns, counts and row
    numbers are told (row 1 stands below the heading), never a value. 只报告类别、列、数量和行号，从不显示内容。

    The exit code is 0 when nothing was found, 1 when something was, and that of the error when a file could not be
    read. 未发现返回 0，发现返回 1。

    \b
    Examples 示例:
      hub scan complaints.xlsx                   a spreadsheet  扫描一份表格
      hub scan exports/*.csv --json              for machines  供程序读取
      hub scan letter.txt && echo clean          in a script  用于脚本
    """
    # Its readers of spreadsheets are not needed by any other command.
    from desensitise.scan import scan_file

    reports = {path: scan_file(path) for path in files}
    if as_json:
        common.show_json([_told(path, report) for path, report in reports.items()])
    else:
        for path, report in reports.items():
            _show(path, report)
    if any(report.found for report in reports.values()):
        raise SystemExit(_FOUND)


def _told(path: Path, report: ScanReport) -> dict[str, object]:
    hits = [{**asdict(hit), "kind_zh": _zh(hit.kind), "first_rows": list(hit.rows)} for hit in report.hits]
    for hit in hits:
        del hit["rows"]
    return {"file": str(path), "found": report.found, "rows": report.rows, "columns": report.columns, "hits": hits}


def _show(path: Path, report: ScanReport) -> None:
    looked = f"{path.name}: {report.rows:,} rows 行, {report.columns} columns 列"
    common.show_table(
        looked,
        ("column 列", "kind 类别", "cells 单元格", "first rows 起始行"),
        [(hit.column, f"{_zh(hit.kind)} {hit.kind}", f"{hit.cells:,}", _rows(hit.rows)) for hit in report.hits],
    )


def _rows(rows: tuple[int, ...]) -> str:
    if rows == (0,):
        return "heading 表头"
    return ", ".join(map(str, rows[:_SHOWN_ROWS])) + (" …" if len(rows) > _SHOWN_ROWS else "")


def _zh(kind: str) -> str:
    return PLACEHOLDER[Kind(kind)].strip("〔〕")


COMMANDS = (scan_command,)
