"""``hub protect``: disclosure control of any table, without the rest of the hub."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import replace
from pathlib import Path

import click
import polars as pl
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from catalog.errors import DeclarationError, HubError, SourceError
from catalog.files import write_whole
from catalog.formats.csv import guard_text
from desensitise.disclosure import Protected, TableSpec, audit, parse_spec, protect
from desensitise.disclosure.claim import to_bytes
from desensitise.disclosure.method import method_note
from desensitise.disclosure.report import facts_of, moves_of, page
from desensitise.disclosure.result import certificate_of, without_reasons
from desensitise.keys import read_master
from exporters.spreadsheets.csv_text import encoding_of, separator_of
from hub.cli import common


@click.command(name="protect")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--spec",
    "spec_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The table's specification (TOML; docs/disclosure.md). 规格文件。",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the protected table goes (.csv, .xlsx, .parquet); default: FILE.protected.csv. 输出文件。",
)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write a report (HTML). 报告。")
@click.option(
    "--key",
    "key_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Secret of the cell key: 64 hexadecimal digits in a file of mode 600. 单元密钥文件。",
)
@click.option(
    "--certificate",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the proofs, for hub replay; confidential (mode 600). 证明文件。",
)
@click.option("--public", is_flag=True, help="Do not tell why a figure is withheld (CONF_STATUS C). 不注明抑制原因。")
@common.json_option
def protect_command(
    file: Path,
    spec_file: Path,
    out: Path | None,
    report: Path | None,
    key_file: Path | None,
    certificate: Path | None,
    public: bool,
    as_json: bool,
) -> None:
    """Protect the table of FILE as SPEC asks, prove it safe, and write it with status flags. 统计表披露控制。

    What tells of few is withheld (suppress), or counts are moved (cell-key) or all figures rounded (round).

    FILE holds records (CSV, XLSX or Parquet), a row each, with the columns that the specification names. CSV may be
    UTF-8, UTF-16 or GB 18030 (GBK), separated by commas, semicolons or tabs.
    Nothing is written unless the audit finds nothing.

    \b
    Examples:
      hub protect turnover.csv --spec turnover.toml
      hub protect turnover.xlsx --spec turnover.toml --out public.xlsx --report review.html
    """
    spec = parse_spec(spec_file.read_text(encoding="utf-8"), spec_file.name)
    target = out or file.with_name(f"{file.stem}.protected.csv")
    if target.suffix not in _WRITERS:
        raise click.UsageError("--out must end in .csv, .xlsx or .parquet")
    records = _read(file, spec)
    key = read_master(key_file, "cell keys") if key_file is not None else b""
    protected = _protected(records, spec, key, quiet=as_json)
    findings = audit(protected)
    if public:
        protected = replace(protected, table=without_reasons(protected))
    if certificate is not None:
        _certify(protected, certificate)
    write_whole(target, _WRITERS[target.suffix](protected.table))
    if report is not None:
        write_whole(report, page(protected).encode())
    _show(protected, target, report, findings.scanned, as_json=as_json)


def _certify(protected: Protected, path: Path) -> None:
    """The proofs hold the bounds of what is withheld: nobody else may read them."""
    if protected.pattern is None:
        raise DeclarationError(
            f"Table {protected.spec.name}: a perturbed table has no proofs.", todo="Leave --certificate out."
        )
    before = os.umask(0o077)
    try:
        write_whole(path, to_bytes(certificate_of(protected)))
    finally:
        os.umask(before)


def _read(file: Path, spec: TableSpec) -> pl.DataFrame:
    """The records, codes as text; errors name the file, not what stands in it."""
    from desensitise.disclosure.selection import asked_columns

    names = [*asked_columns(spec), *([spec.cell_key.record] if spec.cell_key.record else [])]
    texts = dict.fromkeys([*names, spec.contributor, *([spec.owner] if spec.owner else [])], pl.String)
    try:
        if file.suffix == ".parquet":
            return pl.read_parquet(file)
        if file.suffix == ".xlsx":
            return pl.read_excel(file, schema_overrides=texts)
        if file.suffix == ".csv":
            encoding, separator = encoding_of(file), separator_of(file)
            utf = "utf8" if encoding.startswith("utf-8") else encoding
            return pl.read_csv(
                file, schema_overrides=texts, infer_schema_length=None, encoding=utf, separator=separator
            )
    except HubError:
        raise
    except Exception as error:  # noqa: BLE001 - readers put the value they stumble over into their message
        raise SourceError(
            f"{file.name}: cannot be read: {type(error).__name__}.",
            todo="Check the file: a heading, then a record a line.",
        ) from None
    raise DeclarationError(f"{file.name}: this kind of file is not read.", todo="Give .csv, .xlsx or .parquet.")


def _protected(records: pl.DataFrame, spec: TableSpec, key: bytes, *, quiet: bool) -> Protected:
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
    shown = not quiet and sys.stderr.isatty()
    with Progress(*columns, console=common.errors_console(), disable=not shown, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def step(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        return protect(records, spec, key=key, step=step)


def _csv(table: pl.DataFrame) -> bytes:
    """With the texts guarded that a spreadsheet would run as formulas."""
    texts = [name for name, kind in table.schema.items() if kind == pl.String]
    guarded = table.with_columns(pl.Series(name, list(map(_guarded, table[name])), dtype=pl.String) for name in texts)
    return b"\xef\xbb\xbf" + guarded.write_csv().encode()


def _guarded(text: str | None) -> str | None:
    return None if text is None else guard_text(text)


def _parquet(table: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.write_parquet(buffer)
    return buffer.getvalue()


def _xlsx(table: pl.DataFrame) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("table")
    sheet.append(table.columns)
    for row in table.iter_rows():
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for cell in cells:
            if isinstance(cell.value, str):
                # A code that begins with = is text and no formula.
                cell.data_type = "s"
        sheet.append(cells)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


_WRITERS = {".csv": _csv, ".xlsx": _xlsx, ".parquet": _parquet}


def _show(protected: Protected, target: Path, report: Path | None, audited: int, *, as_json: bool) -> None:
    facts, moves = facts_of(protected), moves_of(protected)
    zh, en = method_note(protected.spec)
    if as_json:
        common.show_json(
            {
                "table": str(target),
                "report": str(report) if report else None,
                "rows": protected.table.height,
                "audited": audited,
                "violations": 0,
                "method_zh": zh,
                "method_en": en,
                "measures": {
                    one.name: {
                        "figures": one.figures,
                        "primary": one.primary,
                        "secondary": one.secondary,
                        "value_share_withheld": round(one.value_share, 4),
                    }
                    for one in facts
                }
                | {
                    one.name: {"figures": one.figures, "moved": one.moved, "mean_move": round(one.mean, 4)}
                    for one in moves
                },
            }
        )
        return
    if moves:
        common.show_table(
            f"{target.name}",
            ("measure 指标", "figures 单元", "moved 变动", "mean 平均", "largest 最大"),
            [(one.name, one.figures, one.moved, f"{one.mean:.2f}", f"{one.largest:g}") for one in moves],
        )
        click.echo(f"{zh}\n{en}")
        return
    common.show_table(
        f"{target.name}",
        ("measure 指标", "figures 单元", "primary 主要", "secondary 次要", "value withheld 信息损失"),
        [(one.name, one.figures, one.primary, one.secondary, f"{one.value_share:.1%}") for one in facts],
    )
    click.echo(f"Audited {audited} withheld figures, no violation. 已审核 {audited} 个抑制单元，无违规。")
    if report is not None:
        click.echo(f"Report 报告: {report}")


COMMANDS = (protect_command,)
