"""``hub agreements``: the life of data-use agreements, a command a step. Files and signatures: ``agreement_files``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from agreements import applying, ending
from agreements.agreement import Agreement
from agreements.calendar import CHINA
from agreements.desk import Desk
from agreements.moving import Move, agreement_of
from agreements.reminders import reminders
from agreements.states import life, open_moves
from hub.cli import common
from hub.cli.agreement_files import FILE_COMMANDS
from hub.cli.exchange import (
    TEMPLATE,
    calendar,
    changing,
    do,
    looking,
    move,
    note_option,
    offered,
    plain,
    read_application,
    said,
)


@click.group(name="agreements")
def agreements_group() -> None:
    """Data-use agreements, from application to proof of destruction. 数据使用协议。

    \b
    The way of an agreement 流程:
      apply → check → review → (offer → accept) → decide → sign, sign → active
      active → suspend/restore, expire, terminate, leave → certify
    """


def _state(found: Agreement) -> str:
    shown = life().states[found.state]
    return f"{found.id} {shown.en} {shown.zh}"


@agreements_group.command(name="list")
@click.option("--state", type=click.Choice(sorted(life().states)), help="Only these. 状态。")
@common.json_option
def list_command(state: str | None, as_json: bool) -> None:
    """All agreements. 协议列表。"""
    with looking() as desk:
        found = desk.find(Agreement, **({"state": state} if state else {}))
    if as_json:
        common.show_json([plain(one) for one in found])
        return
    common.show_table(
        "Agreements 协议",
        ("number 编号", "recipient 使用方", "state 状态", "datasets 数据集", "until 期限", "due 办理期限"),
        [
            (
                one.id,
                one.recipient,
                one.state,
                ", ".join(item.dataset for item in one.application.data),
                one.application.ends,
                f"{one.due} ?" if one.provisional else one.due,
            )
            for one in found
        ],
    )


@agreements_group.command(name="show")
@click.argument("number")
@common.json_option
def show_command(number: str, as_json: bool) -> None:
    """An agreement: what was done, what can be done now, who must act by when. 协议详情。"""
    with looking() as desk:
        found = agreement_of(desk, number)
    if as_json:
        common.show_json(plain(found))
        return
    click.echo(
        _state(found) + (f" · due 期限 {found.due}" if found.due else "") + (f" · {found.reason}" * bool(found.reason))
    )
    if found.digest:
        click.echo(f"SHA-256 {found.digest}\nSM3     {found.sm3}")
    common.show_table(
        "Steps 经过",
        ("at 时间", "step 步骤", "by 人员", "note 备注"),
        [(f"{step.at.astimezone(CHINA):%F %T}", step.name, step.by, step.note) for step in found.steps],
    )
    common.show_table(
        "Possible now 可办理",
        ("step 步骤", "名称", "by 办理方"),
        [(one.name, one.zh, one.by) for one in open_moves(found.state)],
    )


@agreements_group.command(name="template")
def template_command() -> None:
    """Print an application to fill in (TOML). 申请模板。

    \b
    Example:
      hub agreements template > application.toml
    """
    click.echo(TEMPLATE, nl=False)


_FILE = click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@agreements_group.command(name="apply")
@_FILE
@click.option("--replaces", default="", metavar="NUMBER", help="Amends or renews this one. 变更或续签的协议。")
@common.by_option
@common.json_option
def apply_command(path: Path, replaces: str, by: str | None, as_json: bool) -> None:
    """Apply, or apply for an amendment or a renewal. 申请。

    \b
    Examples:
      hub agreements apply application.toml --by chen
      hub agreements apply longer.toml --replaces 2026-0001 --by chen
    """
    asked = read_application(path)
    found = do(lambda desk: applying.apply(desk, move("", by), asked, replaces))
    said(found, as_json, f"{_state(found)}; the bureau answers by {found.due}.")


@agreements_group.command(name="resubmit")
@click.argument("number")
@_FILE
@common.by_option
@common.json_option
def resubmit_command(number: str, path: Path, by: str | None, as_json: bool) -> None:
    """Complete an application, or answer an offer with another application. 补正。"""
    asked = read_application(path)
    found = do(lambda desk: applying.resubmit(desk, move(number, by), asked))
    said(found, as_json, _state(found))


@agreements_group.command(name="check")
@click.argument("number")
@common.by_option
@common.json_option
def check_command(number: str, by: str | None, as_json: bool) -> None:
    """Check for completeness: on to review, or back with what is lacking. 完整性审核。"""
    known = offered()
    found, missing = do(lambda desk: applying.check(desk, move(number, by), known))
    said(found, as_json, "\n".join((_state(found), *(f"  {one}" for one in missing))))


@agreements_group.command(name="offer")
@click.argument("number")
@_FILE
@note_option
@common.by_option
@common.json_option
def offer_command(number: str, path: Path, note: str, by: str | None, as_json: bool) -> None:
    """Offer other conditions than were applied for. 反要约。"""
    asked = read_application(path)
    found = do(lambda desk: applying.offer(desk, move(number, by, note), asked))
    said(found, as_json, f"{_state(found)}; the applicant answers by {found.due}.")


@agreements_group.command(name="decide")
@click.argument("number")
@click.option("--approve/--refuse", "approved", required=True, default=None, help="同意 / 不予同意。")
@note_option
@common.by_option
@common.json_option
def decide_command(number: str, approved: bool, note: str, by: str | None, as_json: bool) -> None:
    """Decide, as another person than the reviewer. 决定。

    \b
    Examples:
      hub agreements decide 2026-0001 --approve --by zhao
      hub agreements decide 2026-0001 --refuse --note "no research purpose" --by zhao
    """
    known = offered()
    step = (lambda desk, m: applying.approve(desk, m, known)) if approved else applying.refuse
    found = do(lambda desk: step(desk, move(number, by, note)))
    said(found, as_json, _state(found) + (f"\nBoth sides sign this text: hub agreements text {number}" * approved))


@agreements_group.command(name="due")
@click.option("--expire", is_flag=True, help="Also mark agreements whose term has passed. 标记到期协议。")
@common.json_option
def due_command(expire: bool, as_json: bool) -> None:
    """What falls due by working days: answers, destruction, renewals. 期限与提醒。

    \b
    Example, once a day:
      hub agreements due --expire
    """
    days = calendar()
    with (changing if expire else looking)() as desk:
        ended = ending.expire(desk, Move("", "", days)) if expire else ()
        told = reminders(desk.find(Agreement), days, desk.now.astimezone(CHINA).date())
    if as_json:
        common.show_json({"expired": [one.id for one in ended], "reminders": [plain(one) for one in told]})
        return
    for one in ended:
        click.echo(_state(one))
    common.show_table(
        "Due 期限（? 年度安排未公布）",
        ("agreement 协议", "kind 类别", "waits for 待办方", "day 日期", "working days left 剩余工作日"),
        [
            (one.agreement, one.kind, one.waits_for, f"{one.day}{' ?' * one.provisional}", one.working_days)
            for one in told
        ],
    )


def _plain_step(name: str, what: Callable[[Desk, Move], Agreement], text: str) -> click.Command:
    """A command for a step that needs a number and a note only."""

    @click.command(name=name, help=f'{text}\n\n\b\nExample:\n  hub agreements {name} 2026-0001 --note "…" --by wang')
    @click.argument("number")
    @note_option
    @common.by_option
    @common.json_option
    def step(number: str, note: str, by: str | None, as_json: bool) -> None:
        found = do(lambda desk: what(desk, move(number, by, note)))
        said(found, as_json, _state(found))

    return step


for _command in (
    _plain_step("review", applying.review, "Recommend, with the reason as note. 审查意见。"),
    _plain_step("accept", applying.accept, "Accept the bureau's offer. 接受反要约。"),
    _plain_step("withdraw", applying.withdraw, "Take the application back. 撤回申请。"),
    _plain_step("suspend", ending.suspend, "Suspend at once; the note is shown to the party. 暂停。"),
    _plain_step("appeal", ending.appeal, "Answer a suspension. 申诉。"),
    _plain_step("restore", ending.restore, "Lift a suspension, as another person. 恢复。"),
    _plain_step("terminate", ending.terminate, "End an agreement as the bureau. 终止。"),
    _plain_step("leave", ending.leave, "End an agreement as its recipient. 解除。"),
    *FILE_COMMANDS,
):
    agreements_group.add_command(_command)

COMMANDS = (agreements_group,)
