"""``hub risks``: from what is heard to tasks, follow-up and reminders."""

from __future__ import annotations

import json
from pathlib import Path

import click
import polars as pl

from agreements.acting import actor_of, demand, party_of
from agreements.permissions import Permission
from catalog.codes import code_list
from catalog.errors import SourceError
from catalog.files import write_whole
from exporters.rules.notices import Kind
from exporters.rules.risk_intake import foreign, kind_of, kinds
from exporters.rules.risk_intake.model import RiskState, RiskTask, TaskState
from exporters.rules.safety_gate import COLUMNS, to_alerts
from hub.cli import common
from hub.cli.exchange import do, looking, parts, plain, said
from hub.risk import intake, monitoring, notice_drafts, risk_tasks, risks
from hub.risk.reminding import clock_of
from hub.state.exchange import SqlDesk
from hub.state.exchange import desk as desk_of
from hub.state.risks import REMINDERS, RISKS, TASKS

_NOTE = click.option("--note", default="", help="Remark for the record; it names nobody. 备注。")
_FOREIGN = "9"


@click.group(name="risks")
def risks_group() -> None:
    """Risk monitoring: signals, assessment, tasks of territorial bureaus, reminders. 风险监测与处置。

    \b
    The way of a risk 流程:
      collect → identify → assess → dispose; clusters → task → accept → draft → notice → report → close
    """


@risks_group.command(name="sources")
@common.json_option
def sources_command(as_json: bool) -> None:
    """The kinds of sources and the records that each brings. 信息来源与记录结构。"""
    if as_json:
        common.show_json({one.id: [field.name for field in one.body] for one in kinds().values()})
        return
    rows = [(one.code, one.id, one.zh, one.source.kind, "yes" if one.api else "") for one in kinds().values()]
    common.show_table("Sources 信息来源", ("code 代码", "kind 类别", "名称", "source 来源", "API"), rows)


@risks_group.command(name="collect")
@click.argument("kind", required=False, type=click.Choice(list(kinds())))
@click.option("--source", metavar="URL", help="Source address, as for 'hub run'. 数据源。")
@common.by_option
@common.json_option
def collect_command(kind: str | None, source: str | None, by: str | None, as_json: bool) -> None:
    """Take in what is new at one kind of source, or at all that are set up. 采集。

    \b
    Examples:
      hub risks collect
      hub risks collect complaint --source /data/drop
    """
    made, settings, who = parts(), common.settings(), common.operator(by)
    _handler(who)
    if kind is None:
        taken = monitoring.collect_all(made, settings, who)
    else:
        taken = (intake.collect(kind_of(kind), made, settings, who, source),)
    _show_taken(taken, as_json)


@risks_group.command(name="import")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@common.by_option
@common.json_option
def import_command(path: Path, by: str | None, as_json: bool) -> None:
    """Take in alerts of the EU Safety Gate (JSON list of its columns). 导入欧盟安全门通报。"""
    made, settings, who = parts(), common.settings(), common.operator(by)
    _handler(who)
    heard = foreign(_alerts(path), intake.today(made, settings))
    with desk_of(made.engine, made.clock.now()) as found:
        taken = intake.take(found, who, "safety_gate", heard)
    _show_taken((taken,), as_json)


@risks_group.command(name="export")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
def export_command(path: Path) -> None:
    """Write the alerts of the EU Safety Gate again, every column as it came. 导出欧盟安全门通报。"""
    with looking() as desk:
        found = [one for one in RISKS.find(desk.connection, kind=_FOREIGN) if one.origin]
    alerts = to_alerts(intake.exported(found)).to_dicts()
    write_whole(path, json.dumps(alerts, ensure_ascii=False, indent=1).encode())
    click.echo(f"{len(alerts):,} alerts 条 → {path}")


@risks_group.command(name="list")
@click.option("--state", type=click.Choice([one.value for one in RiskState]), help="Only these. 状态。")
@common.json_option
def list_command(state: str | None, as_json: bool) -> None:
    """Risks as they stand. 风险列表。"""
    with looking() as desk:
        found = RISKS.find(desk.connection, state=state or "")
    if as_json:
        common.show_json([plain(one) for one in found])
        return
    heads = ("risk 风险", "heard 日期", "product 产品", "region 地区", "state 状态", "level 等级", "flags 标记")
    rows = [(r.id, r.heard_on, r.product_name, r.region_code, r.state, r.level, r.flags) for r in found]
    common.show_table("Risks 风险", heads, rows)


@risks_group.command(name="identify")
@click.argument("number")
@click.option("--risk/--no-risk", "is_risk", required=True, default=None, help="是否为产品风险。")
@_NOTE
@common.by_option
@common.json_option
def identify_command(number: str, is_risk: bool, note: str, by: str | None, as_json: bool) -> None:
    """Say whether a signal tells a risk of a product. 识别。"""
    who = common.operator(by)
    done = do(lambda desk: risks.identify(desk, who, number, is_risk=is_risk, note=note))
    said(done, as_json, f"{done.id} {done.state}.")


@risks_group.command(name="assess")
@click.argument("number")
@click.option("--severity", required=True, type=click.Choice(list(code_list("severity").codes)), help="严重程度。")
@click.option("--probability", required=True, type=click.Choice(list(code_list("probability").codes)), help="可能性。")
@_NOTE
@common.by_option
@common.json_option
def assess_command(number: str, severity: str, probability: str, note: str, by: str | None, as_json: bool) -> None:
    """Assess by the matrix. 评估。"""
    who = common.operator(by)
    done = do(lambda desk: risks.assess(desk, who, number, severity, probability, note))
    said(done, as_json, f"{done.id}: level 等级 {done.level}, tolerable 可容许: {done.tolerable}.")


@risks_group.command(name="dispose")
@click.argument("number")
@click.option("--measure", "measures", multiple=True, required=True, help="Of the list risk_measure. 处置措施。")
@_NOTE
@common.by_option
@common.json_option
def dispose_command(number: str, measures: tuple[str, ...], note: str, by: str | None, as_json: bool) -> None:
    """Say what is done about it. 处置。"""
    who = common.operator(by)
    done = do(lambda desk: risks.dispose(desk, who, number, measures, note))
    said(done, as_json, f"{done.id} {done.state}.")


@risks_group.command(name="watch")
@common.json_option
def watch_command(as_json: bool) -> None:
    """Raise the tasks that clusters make, and send the reminders that fall due. 聚集预警与提醒。

    \b
    Example, every ten minutes (hub schedule does it by itself):
      hub risks watch
    """
    tasks, reminders = monitoring.watch(parts(), common.settings())
    if as_json:
        common.show_json({"tasks": [plain(one) for one in tasks], "reminders": [plain(one) for one in reminders]})
        return
    click.echo(f"{len(tasks)} tasks 项任务, {len(reminders)} reminders 条提醒.")


@risks_group.command(name="tasks")
@click.option("--state", type=click.Choice([one.value for one in TaskState]), help="Only these. 状态。")
@common.json_option
def tasks_command(state: str | None, as_json: bool) -> None:
    """Tasks of territorial bureaus with their clocks. 属地任务与时限。"""
    with looking() as desk:
        found = TASKS.find(desk.connection, state=state or "")
        clocks = [clock_of(one, desk) for one in found]
    if as_json:
        both = zip(found, clocks, strict=True)
        common.show_json([plain(one) | {"clock": plain(told) if told else None} for one, told in both])
        return
    heads = (
        "task 任务",
        "product 产品",
        "territory 属地",
        "why 原因",
        "level 等级",
        "state 状态",
        "due 期限",
        "clock 时限",
    )
    rows = [
        (t.id, t.product_name, t.territory, t.because, t.highest, t.state, c and f"{c.due:%F %T}", c and c.state)
        for t, c in zip(found, clocks, strict=True)
    ]
    common.show_table("Tasks 任务", heads, rows)


@risks_group.command(name="follow")
@click.argument("step", type=click.Choice(["accept", "report", "close"]))
@click.argument("number")
@_NOTE
@common.by_option
@common.json_option
def follow_command(step: str, number: str, note: str, by: str | None, as_json: bool) -> None:
    """Take a task up, report on it, or close it with its result. 任务办理。"""
    who = common.operator(by)

    def done(desk: SqlDesk) -> RiskTask:
        if step == "accept":
            return risk_tasks.accept(desk, who, number)
        return (risk_tasks.report if step == "report" else risk_tasks.close)(desk, who, number, note)

    task = do(done)
    said(task, as_json, f"{task.id} {task.state}.")


@risks_group.command(name="draft")
@click.argument("number")
@click.option("--kind", type=click.Choice(["X", "F", "J"]), default="X", show_default=True, help="提示类型。")
@common.by_option
@common.json_option
def draft_command(number: str, kind: str, by: str | None, as_json: bool) -> None:
    """Draft a notice over a task from the template of its product. 起草提示。"""
    who = common.operator(by)
    made = do(lambda desk: notice_drafts.draft_over(desk, who, number, Kind(kind)))
    said(made, as_json, f"{made.notice.notice_no}: {made.notice.title}")


@risks_group.command(name="reminders")
@common.by_option
@common.json_option
def reminders_command(by: str | None, as_json: bool) -> None:
    """What one's own bureau was reminded of. 提醒。"""
    with looking() as desk:
        own = actor_of(desk, common.operator(by)).party
        found = REMINDERS.find(desk.connection, bureau=own)
    if as_json:
        common.show_json([plain(one) for one in found])
        return
    rows = [(one.about, one.level, f"{one.due:%F %T}", one.state, f"{one.sent_at:%F %T}") for one in found]
    common.show_table("Reminders 提醒", ("task 任务", "level 等级", "due 期限", "clock 时限", "sent 发出"), rows)


def _handler(who: str) -> None:
    with looking() as desk:
        party_of(desk, demand(desk, who, Permission.RISK_HANDLE).party)


def _alerts(path: Path) -> pl.DataFrame:
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
        frame = pl.DataFrame([{name: row.get(name) for name in COLUMNS} for row in rows], infer_schema_length=None)
        return frame.select(pl.col(name).cast(pl.String) for name in COLUMNS)
    except Exception as error:  # noqa: BLE001 - readers put the value they stumble over into their message
        raise SourceError(
            f"{path.name}: cannot be read: {type(error).__name__}.", todo="Give a JSON list of alerts."
        ) from None


def _show_taken(taken: tuple[intake.Taken, ...], as_json: bool) -> None:
    if as_json:
        common.show_json([plain(one) for one in taken])
        return
    rows = [(one.kind, one.new, one.corrected, one.known, one.refused) for one in taken]
    common.show_table("Taken in 采集", ("kind 类别", "new 新增", "corrected 更正", "known 已有", "refused 退回"), rows)


COMMANDS = (risks_group,)
