"""``hub parties``: who takes part in the exchange, and their signing keys."""

from __future__ import annotations

from pathlib import Path

import click

from agreements import register
from agreements.acting import party_of
from agreements.envelope import fingerprint
from agreements.keys import PartyKey
from agreements.model import Party, PartyKind
from hub.cli import common
from hub.cli.exchange import do, looking, plain, said


@click.group(name="parties")
def parties_group() -> None:
    """Regulators, testing bodies, units, institutes, platforms and hubs. 共享各方。"""


@parties_group.command(name="found")
@click.argument("uscc")
@click.argument("name")
@click.option("--region", required=True, help="GB/T 2260, six digits; 000000 for the nation. 行政区划代码。")
@click.option("--administrator", "administrators", multiple=True, required=True, help="Twice: two people. 两名管理员。")
@common.json_option
def found_command(uscc: str, name: str, region: str, administrators: tuple[str, ...], as_json: bool) -> None:
    """Enter the bureau that runs this hub, with its first two administrators. Once only. 建立交换中心。

    \b
    Example:
      hub parties found 11370000005000018M 示例省市场监督管理局 --region 370000 \\
        --administrator zhang --administrator li
    """
    party = do(lambda desk: register.found(desk, uscc, name, region, administrators))
    said(party, as_json, f"{party.name} runs this hub; administrators: {', '.join(administrators)}.")


@parties_group.command(name="register")
@click.argument("uscc")
@click.argument("name")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    required=True,
    type=click.Choice([one.value for one in PartyKind]),
    help="One or more. 类型。",
)
@click.option("--region", required=True, help="GB/T 2260, six digits. 行政区划代码。")
@common.by_option
@common.json_option
def register_command(uscc: str, name: str, kinds: tuple[str, ...], region: str, by: str | None, as_json: bool) -> None:
    """Register a party by its 统一社会信用代码. 登记。

    \b
    Example:
      hub parties register 12370000005000093B 示例研究院 --kind institute --region 370000 --by zhang
    """
    chosen = [PartyKind(kind) for kind in kinds]
    party = do(lambda desk: register.register(desk, common.operator(by), uscc, name, chosen, region))
    said(party, as_json, f"{party.id} {party.name} is registered.")


@parties_group.command(name="list")
@common.json_option
def list_command(as_json: bool) -> None:
    """All parties. 各方列表。"""
    with looking() as desk:
        found = desk.find(Party)
    if as_json:
        common.show_json([plain(one) for one in found])
        return
    common.show_table(
        "Parties 共享各方",
        ("uscc 代码", "name 名称", "kinds 类型", "region 地区", "state 状态", "reason 原因"),
        [(one.id, one.name, ", ".join(one.kinds), one.region, one.state, one.reason) for one in found],
    )


@parties_group.command(name="show")
@click.argument("uscc")
@common.json_option
def show_command(uscc: str, as_json: bool) -> None:
    """A party and its keys, with fingerprints to compare by telephone. 详情与公钥指纹。"""
    with looking() as desk:
        party = party_of(desk, uscc)
        keys = desk.find(PartyKey, party=uscc)
    if as_json:
        common.show_json({"party": plain(party), "keys": [plain(one) for one in keys]})
        return
    click.echo(f"{party.id} {party.name} · {party.region} · {', '.join(party.kinds)} · {party.state} {party.reason}")
    common.show_table(
        "Keys 公钥",
        ("fingerprint 指纹", "algorithm 算法", "state 状态"),
        [(fingerprint(one.id), one.algorithm, one.state) for one in keys],
    )


@parties_group.command(name="suspend")
@click.argument("uscc")
@click.option("--reason", required=True, help="Shown to the party. 暂停原因（向其显示）。")
@common.by_option
@common.json_option
def suspend_command(uscc: str, reason: str, by: str | None, as_json: bool) -> None:
    """Bar a party from everything, from the very next request on. 立即暂停。"""
    party = do(lambda desk: register.suspend_party(desk, common.operator(by), uscc, reason))
    said(party, as_json, f"{uscc} is suspended.")


@parties_group.command(name="restore")
@click.argument("uscc")
@common.by_option
@common.json_option
def restore_command(uscc: str, by: str | None, as_json: bool) -> None:
    """Let a suspended party in again, as another person than the one who suspended it. 恢复。"""
    party = do(lambda desk: register.restore_party(desk, common.operator(by), uscc))
    said(party, as_json, f"{uscc} is active again.")


@parties_group.command(name="add-key")
@click.argument("uscc")
@click.argument("pem", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@common.by_option
@common.json_option
def add_key_command(uscc: str, pem: Path, by: str | None, as_json: bool) -> None:
    """Propose a party's public key (Ed25519 or SM2, PEM). 登记公钥。

    \b
    Example:
      openssl genpkey -algorithm SM2 -out private.pem
      openssl pkey -in private.pem -pubout -out public.pem
      hub parties add-key 12370000005000093B public.pem --by zhang
    """
    key = do(lambda desk: register.propose_key(desk, common.operator(by), uscc, pem.read_text(encoding="utf-8")))
    said(key, as_json, f"{key.algorithm} key proposed. Compare with the party, then approve: {key.id}")


@parties_group.command(name="approve-key")
@click.argument("key_id")
@common.by_option
@common.json_option
def approve_key_command(key_id: str, by: str | None, as_json: bool) -> None:
    """Approve a key as a second administrator, after its fingerprint was compared. 核准公钥。"""
    key = do(lambda desk: register.approve_key(desk, common.operator(by), key_id))
    said(key, as_json, f"The key of {key.party} may sign.")


@parties_group.command(name="retire-key")
@click.argument("key_id")
@common.by_option
@common.json_option
def retire_key_command(key_id: str, by: str | None, as_json: bool) -> None:
    """Retire a key at once; what it signed stays signed. 停用公钥。"""
    key = do(lambda desk: register.retire_key(desk, common.operator(by), key_id))
    said(key, as_json, f"The key of {key.party} signs nothing any more.")


COMMANDS = (parties_group,)
