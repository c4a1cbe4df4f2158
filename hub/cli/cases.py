"""``hub cases``: suspected abuse, from opening to the exported file of evidence."""

from __future__ import annotations

from pathlib import Path

import click

from agreements import cases
from agreements.abuse import rules
from agreements.case import Case
from catalog.files import write_whole
from hub.cli import common
from hub.cli.exchange import do, looking, parts, plain, said
from hub.papers.case_file import case_file
from hub.state.exchange import desk as desk_of
from hub.timetable.watching import watch


@click.group(name="cases")
def cases_group() -> None:
    """Suspected abuse, appeals and evidence. 滥用线索与案卷。"""


@cases_group.command(name="list")
@common.json_option
def list_command(as_json: bool) -> None:
    """All cases. 案件列表。"""
    with looking() as desk:
        found = desk.find(Case)
    if as_json:
        common.show_json([plain(one) for one in found])
        return
    common.show_table(
        "Cases 案件",
        ("case 案件", "party 当事方", "rule 规则", "state 状态", "opened 立案", "finding 结论"),
        [(one.id, one.party, one.rule, one.state, f"{one.opened_at:%F %T}", one.finding) for one in found],
    )


@cases_group.command(name="show")
@click.argument("number")
@common.json_option
def show_command(number: str, as_json: bool) -> None:
    """A case with its facts and remarks. 案件详情。"""
    with looking() as desk:
        case = cases.case_of(desk, number)
    if as_json:
        common.show_json(plain(case))
        return
    click.echo(f"{case.id} {case.party} {case.rule} {case.state} {case.finding}")
    common.show_table("Facts 事实", ("what 项目", "value 值"), case.facts)
    common.show_table("Remarks 意见", ("at 时间", "by 人员", "text 内容"), case.remarks)


@cases_group.command(name="open")
@click.argument("party")
@click.option("--rule", default="manual", show_default=True, type=click.Choice(["manual", *rules()]), help="规则。")
@click.option("--fact", "facts", multiple=True, metavar="NAME=VALUE", help="Identifiers and counts only. 事实。")
@click.option("--suspend", is_flag=True, help="Suspend the party at once. 立即暂停。")
@common.by_option
@common.json_option
def open_command(party: str, rule: str, facts: tuple[str, ...], suspend: bool, by: str | None, as_json: bool) -> None:
    """Open a case about a party. 立案。

    \b
    Example:
      hub cases open 12370000005000093B --rule traced-leak --fact report=5f0c… --by wang
    """
    told = [(name, value) for name, _, value in (fact.partition("=") for fact in facts)]
    case = do(lambda desk: cases.open_case(desk, common.operator(by), party, rule, told, suspend=suspend))
    said(case, as_json, f"{case.id} is open.")


@cases_group.command(name="remark")
@click.argument("number")
@click.argument("text")
@common.by_option
@common.json_option
def remark_command(number: str, text: str, by: str | None, as_json: bool) -> None:
    """Add a remark; from the party itself it is its appeal. 意见或申诉。"""
    case = do(lambda desk: cases.remark(desk, common.operator(by), number, text))
    said(case, as_json, f"{case.id} holds {len(case.remarks)} remarks.")


@cases_group.command(name="close")
@click.argument("number")
@click.option("--finding", required=True, help="What was found. 结论。")
@common.by_option
@common.json_option
def close_command(number: str, finding: str, by: str | None, as_json: bool) -> None:
    """Close a case, as another person than the one who opened it. 结案。"""
    case = do(lambda desk: cases.close_case(desk, common.operator(by), number, finding))
    said(case, as_json, f"{case.id} is closed.")


@cases_group.command(name="export")
@click.argument("number")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="Default: NUMBER.zip. 文件名。")
@common.by_option
def export_command(number: str, target: Path | None, by: str | None) -> None:
    """Write the case file: agreements, grants, uses and ledger entries, with checksums. 导出案卷。"""
    made = parts()
    with desk_of(made.engine, made.clock.now()) as desk:
        raw = case_file(desk, common.operator(by), number, made.signer)
    path = target or Path(f"{number}.zip")
    write_whole(path, raw)
    click.echo(str(path))


@cases_group.command(name="watch")
@common.json_option
def watch_command(as_json: bool) -> None:
    """Apply the abuse rules to everybody who used anything today; run it every few minutes. 监测滥用。"""
    made = parts()
    opened = watch(made.engine, made.clock.now())
    if as_json:
        common.show_json([plain(one) for one in opened])
        return
    for one in opened:
        click.echo(f"{one.id} {one.party} {one.rule}")


COMMANDS = (cases_group,)
