"""``hub uses`` and ``hub tickets``: who took what, and the owners' authorisations for single records (SM06)."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from agreements import tickets
from agreements.acting import actor_of, demand_house
from agreements.calendar import CHINA
from agreements.model import Purpose, PurposeKind, Ticket
from agreements.permissions import Permission
from agreements.use import keep_until
from hub.cli import common
from hub.cli.exchange import do, looking, parts, plain, said
from hub.state.exchange import desk as desk_of
from hub.state.use_audit import broken_batches
from hub.state.uses import SqlUses, forget_uses


@click.group(name="uses")
def uses_group() -> None:
    """Records of use. 使用记录。"""


@uses_group.command(name="list")
@click.argument("party")
@click.option("--days", default=30, show_default=True, help="How far back. 天数。")
@common.by_option
@common.json_option
def list_command(party: str, days: int, by: str | None, as_json: bool) -> None:
    """What a party took; shown to the bureau and to the party itself. 使用情况。"""
    made = parts()
    with looking() as desk:
        if actor_of(desk, common.operator(by)).party != party:
            demand_house(desk, common.operator(by), Permission.USE_READ)
    found = SqlUses(made.engine).of(party, made.clock.now() - timedelta(days=days))
    if as_json:
        common.show_json([plain(one) for one in found])
        return
    common.show_table(
        "Uses 使用记录",
        ("at 时间", "actor 操作人", "action 方式", "dataset 数据集", "rows 行数", "grant 授权", "clause 依据"),
        [
            (f"{one.at.astimezone(CHINA):%F %T}", one.actor, one.action, one.dataset, one.rows, one.grant, one.clause)
            for one in found
        ],
    )


@uses_group.command(name="forget")
def forget_command() -> None:
    """Remove records older than HUB_KEEP_USES_DAYS, never younger than six months. 清理过期记录。

    \b
    Example, once a month:
      hub uses forget
    """
    made = parts()
    now = made.clock.now()
    with desk_of(made.engine, now) as desk:
        gone = forget_uses(desk.connection, keep_until(now, common.settings().keep_uses_days), now)
    click.echo(f"{gone} records of use were removed.")


@uses_group.command(name="verify")
@common.json_option
def verify_command(as_json: bool) -> None:
    """Hold every record of use against its ledger entry; exit code 1 when one was changed or removed. 核对使用记录。

    The ledger itself is proven by `hub ledger verify`.
    """
    with looking() as desk:
        broken = list(broken_batches(desk.connection))
    if as_json:
        common.show_json({"holds": not broken, "entries": broken})
    elif broken:
        click.echo(f"{len(broken)} ledger entries no longer match their records of use; the first is {broken[0]}.")
    else:
        click.echo("All records of use stand as they were written.")
    if broken:
        raise SystemExit(1)


@click.group(name="tickets")
def tickets_group() -> None:
    """Single-record queries that the data's owner authorises. 授权查询。"""


@tickets_group.command(name="ask")
@click.argument("dataset")
@click.argument("record")
@click.option("--owner", required=True, help="USCC of the data's owner. 数据所属主体代码。")
@click.option("--field", "fields", multiple=True, required=True, help="One or more. 字段。")
@click.option("--case", "case_no", default="", help="Case number. 案号。")
@click.option("--reason", required=True, help="Why; shown to the owner. 理由。")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="First day it no longer holds. 截止日。"
)
@common.by_option
@common.json_option
def ask_command(  # noqa: PLR0913, PLR0917 - click hands over each option
    dataset: str,
    record: str,
    owner: str,
    fields: tuple[str, ...],
    case_no: str,
    reason: str,
    until: datetime,
    by: str | None,
    as_json: bool,
) -> None:
    """Ask a record's owner for protected fields. 申请授权查询。

    \b
    Example:
      hub tickets ask licences r-7 --owner 91370100005000077M --field applicant_contact_phone \\
        --case 案〔2026〕7号 --reason 核查 --until 2026-04-01 --by chen
    """
    why = Purpose(PurposeKind.SUPERVISION, case_no, reason)
    ends = until.replace(tzinfo=CHINA)
    made = do(lambda desk: tickets.ask(desk, common.operator(by), owner, dataset, record, fields, why, ends))
    said(made, as_json, f"{made.id} waits for its owner.")


@tickets_group.command(name="authorise")
@click.argument("number")
@common.by_option
@common.json_option
def authorise_command(number: str, by: str | None, as_json: bool) -> None:
    """Authorise a query, as the data's owner. 授权。"""
    found = do(lambda desk: tickets.authorise(desk, common.operator(by), number))
    said(found, as_json, f"{found.id} holds until {found.ends.astimezone(CHINA):%F}.")


@tickets_group.command(name="withdraw")
@click.argument("number")
@common.by_option
@common.json_option
def withdraw_command(number: str, by: str | None, as_json: bool) -> None:
    """Refuse or end an authorisation, as the data's owner; it holds from the next request on. 撤回授权。"""
    found = do(lambda desk: tickets.withdraw(desk, common.operator(by), number))
    said(found, as_json, f"{found.id} is withdrawn.")


@tickets_group.command(name="list")
@common.by_option
@common.json_option
def tickets_command(by: str | None, as_json: bool) -> None:
    """Tickets that one's own party asked for or owns. 授权查询列表。"""
    with looking() as desk:
        party = actor_of(desk, common.operator(by)).party
        found = {one.id: one for one in (*desk.find(Ticket, party=party), *desk.find(Ticket, owner=party))}
    if as_json:
        common.show_json([plain(found[number]) for number in sorted(found)])
        return
    common.show_table(
        "Tickets 授权查询",
        ("ticket", "party 申请方", "owner 所属主体", "record 记录", "fields 字段", "until 截止", "authorised 授权"),
        [
            (
                one.id,
                one.party,
                one.owner,
                f"{one.dataset}/{one.record}",
                ", ".join(one.fields),
                f"{one.ends.astimezone(CHINA):%F}",
                "withdrawn 已撤回" if one.withdrawn_at else one.authorised_at is not None,
            )
            for one in (found[number] for number in sorted(found))
        ],
    )


COMMANDS = (uses_group, tickets_group)
