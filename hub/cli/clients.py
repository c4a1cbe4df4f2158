"""``hub clients``: programs that ask for tokens, and the keys that sign tokens."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from catalog.errors import SettingsError
from hub.cli import common
from hub.cli.exchange import parts
from hub.db.engine import reading, writing
from hub.oauth import clients, signing
from hub.oauth.clients import Method, Wish
from hub.oauth.tokens import LIFE


@click.group(name="clients")
def clients_group() -> None:
    """Programs that ask for tokens (OAuth 2). 接口客户端。"""


@clients_group.command(name="add")
@click.argument("client_id")
@click.argument("name")
@click.option("--as", "person", default="", metavar="PERSON", help="The machine account it acts as. 机器账号。")
@click.option("--redirect", "redirects", multiple=True, metavar="URL", help="People sign in through it. 回调地址。")
@click.option(
    "--method",
    type=click.Choice([one.value for one in Method]),
    default=Method.SECRET.value,
    show_default=True,
    help="How it proves itself. 认证方式。",
)
@click.option("--jwks", type=click.Path(exists=True, path_type=Path), help="Its public keys (JWK set). 公钥文件。")
@click.option("--introspects", is_flag=True, help="May ask about any token. 可内省所有令牌。")
@common.by_option
@common.json_option
def add_command(  # noqa: PLR0913, PLR0917 - one argument an option
    client_id: str,
    name: str,
    person: str,
    redirects: tuple[str, ...],
    method: str,
    jwks: Path | None,
    introspects: bool,
    by: str | None,
    as_json: bool,
) -> None:
    """Register a client. Its secret is shown once and kept as a hash. 登记客户端，密钥仅显示一次。

    \b
    Examples:
      hub clients add institute-batch 研究院批处理 --as machine --by zhang
      hub clients add lab-app 检测机构应用 --redirect https://lab.example/back --method none --by zhang
    """
    wish = Wish(client_id, name, Method(method), person, _keys(jwks), redirects, introspects)
    made = parts()
    with writing(made.engine) as connection:
        secret = clients.register(connection, common.operator(by), wish, made.clock.now())
    if as_json:
        common.show_json({"client_id": client_id, **({"client_secret": secret} if secret else {})})
        return
    click.echo(f"client_id {client_id}" + (f"\nclient_secret {secret}" if secret else ""))


def _keys(path: Path | None) -> tuple[dict[str, object], ...]:
    if path is None:
        return ()
    try:
        return tuple(dict(one) for one in json.loads(path.read_text(encoding="utf-8"))["keys"])
    except (ValueError, KeyError, TypeError):
        raise SettingsError("The file is no JWK set.", todo='Give {"keys": [...]} with public keys.') from None


@clients_group.command(name="list")
@common.json_option
def list_command(as_json: bool) -> None:
    """All clients. 客户端列表。"""
    with reading(parts().engine) as connection:
        found = clients.listed(connection)
    rows = [(one.client_id, one.name, one.person or ", ".join(one.redirects), one.method, one.active) for one in found]
    heads = ("client_id", "name 名称", "acts as 账号", "method 认证方式", "active 有效")
    if as_json:
        keys = ("client_id", "name", "acts_as", "method", "active")
        common.show_json([dict(zip(keys, row, strict=True)) for row in rows])
        return
    common.show_table("Clients 客户端", heads, rows)


@clients_group.command(name="retire")
@click.argument("client_id")
@common.by_option
def retire_command(client_id: str, by: str | None) -> None:
    """Close a client; its tokens are worthless from the next request on. 停用客户端，令牌立即失效。"""
    made = parts()
    with writing(made.engine) as connection:
        clients.retire(connection, common.operator(by), client_id, made.clock.now())
    click.echo(f"{client_id} is retired.")


@clients_group.command(name="rotate-key")
@click.option("--now", "at_once", is_flag=True, help="Also when the last rotation is recent. 立即轮换。")
def rotate_command(at_once: bool) -> None:
    """Sign tokens with a new key from now on; running servers take it up by themselves. 轮换令牌签名密钥。

    Tokens of the key before stay good until they end; those of older keys are worthless.
    """
    folder = common.settings().home / "keys" / "tokens"
    last = max((path.stat().st_mtime for path in folder.glob("*.pem")), default=0.0)
    if not at_once and time.time() - last < LIFE:
        raise SettingsError("The key is less than an hour old.", todo="Wait, or give --now and end older tokens early.")
    click.echo(f"Key {signing.rotate(folder)} signs from now on.")


COMMANDS = (clients_group,)
