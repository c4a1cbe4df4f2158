"""``hub feedback``: corrections and demands that wait for the bureau, and its public answers."""

from __future__ import annotations

import click

from agreements import replying
from agreements.acting import actor_of
from agreements.calendar import CHINA
from agreements.feedback import Feedback, FeedbackState, Outcome
from hub.cli import common
from hub.cli.exchange import do, looking, plain, said
from hub.risk.impersonal import names_nobody


@click.group(name="feedback")
def feedback_group() -> None:
    """Corrections of data and demands for unopened data. 数据纠错与开放需求。"""


@feedback_group.command(name="list")
@click.option("--all", "every", is_flag=True, help="Also those that were answered. 含已答复。")
@common.by_option
@common.json_option
def list_command(every: bool, by: str | None, as_json: bool) -> None:
    """What waits for one's own bureau, the most urgent first. 待办互动反馈。"""
    with looking() as desk:
        bureau = actor_of(desk, common.operator(by)).party
        found = [one for one in desk.find(Feedback, bureau=bureau) if every or one.state is FeedbackState.OPEN]
        today = desk.now.astimezone(CHINA).date()
    ordered = sorted(found, key=lambda one: (one.due, one.id))
    if as_json:
        common.show_json([{**plain(one), "overdue": one.overdue(today)} for one in ordered])
        return
    common.show_table(
        "Feedback 互动反馈",
        ("no 编号", "kind 类别", "dataset 数据集", "column 字段", "due 期限", "late 逾期", "said 内容"),
        [
            (one.id, one.kind, one.dataset, one.about.column, str(one.due), "!" * one.overdue(today), one.said)
            for one in ordered
        ],
    )


@feedback_group.command(name="answer")
@click.argument("number")
@click.option("--outcome", type=click.Choice([one.value for one in Outcome]), required=True, help="结果。")
@click.option("--subject", required=True, help="What it was about, for everybody. 事项。")
@click.option("--answer", "words", required=True, help="The answer, for everybody; it names nobody. 公开答复。")
@common.by_option
@common.json_option
def answer_command(number: str, outcome: str, subject: str, words: str, by: str | None, as_json: bool) -> None:
    """Answer in public; what was said before is erased. 公开答复。

    \b
    Example:
      hub feedback answer K000001 --outcome accepted --subject 分级结果的等级 --answer 已在来源系统更正 --by wang
    """
    who = common.operator(by)
    done = do(lambda desk: replying.answer(desk, who, number, Outcome(outcome), subject, words, names_nobody))
    said(done, as_json, f"{done.id} is answered.")


@feedback_group.command(name="forward")
@click.argument("number")
@click.argument("bureau")
@common.by_option
@common.json_option
def forward_command(number: str, bureau: str, by: str | None, as_json: bool) -> None:
    """Hand feedback on to the bureau that it concerns; its deadline stays. 转办。"""
    moved = do(lambda desk: replying.forward(desk, common.operator(by), number, bureau))
    said(moved, as_json, f"{moved.id} waits for {moved.bureau}.")


COMMANDS = (feedback_group,)
