"""``hub derived``: derivations that are kept and brought up to date by what changed, with the history of classes."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from catalog.errors import SourceError
from catalog.files import write_whole
from hub.cli import common
from hub.parts import assemble
from hub.rules import derived, keeping, views

_RESULTS = (
    "history", "points", "doubts", "levels", "spans", "undecided", "class_changes", "modes", "tasks", "products",
    "firms", "colours", "faults", *views.PLACE,
)  # fmt: skip


@click.group(name="derived")
def derived_group() -> None:
    """Kept derivations: list, classes, levels, tasks, colours, outcomes, gaps … by what changed. 增量推导与历史。

    \b
    Examples 示例:
      hub derived update                       read what changed, touch what it touches  增量更新
      hub derived update --full                everything from the beginning  全量
      hub derived changes --uscc 9137…         how a producer's classes changed  分类变化
    """


@derived_group.command(name="update")
@click.option("--full", is_flag=True, help="Read and derive everything again. 全量。")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day it speaks of; default: today. 日期。")
@click.option("--source", metavar="URL", help="Source database; default: HUB_SOURCE. 源数据库。")
@click.option(
    "--registers", type=click.Path(path_type=Path, file_okay=False), help="Folder of rule registers. 规则登记册目录。"
)
@common.by_option
@common.json_option
def update_command(
    full: bool, day: datetime | None, source: str | None, registers: Path | None, by: str | None, as_json: bool
) -> None:
    """Bring the kept derivations up to the day, and make the negative list of the day. 更新推导结果。"""
    settings = common.settings()
    parts = assemble(settings, common.operator(by), source=source)
    today = parts.clock.now().astimezone(settings.timezone).date()
    asked = day.date() if day else today
    made = derived.update(parts, settings, asked, full=full, source=source, registers=registers)
    if as_json:
        told = {"number": made.kept.number, "list": made.listing.number, "day": asked, "whole": made.whole}
        common.show_json(told | {"read": dict(made.read), "class_changes": made.class_changes.height})
        return
    read = [(name, f"{rows:,}") for name, rows in made.read.items() if rows]
    common.show_table("Read 读取", ("table 表", "records 记录"), read)
    how = "everything 全量" if made.whole else "what changed 增量"
    changes = made.class_changes.height
    click.echo(
        f"Run {made.kept.number} ({how}), list 清单 {made.listing.number}, {changes:,} changes of class 分类变化."
    )


@derived_group.command(name="show")
@click.argument("result", type=click.Choice(_RESULTS))
@click.option("--run", "number", type=int, help="An earlier run's number. 历史运行编号。")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="CSV file; default: standard output. 输出。"
)
def show_command(result: str, number: int | None, out: Path | None) -> None:
    """A kept result as CSV; for supervisors, not for publication. 输出推导结果。"""
    parts = assemble(common.settings(), "")
    place = views.PLACE.get(result, derived.NAME)
    found = keeping.kept(parts, place, number) if number else keeping.last(parts, place)
    if found is None:
        raise SourceError("Nothing was derived yet under this number.", todo="Run: hub derived update.")
    text = found.frame(result).write_csv().encode()
    if out is None:
        sys.stdout.buffer.write(text)
        return
    write_whole(out, b"\xef\xbb\xbf" + text)
    click.echo(f"{result}: run 运行 {found.number} → {out}")


@derived_group.command(name="changes")
@click.option("--uscc", default="", help="One producer. 统一社会信用代码。")
@common.json_option
def changes_command(uscc: str, as_json: bool) -> None:
    """How classes changed from run to run. 分类变化历史。"""
    rows = derived.changes_of(assemble(common.settings(), ""), uscc)
    if as_json:
        common.show_json([dict(row) for row in rows.iter_rows(named=True)])
        return
    shown = rows.select(
        "run", "noted_on", "uscc", "was_risk_class", "risk_class", "was_class_abcd", "class_abcd", "because"
    )
    heads = ("run 运行", "noted 记录", "unit 单位", "was 原", "risk 风险", "was 原", "class 分类", "why 依据")
    common.show_table("Changes of class 分类变化", heads, shown.rows())


COMMANDS = (derived_group,)
