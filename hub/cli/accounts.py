"""``hub accounts``: who signs in on the pages. The link is handed over by people; no mail is sent."""

from __future__ import annotations

import click

from hub.accounts import accounts
from hub.accounts.sessions import end_all
from hub.cli import common
from hub.cli.exchange import parts
from hub.db.engine import reading, writing


@click.group(name="accounts")
def accounts_group() -> None:
    """People who sign in on the pages. 页面登录账号。"""


@accounts_group.command(name="invite")
@click.argument("person")
@common.by_option
@common.json_option
def invite_command(person: str, by: str | None, as_json: bool) -> None:
    """Make a one-time link with which PERSON opens an account, or comes back in. 生成一次性邀请链接。

    The link is good for three days and for one use; hand it over yourself.

    \b
    Example:
      hub accounts invite agent --by zhang
    """
    made = parts()
    with writing(made.engine) as connection:
        token = accounts.invite(connection, common.operator(by), person, made.clock.now())
    link = f"{common.settings().api_address}/account/welcome/{token}"
    if as_json:
        common.show_json({"person": person, "link": link})
        return
    click.echo(f"For {person}, once, within three days 三日内一次有效:\n{link}")


@accounts_group.command(name="list")
@common.json_option
def list_command(as_json: bool) -> None:
    """All accounts. 账号列表。"""
    with reading(parts().engine) as connection:
        found = accounts.listed(connection)
    rows = [(one.person, one.since.isoformat(), bool(one.code_secret)) for one in found]
    if as_json:
        keys = ("person", "since", "codes")
        common.show_json([dict(zip(keys, row, strict=True)) for row in rows])
        return
    common.show_table("Accounts 账号", ("person 用户名", "since 开通", "codes 动态口令"), rows)


@accounts_group.command(name="sign-out")
@click.argument("person")
def sign_out_command(person: str) -> None:
    """End every session of PERSON at once. 立即注销全部会话。"""
    made = parts()
    with writing(made.engine) as connection:
        gone = end_all(connection, person, made.clock.now())
    click.echo(f"{gone} sessions of {person} ended.")


@accounts_group.command(name="close")
@click.argument("person")
@common.by_option
def close_command(person: str, by: str | None) -> None:
    """Close an account; its sessions, passkeys and links end with it. 关闭账号。"""
    made = parts()
    with writing(made.engine) as connection:
        accounts.close(connection, common.operator(by), person, made.clock.now())
    click.echo(f"The account of {person} is closed.")


COMMANDS = (accounts_group,)
