"""``hub colours``: the area colours that the pages show."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from hub.cli import common
from hub.parts import assemble
from hub.rules import colour_map
from hub.rules.derivations import tables_of
from hub.rules.facts import gather


@click.command(name="colours")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day they speak of; default: today. 日期。")
@click.option("--source", metavar="URL", help="Source database; default: HUB_SOURCE. 源数据库。")
@click.option(
    "--registers", type=click.Path(path_type=Path, file_okay=False), help="Folder of rule registers. 规则登记册目录。"
)
def colours_command(day: datetime | None, source: str | None, registers: Path | None) -> None:
    """Work out the public area colours and keep them; the pages show the last. 生成供网站展示的区域分色。

    Only what passes disclosure control is kept; when its audit objects, nothing is.

    \b
    Example 示例:
      hub colours --day 2026-10-01
    """
    settings = common.settings()
    facts = gather(settings, tables_of("colours"), source=source, registers=registers)
    parts = assemble(settings, "colours")
    today = parts.clock.now().astimezone(settings.timezone).date()
    made = colour_map.make(facts, day.date() if day else today, settings.small_cell, parts)
    told = made.areas["colour"].count()
    click.echo(f"colours {made.number}: {told:,} of {made.areas.height:,} areas told 个地区已公布, {made.day}")


COMMANDS = (colours_command,)
