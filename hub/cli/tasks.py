"""``hub tasks``: the year's supervision tasks, given out and followed up by the bureaus."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from agreements.acting import actor_of, demand_house, party_of
from agreements.permissions import Permission
from exporters.rules.supervision.follow_up import FollowState
from hub.cli import common
from hub.cli.exchange import do, looking, said
from hub.parts import assemble
from hub.rules import derived, supervision


@click.group(name="tasks")
def tasks_group() -> None:
    """Supervision tasks of the year: give them out, plan, do, return. 差异化监管任务。"""


@tasks_group.command(name="give")
@click.option("--seed", default=0, show_default=True, help="Seed of the lot for random tasks. 随机抽取种子。")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="A day of the year; default: today. 日期。")
@click.option("--source", metavar="URL", help="Source database; default: HUB_SOURCE. 源数据库。")
@click.option("--registers", type=click.Path(path_type=Path, file_okay=False), help="Folder of registers. 登记册目录。")
@common.by_option
def give_command(seed: int, day: datetime | None, source: str | None, registers: Path | None, by: str | None) -> None:
    """Work the year's tasks out and give them to the bureaus; what was followed up stands. 下达任务。

    Goes on from the kept derivations (`hub derived update`): only producers that a change bears on are looked at.

    \b
    Example:
      hub tasks give --seed 2026
    """
    settings = common.settings()
    parts = assemble(settings, common.operator(by), source=source)
    with looking() as desk:
        demand_house(desk, common.operator(by), Permission.RISK_HANDLE)
    today = parts.clock.now().astimezone(settings.timezone).date()
    asked = day.date() if day else today
    made = derived.update(parts, settings, asked, source=source, registers=registers, seed=seed)
    kept = supervision.give_out_kept(parts, made.kept)
    click.echo(f"Tasks {kept.number} of {kept.about['year']}: {kept.frame('tasks').height:,} units 家。")


@tasks_group.command(name="list")
@common.by_option
@common.json_option
def list_command(by: str | None, as_json: bool) -> None:
    """Tasks of one's own bureau's territory, with what was done. 任务清单。"""
    parts = assemble(common.settings(), "")
    with looking() as desk:
        own = party_of(desk, actor_of(desk, common.operator(by)).party)
        rows = supervision.of_territory(desk, supervision.given(parts), own.territory)
    if as_json:
        common.show_json([dict(row) for row in rows.iter_rows(named=True)])
        return
    heads = ("bureau 机构", "unit 单位", "mode 方式", "inspections 检查", "checks 抽查", "state 进度", "followed 办理")
    names = ("bureau_region", "uscc", "mode", "inspections_due", "checks_due", "state", "followed")
    common.show_table("Tasks 监管任务", heads, rows.select(names).rows())


@tasks_group.command(name="follow")
@click.argument("uscc")
@click.argument("state", type=click.Choice([one.value for one in FollowState]))
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Planned for this day. 计划日期。")
@click.option("--note", default="", help="Remark for the record; it names nobody. 备注。")
@common.by_option
@common.json_option
def follow_command(
    uscc: str, state: str, day: datetime | None, note: str, by: str | None, as_json: bool
) -> None:  # fmt: skip
    """Say what was done with a unit's task. 任务办理。"""
    given = supervision.given(assemble(common.settings(), ""))
    who, planned = common.operator(by), day.date() if day else None
    done = do(lambda desk: supervision.follow(desk, who, given, uscc, FollowState(state), note, planned))
    said(done, as_json, f"{done.id} {done.state}.")


COMMANDS = (tasks_group,)
