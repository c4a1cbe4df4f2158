"""``hub colours``: the area colours as they are published."""

from __future__ import annotations

import click
import polars as pl

from catalog.codes import region_name
from catalog.errors import OutOfStep
from hub.cli import common
from hub.parts import assemble
from hub.rules import colour_map


@click.command(name="colours")
@common.json_option
def colours_command(as_json: bool) -> None:
    """Show the area colours that readers have: the current release of area-colours. 已公布的区域分色。

    They are made by `hub run area-colours` and published when a second person approves: `hub approve area-colours/N`.

    \b
    Example 示例:
      hub colours --json
    """
    made = colour_map.last(assemble(common.settings(), "colours"))
    if made is None:
        raise OutOfStep(
            "No area colours are published.", todo="Run: hub run area-colours, and have the release approved."
        )
    shown = made.areas.select("area_code", "level", "producers", "counted", "share", "colour", "coloured_as")
    if as_json:
        common.show_json([dict(row) for row in shown.sort("area_code").iter_rows(named=True)])
        return
    told = made.areas["colour"].count()
    rows = [
        (code, region_name(code) or code, *("" if one is None else str(one) for one in cells))
        for code, *cells in shown.filter(pl.col("colour").is_not_null()).sort("area_code").iter_rows()
    ]
    heads = (
        "code 代码",
        "area 地区",
        "level 层级",
        "producers 生产单位",
        "high 高风险",
        "% 占比",
        "colour 颜色",
        "as 同",
    )
    common.show_table("Area colours 区域分色", heads, rows)
    click.echo(f"colours {made.number}: {told:,} of {made.areas.height:,} areas told 个地区已公布, {made.day}")


COMMANDS = (colours_command,)
