"""``hub derive``: one derivation of the source's facts as CSV."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from catalog.files import write_whole
from hub.cli import common
from hub.clock import SystemClock
from hub.rules.derivations import DERIVATIONS, Asked, tables_of
from hub.rules.facts import gather


@click.command(name="derive")
@click.argument("name", type=click.Choice(tuple(DERIVATIONS)))
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day it speaks of; default: today. 日期。")
@click.option("--scheme", default="rules", show_default=True, help="Scheme of levels or colours. 方案。")
@click.option("--seed", default=0, show_default=True, help="Seed of the lot for random tasks. 随机抽取种子。")
@click.option("--public", is_flag=True, help="Colours after disclosure control. 经披露控制的分色。")
@click.option("--source", metavar="URL", help="Source database; default: HUB_SOURCE. 源数据库。")
@click.option(
    "--registers", type=click.Path(path_type=Path, file_okay=False), help="Folder of rule registers. 规则登记册目录。"
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="CSV file; default: standard output. 输出。"
)
def derive_command(
    name: str, day: datetime | None, scheme: str, seed: int, public: bool, source: str | None, registers: Path | None,
    out: Path | None,
) -> None:  # fmt: skip
    """Work out levels, classes, tasks, sampling, area colours, gaps of traces or data quality. 规则推导。

    Results but --public ones are for supervisors, not for publication. 除 --public 外仅供监管使用。

    \b
    Examples 示例:
      hub derive levels --scheme jiaxing --day 2026-10-01
      hub derive tasks --seed 2026 --out tasks.csv
      hub derive colours --public --out colours.csv
    """
    settings = common.settings()
    facts = gather(settings, tables_of(name), source=source, registers=registers)
    today = SystemClock().now().astimezone(settings.timezone).date()
    asked = Asked(day.date() if day else today, scheme, seed, public, settings.small_cell)
    rows = DERIVATIONS[name](facts, asked)
    text = rows.write_csv().encode()
    if out is None:
        sys.stdout.buffer.write(text)
        return
    write_whole(out, b"\xef\xbb\xbf" + text)
    click.echo(f"{name}: {rows.height:,} rows 行 → {out}")


COMMANDS = (derive_command,)
