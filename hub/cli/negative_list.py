"""``hub negative-list make|lookup|feed|undecided``: goods that should not be sold, or sold with care."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click
import polars as pl

from agreements.calendar import CHINA
from catalog.errors import SourceError
from catalog.files import write_whole
from exporters.rules.book import shipped
from exporters.rules.negative_list import Answers, Question, ask, asked, delta, full
from exporters.rules.negative_list.objection import Outcome
from hub.cli import common
from hub.cli.exchange import calendar, do, looking, plain, said
from hub.parts import assemble
from hub.rules.facts import gather
from hub.rules.negative_list import TABLES, kept, make
from hub.rules.objections import OBJECTIONS, answer, object_to

_ANSWER = ("outcome", "class", "colour", "advice", "part_class", "entries", "unattributed", "flags")
_MATCH = (
    "rule",
    "class",
    "level",
    "product_name",
    "model_spec",
    "batch",
    "since",
    "leaves_on",
    "because_zh",
    "entry_id",
)


@click.group(name="negative-list")
def negative_list() -> None:
    """The negative list of products: make it, ask it, feed platforms. 重点工业产品质量安全负面清单。

    \b
    Examples 示例:
      hub negative-list make                                  derive it from the source  生成清单
      hub negative-list lookup --code 6921168509256           one question  单个查询
      hub negative-list lookup --file stock.csv --json        many at once  批量查询
      hub negative-list feed --since 3 --out changes.csv      what changed since list 3  增量
    """


@negative_list.command(name="make")
@click.option("--source", metavar="URL", help="Source database; default: HUB_SOURCE. 源数据库。")
@click.option(
    "--registers", type=click.Path(path_type=Path, file_okay=False), help="Folder of rule registers. 规则登记册目录。"
)
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day it speaks of; default: today. 日期。")
@common.by_option
@common.json_option
def make_command(
    source: str | None, registers: Path | None, day: datetime | None, by: str | None, as_json: bool
) -> None:
    """Derive the list from the source and keep it under the next number. 生成清单。"""
    settings = common.settings()
    parts = assemble(settings, common.operator(by), source=source)
    facts = gather(settings, TABLES, source=source, registers=registers)
    today = parts.clock.now().astimezone(settings.timezone).date()
    made = make(facts, day.date() if day else today, parts)
    shown = made.listing.entries.filter(pl.col("state") == "listed").group_by("rule").len().sort("rule")
    undecided = made.undecided().height
    if as_json:
        common.show_json(
            {
                "number": made.number,
                "day": made.listing.day,
                "rules": made.listing.version,
                "entries": dict(shown.iter_rows()),
                "undecided": undecided,
                "not_asked": made.listing.not_asked,
            }
        )
        return
    common.show_table(f"Negative list {made.number} 负面清单", ("rule 规则", "entries 条目"), list(shown.iter_rows()))
    click.echo(
        f"Undecided records 未判定记录: {undecided:,}. Not asked 未适用: {', '.join(made.listing.not_asked) or '-'}."
    )


@negative_list.command(name="lookup")
@click.option("--uscc", help="Producer. 生产单位统一社会信用代码。")
@click.option("--product", help="Product name. 产品名称。")
@click.option("--model", help="Model. 规格型号。")
@click.option("--batch", help="Batch. 批号。")
@click.option(
    "--code", help="GTIN, GS1 trace code, product code or CCC certificate. 商品条码、追溯码、产品编码或证书编号。"
)
@click.option(
    "--file",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Many questions: CSV with some of the columns uscc, product, model, batch, code. 批量。",
)
@click.option("--list", "number", type=int, help="An earlier list's number. 历史清单编号。")
@common.json_option
def lookup_command(
    uscc: str | None, product: str | None, model: str | None, batch: str | None, code: str | None,
    file: Path | None, number: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Ask whether goods are listed. Not listed is no proof of quality. 查询；未列入不等于质量合格。"""
    found = kept(assemble(common.settings(), ""), number)
    book = shipped("negative_list")
    if file is None:
        answers = ask(found.listing, found.codes, [Question(uscc, product, model, batch, code)], book)
    else:
        answers = asked(found.listing, found.codes, _questions(file), book)
    _show(answers, found.number, as_json=as_json)


@negative_list.command(name="feed")
@click.option("--since", type=int, help="Only what changed since the list of this number. 自该编号以来的变化。")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="CSV file; default: standard output. 输出。"
)
def feed_command(since: int | None, out: Path | None) -> None:
    """What platforms take: the whole list, or its changes. For registered users, never a public file. 推送数据。"""
    parts = assemble(common.settings(), "")
    book = shipped("negative_list")
    now = kept(parts)
    rows = full(now.listing, book) if since is None else delta(kept(parts, since).listing, now.listing, book)
    text = rows.write_csv().encode()
    if out is None:
        sys.stdout.buffer.write(text)
        return
    write_whole(out, b"\xef\xbb\xbf" + text)
    click.echo(f"List 清单 {now.number}: {rows.height:,} rows 行 → {out}")


@negative_list.command(name="undecided")
@common.json_option
def undecided_command(as_json: bool) -> None:
    """Records that no rule could judge, counted by table and flag; corrections belong to their source. 未判定记录。"""
    rows = kept(assemble(common.settings(), "")).undecided()
    counted = rows.group_by("source", "rules", "flags").len().sort("source", "rules", "flags")
    if as_json:
        common.show_json([dict(row) for row in counted.iter_rows(named=True)])
        return
    common.show_table(
        "Undecided 未判定", ("table 表", "rules 规则", "flags 标记", "records 记录"), list(counted.iter_rows())
    )


@negative_list.command(name="objections")
@common.json_option
def objections_command(as_json: bool) -> None:
    """Objections to entries, with deadlines, answers and exits. 异议清单。"""
    with looking() as desk:
        found, today = OBJECTIONS.find(desk.connection), desk.now.astimezone(CHINA).date()
    if as_json:
        common.show_json([{**plain(one), "overdue": one.overdue(today)} for one in found])
        return
    heads = (
        "no 编号",
        "entry 条目",
        "party 单位",
        "due 期限",
        "late 逾期",
        "state 状态",
        "outcome 结果",
        "exit 移出清单",
    )
    rows = [
        (o.id, o.entry, o.party, o.due, "!" * o.overdue(today), o.state, o.outcome, o.exit_list or "") for o in found
    ]
    common.show_table("Objections 异议", heads, rows)


@negative_list.command(name="object")
@click.argument("entry")
@click.option("--text", "words", required=True, help="What is wrong. 异议内容。")
@common.by_option
@common.json_option
def object_command(entry: str, words: str, by: str | None, as_json: bool) -> None:
    """Object to an entry that names one's own unit. 提出异议。"""
    now, days, who = kept(assemble(common.settings(), "")), calendar(), common.operator(by)
    entries = now.listing.entries
    done = do(lambda desk: object_to(desk, who, entry, words, entries, now.number, days))
    said(done, as_json, f"{done.id}: answered by 答复期限 {done.due}.")


@negative_list.command(name="answer")
@click.argument("number")
@click.option(
    "--outcome", type=click.Choice([one.value for one in Outcome]), required=True, help="1 维持 2 撤销 3 更正。"
)
@click.option("--answer", "words", required=True, help="The answer; it names nobody. 答复。")
@common.by_option
@common.json_option
def answer_command(number: str, outcome: str, words: str, by: str | None, as_json: bool) -> None:
    """Answer an objection; upheld (2) the entry leaves with the next list. 答复异议。"""
    who = common.operator(by)
    done = do(lambda desk: answer(desk, who, number, Outcome(outcome), words))
    said(done, as_json, f"{done.id} {done.state}.")


def _questions(file: Path) -> pl.DataFrame:
    try:
        given = pl.read_csv(file, infer_schema=False)
    except Exception as error:  # noqa: BLE001 - the reader puts the value it stumbles over into its message
        raise SourceError(f"{file.name}: cannot be read: {type(error).__name__}.", todo="Give CSV in UTF-8.") from None
    names = ("uscc", "product", "model", "batch", "code")
    if not set(names) & set(given.columns):
        raise SourceError(f"{file.name}: no column is one of {', '.join(names)}.", todo="Name the columns.")
    return given.select(pl.col(n) if n in given.columns else pl.lit(None, pl.String).alias(n) for n in names)


def _show(answers: Answers, number: int, *, as_json: bool) -> None:
    if as_json:
        matches = answers.matches.partition_by("question", as_dict=True)
        rows = []
        for row in answers.answers.iter_rows(named=True):
            behind = matches.get((row["question"],))
            rows.append({**row, "list": number, "matches": behind.to_dicts() if behind is not None else []})
        common.show_json(rows)
        return
    common.show_table(
        f"Negative list {number} 负面清单", ("no 序号", *_ANSWER), answers.answers.select("question", *_ANSWER).rows()
    )
    if answers.matches.height:
        common.show_table("Entries 条目", ("no 序号", *_MATCH), answers.matches.select("question", *_MATCH).rows())


COMMANDS = (negative_list,)
