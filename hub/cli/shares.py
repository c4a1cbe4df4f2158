"""``hub shares``: what a party may read by Delta Sharing, and the profile files that its clients need."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click

from agreements.acting import demand_house, standing_of
from agreements.permissions import Permission
from catalog.errors import NotPermitted, SettingsError
from hub.cli import common
from hub.cli.exchange import looking, parts
from hub.oauth import clients
from hub.oauth.clients import knows_secret
from hub.oauth.signing import KeyRing
from hub.oauth.tokens import LIFE, Tokens
from hub.parts import datasets
from hub.sharing.profile import bearer_profile, oauth_profile, write_profile
from hub.sharing.shares import SCHEMA, offers


@click.group(name="shares")
def shares_group() -> None:
    """What parties read by Delta Sharing. Delta Sharing 共享。"""


@shares_group.command(name="list")
@click.argument("account")
@common.by_option
@common.json_option
def list_command(account: str, by: str | None, as_json: bool) -> None:
    """Tables that ACCOUNT, a person or machine, may read now. 账号当前可读的共享表。"""
    made = parts()
    with looking() as desk:
        if common.operator(by) != account:
            demand_house(desk, common.operator(by), Permission.USE_READ)
        found = offers(standing_of(desk, account), datasets(common.settings()), made.clock.now())
    rows = [(f"{one.share}.{SCHEMA}.{one.dataset.id}", one.dataset.zh) for one in found]
    if as_json:
        common.show_json([{"table": table, "title": title} for table, title in rows])
        return
    common.show_table("Shared tables 共享表", ("table 表", "dataset 数据集"), rows)


@shares_group.command(name="profile")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--client", "client_id", required=True, help="A registered client with a secret. 已登记的客户端。")
@click.option("--bearer", is_flag=True, help="Put a token of one hour in, instead of the secret. 写入一小时令牌。")
@click.option("--secret", prompt=True, hide_input=True, help="Asked for when not given. 未提供时交互输入。")
def profile_command(file: Path, client_id: str, bearer: bool, secret: str) -> None:
    """Write the profile FILE that Delta Sharing clients read; only its owner can. 生成配置文件（权限 0600）。

    The profile holds the client's secret: it fetches tokens as it needs them, until the client is retired. With
    --bearer it holds one token and ends in an hour.

    \b
    Example:
      hub shares profile institute.share --client institute-batch
    """
    made, settings = parts(), common.settings()
    found = clients.find(made.engine, client_id)
    if found is None or not found.person or not knows_secret(found, secret):
        raise NotPermitted("No machine's client has this id and secret.", todo="See `hub clients list`.")
    if not settings.api_url:
        raise SettingsError("A profile names the API's public address.", todo="Set HUB_API_URL.")
    address = settings.api_address
    if bearer:
        now = made.clock.now()
        tokens = Tokens(made.engine, KeyRing(settings.home / "keys" / "tokens"), address)
        token, _ = tokens.make(found.person, client_id, [str(Permission.SHARE_READ)], now)
        write_profile(file, bearer_profile(address, token, now + timedelta(seconds=LIFE)))
    else:
        write_profile(file, oauth_profile(address, client_id, secret))
    click.echo(f"{file} is the key to {found.person}'s shares: keep it as one. 请妥善保管此文件。")


COMMANDS = (shares_group,)
