"""``hub identify`` and ``hub verify-record``: whose copy found rows are, and whether a record is the hub's."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from agreements.case import Case
from catalog.errors import ProofError
from catalog.files import write_whole
from hub.cli import common
from hub.marking.found_files import Pasted, Readable, members
from hub.marking.identify import Finding, examine, given_address, verify_record
from hub.marking.leak_cases import cases_of
from hub.marking.mark_pdf import lines, pdf_of
from hub.marking.mark_report import answers, check_pdf, check_report, report_of, with_pdf
from hub.parts import Parts, assemble, datasets
from hub.state.exchange import desk


@click.command(name="identify")
@click.argument("files", nargs=-1, type=click.Path(exists=True, allow_dash=True, path_type=Path))
@click.option("--dataset", metavar="ID", help="The dataset, if it is known. 数据集。")
@click.option("--epsilon", type=click.FloatRange(1e-30, 0.01), default=1e-9, show_default=True, help="误判概率上限。")
@click.option("--report", "out", type=click.Path(path_type=Path), help="Write OUT.pdf and OUT.json. 报告。")
@click.option("--open-case", "open_case", is_flag=True, help="Open a case for each named party. 立案并暂停。")
@click.option("--check", type=click.Path(exists=True, path_type=Path), help="Check a report (JSON). 校验报告。")
@click.option("--key", metavar="VKEY", help="The hub's public key, for --check. 公钥。")
@common.by_option
@common.json_option
def identify_command(  # noqa: PLR0913 -- one parameter for each option
    files: tuple[Path, ...],
    dataset: str | None,
    epsilon: float,
    out: Path | None,
    *,
    open_case: bool,
    check: Path | None,
    key: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Name whose marked copy the rows of FILES come from, with a bound on error; or check a report. 数据溯源鉴定。

    Reads CSV, XLSX, JSON, JSON Lines, Parquet and pasted text, whatever became of columns, order and encoding. A folder
    stands for all files in it, - for text from standard input.

    \b
    Examples:
      hub identify found.csv --report leak.pdf
      hub identify seized/ more.xlsx
      hub identify - < pasted.txt
      hub identify --check leak.json --key "hub.example+1a2b3c4d+AQ..."
    """
    if check is not None:
        _show_checked(check, key, as_json)
        return
    if not files:
        raise click.UsageError("give at least one file, or --check REPORT")
    if out is not None:
        _demand_free(out, files)
    settings = common.settings()
    parts = assemble(settings, common.operator(by))
    finding = examine(parts, parts.mark_keys(), _readable(files), dataset, epsilon)
    whole = report_of(finding, parts, datasets(settings))
    if out is not None:
        pdf = pdf_of(whole)
        whole = with_pdf(whole, pdf, parts)
        write_whole(out.with_suffix(".json"), json.dumps(whole, ensure_ascii=False, indent=1).encode() + b"\n")
        write_whole(out.with_suffix(".pdf"), pdf)
    opened = _open_cases(parts, whole, by) if open_case else ()
    if as_json:
        common.show_json(whole)
        return
    _show(finding, whole)
    for case in opened:
        click.echo(f"Case 案件 {case.id}: {case.party} is suspended and may appeal 已暂停，可申诉")


def _demand_free(out: Path, files: tuple[Path, ...]) -> None:
    """Nothing that was found is written over, and there is a folder to write to."""
    made = {out.with_suffix(kind).resolve() for kind in (".json", ".pdf")}
    found = {file.resolve() for file in files}
    if made & found or any(one.is_file() and folder in one.parents for one in made for folder in found):
        raise click.UsageError("--report would be written over a found file; give it another name")
    if not out.parent.is_dir():
        raise click.UsageError(f"--report: there is no folder {out.parent}")


def _open_cases(parts: Parts, whole: dict[str, Any], by: str | None) -> tuple[Case, ...]:
    with desk(parts.engine, parts.clock.now()) as found:
        return cases_of(found, whole, common.operator(by))


def _readable(files: tuple[Path, ...]) -> list[Readable]:
    found: list[Readable] = []
    for file in files:
        if str(file) == "-":
            found.append(Pasted(sys.stdin.buffer.read()))
        elif file.is_dir():
            found += members(file)
        else:
            found.append(file)
    return found


def _show(finding: Finding, whole: dict[str, object]) -> None:
    for line in lines(whole)[:-4]:
        click.echo(line)
    if not finding.verdict.named:
        click.echo("Nobody is named. 未指认任何一方。")


def _show_checked(check: Path, key: str | None, as_json: bool) -> None:
    body = check_pdf(check, key) if check.suffix.lower() == ".pdf" else check_report(check, key)
    if as_json:
        common.show_json(body)
        return
    names = ", ".join(dict.fromkeys(one["grant"] for answer in answers(body) for one in answer["named"]))
    click.echo(f"{check.name}: signature, figures and proofs hold 真实有效 · {body['outcome']} · {names or '-'}")
    if key is None:
        click.echo("The key came with the report; compare it with one you trust, or give --key. 请核对公钥。")


@click.command(name="verify-record")
@click.argument("address", metavar="URI")
@common.json_option
def verify_record_command(address: str, as_json: bool) -> None:
    """Tell whether a record's address is the hub's, and its record current, superseded and unchanged. 核验记录。

    \b
    Example:
      hub verify-record https://hub.example.org/r/aaaaabyaaaaaaaaaabcdefghij
    """
    settings = common.settings()
    parts = assemble(settings, "")
    answer = verify_record(parts, parts.mark_keys(), address)
    ours = _leads_here(address, (given_address(parts, address), parts.record_url, settings.api_address))
    if as_json:
        told = {"genuine": answer.genuine, "state": answer.state, "unchanged": answer.unchanged}
        common.show_json({**told, "leads_here": ours})
    elif answer.genuine:
        kept = {True: "unchanged 未变", False: "changed since 已变更", None: "not compared 未比对"}[answer.unchanged]
        click.echo(f"genuine 真实 · {answer.state} · {kept}")
        if not ours:
            click.echo("The address leads to another host: do not trust what stands there. 网址并非本平台地址。")
    if not answer.genuine:
        raise ProofError("The address is of no record of this hub.", left="Nothing is proven.", todo="Copy it whole.")


def _leads_here(address: str, known: tuple[str, ...]) -> bool:
    """Whether an address is of one of the known hosts; a token alone leads nowhere else."""
    said = address.strip("\"'<> ")
    try:
        host = urlsplit(said if "://" in said or "." not in said.partition("/")[0] else f"//{said}").hostname
    except ValueError:
        return False
    return host is None or host in {urlsplit(one).hostname for one in known}


COMMANDS = (identify_command, verify_record_command)
