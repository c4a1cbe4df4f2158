"""``hub datasets|releases|status|show|settings|mqa``: looking without changing."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path

import click

from catalog.derive.dictionary import rows as dictionary_rows
from catalog.errors import DeclarationError
from hub.cli import common
from hub.db.engine import reading
from hub.job.gate_cost import shown
from hub.job.publish import find
from hub.parts import assemble, datasets
from hub.settings import PREFIX
from hub.state import releases, runs
from hub.timetable.broken import BROKEN_OFF, broken_off


@click.command(name="datasets")
@common.json_option
def datasets_command(as_json: bool) -> None:
    """The declared datasets. 已声明的数据集。"""
    every = datasets(common.settings())
    if as_json:
        common.show_json(
            [
                {
                    "id": d.id,
                    "title_zh": d.zh,
                    "title_en": d.en,
                    "standard": d.standard.no,
                    "product": d.product,
                    "audience": d.audience.value,
                    "basis": d.basis,
                    "frequency": d.frequency,
                    "cron": d.cron,
                    "approval": d.approval,
                    "source": d.source.kind,
                    "columns": [column.name for column in d.columns],
                    "digest": d.digest,
                }
                for d in every
            ],
        )
        return
    common.show_table(
        "Datasets 数据集",
        ("id", "title 标题", "standard 标准", "audience 对象", "basis 依据", "every 频率", "approval 审批"),
        [(d.id, f"{d.zh}\n{d.en}", d.standard.no, d.audience, d.basis, d.frequency, d.approval) for d in every],
    )


@click.command(name="releases")
@click.argument("name", required=False, metavar="[DATASET]")
@common.json_option
def releases_command(name: str | None, as_json: bool) -> None:
    """Releases of all datasets or one, newest first. 发布版本。"""
    settings = common.settings()
    parts = assemble(settings, "")
    with reading(parts.engine) as connection:
        common.demand_known((name,) if name else (), settings, connection)
        found = releases.releases_of(connection, name)
    if as_json:
        common.show_json(
            [
                {
                    "release": s.release.name,
                    "state": s.state,
                    "rows": s.release.rows,
                    "as_of": s.release.as_of.isoformat(),
                    "sealed_at": s.sealed_at,
                    "content": s.release.provenance.content,
                    "folder": str(parts.releases / s.release.name),
                }
                for s in found
            ],
        )
        return
    common.show_table(
        "Releases 发布版本",
        ("release 版本", "state 状态", "rows 行数", "as of 数据截至", "content 内容摘要"),
        [
            (
                s.release.name,
                s.state,
                f"{s.release.rows:,}",
                s.release.as_of.isoformat(timespec="seconds"),
                s.release.provenance.content[:16],
            )
            for s in found
        ],
    )


@click.command(name="status")
@click.argument("names", nargs=-1, metavar="[DATASET]...")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many runs. 显示条数。")
@common.json_option
def status_command(names: tuple[str, ...], limit: int, as_json: bool) -> None:
    """The latest runs, of all datasets or those named, and where publishing stands. 最近运行与发布进度。"""
    settings = common.settings()
    parts = assemble(settings, "")
    with reading(parts.engine) as connection:
        common.demand_known(names, settings, connection)
        latest = runs.latest_runs(connection, limit, names)
        gone = broken_off(connection, latest, parts.clock.now())
        journal = [row for row in releases.journal(connection) if not names or row[1] in names]
    states = {r.id: BROKEN_OFF if r.id in gone else r.state for r in latest}
    if as_json:
        common.show_json(
            {
                "runs": [
                    {
                        "run": r.id,
                        "dataset": r.dataset,
                        "state": states[r.id],
                        "mode": r.mode,
                        "version": r.version,
                        "started_at": r.started_at,
                        "finished_at": r.finished_at,
                        "error": r.error,
                        "report": dict(r.report),
                    }
                    for r in latest
                ],
                "publishing": [
                    {"portal": portal, "dataset": dataset, "version": version, "step": step}
                    for portal, dataset, version, step in journal
                ],
            },
        )
        return
    common.show_table("Runs 运行", _RUN_HEADS, [_line(r, states[r.id]) for r in latest])
    common.show_table("Publishing 发布进度", ("portal 门户", "dataset 数据集", "version 版本", "step 步骤"), journal)
    for r in latest:
        if r.id in gone:
            click.echo(
                f"Broken off 已中断: {r.id}. Finished work is kept; 'hub run {r.dataset}' goes on. 重新运行即接续。"
            )


_RUN_HEADS = (
    "run 运行",
    "state 状态",
    "mode 方式",
    "version 版本",
    "started 开始",
    "finished 结束",
    "gate 闸门",
    "error 错误",
)


def _line(r: runs.Run, state: str) -> tuple[object, ...]:
    started, finished = r.started_at[:19], (r.finished_at or "")[:19]
    return (r.id, state, r.mode, r.version, started, finished, shown(r.report), r.error)


@click.command(name="show")
@click.argument("what", metavar="DATASET[/VERSION]|RUN")
@common.json_option
def show_command(what: str, as_json: bool) -> None:
    """A dataset's dictionary, a release's facts, or the records a run put into quarantine. 查看详情。

    \b
    Examples:
      hub show grading
      hub show grading/1
      hub show traceability-000001
    """
    settings = common.settings()
    name, _, version = what.partition("/")
    if version and not (version.isascii() and version.isdigit()):
        raise click.BadParameter("write a release as DATASET/VERSION, for example grading/1", param_hint="DATASET")
    known = {dataset.id: dataset for dataset in datasets(settings)}
    if name in known and version:
        parts = assemble(settings, "")
        found = find(known[name], int(version), parts)
        common.show_json({"state": found.state, "leaf": found.leaf, "release": _loads(found.release.to_json())})
        return
    if name in known:
        _show_dictionary(name, as_json=as_json)
        return
    _show_quarantine(what, as_json=as_json)


def _show_dictionary(name: str, *, as_json: bool) -> None:
    (dataset,) = datasets(common.settings(), (name,))
    entries = dictionary_rows(dataset)
    if as_json:
        common.show_json([entry.as_dict() for entry in entries])
        return
    common.show_table(
        f"{dataset.zh} {dataset.en}",
        ("name 列名", "标签", "label", "type 类型", "treatment 处理", "code 标准字段"),
        [(e.name, e.zh, e.en, e.type_zh, e.treatment, e.code) for e in entries],
    )


def _show_quarantine(run_id: str, *, as_json: bool) -> None:
    parts = assemble(common.settings(), "")
    with reading(parts.engine) as connection:
        if not runs.is_there(connection, run_id):
            raise DeclarationError(
                f"Nothing is called {run_id}: no dataset and no run.",
                todo="See 'hub datasets' and 'hub status'.",
            )
        broken = runs.broken_records(connection, run_id)
    if as_json:
        common.show_json([{"record_id": r, "field": f, "rule": rule} for r, f, rule in broken])
        return
    common.show_table(f"Quarantine 隔离记录 {run_id}", ("record 记录", "field 字段", "rule 规则"), broken)


def _loads(text: str) -> object:
    import json

    return json.loads(text)


@click.command(name="settings")
@common.json_option
def settings_command(as_json: bool) -> None:
    """Every setting, its present value and what it means; secrets stay hidden. 设置。"""
    settings = common.settings()
    meanings = {
        f"{PREFIX}{line.name.upper()}": f"{line.metadata['zh']} {line.metadata['en']}" for line in fields(settings)
    }
    rows = [(name, value, meanings[name]) for name, value in settings.shown().items()]
    if as_json:
        common.show_json([{"name": name, "value": value, "help": text} for name, value, text in rows])
        return
    common.show_table("Settings 设置", ("name 名称", "value 取值", "meaning 含义"), rows)


@click.command(name="mqa")
@click.argument("address", metavar="URL|FILE")
@click.option(
    "--shapes",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of DCAT-AP's SHACL files; without it, compliance scores nothing. SHACL 规则目录。",
)
@common.json_option
def mqa_command(address: str, shapes: Path | None, as_json: bool) -> None:
    """Score a published catalogue (catalog.jsonld) as data.europa.eu does. 元数据质量评分（MQA，满分 405）。

    \b
    Examples:
      hub mqa https://data.example.org/catalog.jsonld --shapes tests/data/shacl
    """
    from catalog.pack.mqa import MOST, assess, total
    from hub.harvest import answers, conforms, fetched

    text = fetched(address)
    lines = assess(text, answers, conforms=shapes is not None and conforms(text, shapes))
    if as_json:
        common.show_json({"total": round(total(lines), 1), "most": MOST, "lines": [asdict(line) for line in lines]})
        return
    common.show_table(
        f"MQA {total(lines):.1f} / {MOST}",
        ("dimension 维度", "metric 指标", "reached 得分", "of 满分"),
        [(line.dimension, line.name, f"{line.reached:.1f}", line.points) for line in lines],
    )


COMMANDS = (datasets_command, releases_command, status_command, show_command, settings_command, mqa_command)
