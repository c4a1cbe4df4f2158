"""``hub data-quality``: faults by source bureau, kept run by run, and the lists that go back to the bureaus."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import polars as pl

from catalog.files import write_whole
from hub.cli import common
from hub.parts import assemble
from hub.rules import data_quality as quality
from hub.rules import derived

_OUT = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="CSV file; default: screen. 输出。")


@click.group(name="data-quality")
def data_quality() -> None:
    """Faults of records by source bureau: worst first, trend, corrections. 来源部门数据质量与更正清单。

    \b
    Examples 示例:
      hub data-quality keep --send outbox        keep, and a correction list a bureau  留存并生成更正清单
      hub data-quality show runs                 the trend over all keepings  历次趋势
      hub data-quality show corrections --bureau 11370100005000026T
    """


@data_quality.command()
@click.option("--send", type=click.Path(file_okay=False, path_type=Path), help="Folder for the lists. 更正清单目录。")
@click.option("--source", metavar="URL", help="Source database; default: HUB_SOURCE. 源数据库。")
@click.option(
    "--registers", type=click.Path(path_type=Path, file_okay=False), help="Folder of rule registers. 规则登记册目录。"
)
@common.by_option
def keep(send: Path | None, source: str | None, registers: Path | None, by: str | None) -> None:
    """Look at every record that changed, keep what is known of all, and write a list for each bureau. 检查并留存。"""
    settings = common.settings()
    parts = assemble(settings, common.operator(by), source=source)
    today = parts.clock.now().astimezone(settings.timezone).date()
    known = derived.update(parts, settings, today, source=source, registers=registers)
    made = quality.keep(parts, known.facts, known.kept.frame("faults"))
    click.echo(
        f"data quality 数据质量 {made.number}: {made.about['faults']:,} faults of {made.about['records']:,} records"
    )
    for bureau in quality.bureaus(made) if send else ():
        assert send is not None  # noqa: S101 - the loop is empty without it
        send.mkdir(parents=True, exist_ok=True)
        _write(quality.corrections(made, bureau), send / f"corrections-{bureau}-{made.number}.csv")


@data_quality.command()
@click.argument("table", type=click.Choice(("worst", "months", "runs", "corrections")))
@click.option("--bureau", help="USCC of the source bureau; needed for corrections. 来源部门代码。")
@_OUT
def show(table: str, bureau: str | None, out: Path | None) -> None:
    """What was kept last: the worst faults, the trend, or the list for a bureau. 查看。"""
    parts = assemble(common.settings(), common.operator(None))
    last = quality.kept(parts)
    if table == "corrections":
        if not bureau:
            raise click.UsageError("Name the bureau: --bureau USCC.")
        rows = quality.corrections(last, bureau)
    else:
        rows = last.frame(table)
        rows = rows.filter(pl.col("bureau") == bureau) if bureau else rows
    if out is None:
        sys.stdout.buffer.write(rows.write_csv().encode())
        return
    _write(rows, out)


def _write(rows: pl.DataFrame, path: Path) -> None:
    write_whole(path, b"\xef\xbb\xbf" + rows.write_csv().encode())


COMMANDS = (data_quality,)
