"""``hub trace-chain``: hash chains of trace records: kept, verified, and what was found."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import polars as pl

from catalog.errors import OutOfStep, SettingsError
from catalog.files import write_whole
from hub.cli import common
from hub.parts import Parts, assemble
from hub.rules import keeping
from hub.rules.trace_chains import NAME, summary
from hub.rules.trace_chains import keep as keep_chains
from hub.rules.trace_chains import verify as verify_chains

_SOURCE = click.option("--source", metavar="URL", help="Source database; default: HUB_SOURCE. 源数据库。")


@click.group(name="trace-chain")
def trace_chain() -> None:
    """Hash chains of trace records: later changes upstream are seen. 追溯记录的散列链：可查证、不可篡改。"""


@trace_chain.command()
@_SOURCE
@common.by_option
def keep(source: str | None, by: str | None) -> None:
    """Check the source, extend the chains and keep them with the gaps; runs of traceability do it too. 留存。"""
    parts, address = _house(source, by)
    checked = keep_chains(parts, address)
    click.echo(summary(checked))


@trace_chain.command()
@_SOURCE
def verify(source: str | None) -> None:
    """Compare the source and the kept chains now; exit code 1 when anything was changed. 核验。"""
    parts, address = _house(source, None)
    broken = verify_chains(parts, address)
    _told(broken)
    if broken.height:
        raise SystemExit(1)


@trace_chain.command(name="show")
@click.argument("table", type=click.Choice(("findings", "gaps")))
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="CSV file; default: screen. 输出。")
def show(table: str, out: Path | None) -> None:
    """Findings or gaps as they were kept last. 发现的篡改、链条缺口。"""
    last = keeping.last(assemble(common.settings(), common.operator(None)), NAME)
    if last is None:
        raise OutOfStep("No trace chain was kept yet.", todo="Run `hub run traceability` or `hub trace-chain keep`.")
    text = last.frame(table).write_csv().encode()
    if out is None:
        sys.stdout.buffer.write(text)
        return
    write_whole(out, b"\xef\xbb\xbf" + text)


def _house(source: str | None, by: str | None) -> tuple[Parts, str]:
    settings = common.settings()
    address = source or settings.source.reveal()
    if not address:
        raise SettingsError("No address is set for the source database.", todo="Set HUB_SOURCE, or give --source.")
    return assemble(settings, common.operator(by), source=source), address


def _told(broken: pl.DataFrame) -> None:
    if broken.is_empty():
        click.echo("The chains hold: nothing was changed upstream. 链条完好，未见改动。")
        return
    common.show_table("Changed upstream 被改动", ("record 记录", "version 版本", "why 情形"), broken.rows())


COMMANDS = (trace_chain,)
