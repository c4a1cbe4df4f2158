"""``hub peers`` and ``hub receipts``: other hubs, what goes to them, and the proof of what was said."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from agreements.envelope import fingerprint
from agreements.peers import outbox
from agreements.peers.model import Parcel, Peer, Receipt
from agreements.peers.receipt import check_receipt
from catalog.errors import OutOfStep, SettingsError
from catalog.files import write_whole
from catalog.typed import from_json
from hub.cli import common
from hub.cli.exchange import do, looking, parts, plain, said
from hub.cli.peer_questions import ask_command


@click.group(name="peers")
def peers_group() -> None:
    """Hubs of other provinces. 外省枢纽。

    \b
    The way to a peer 流程:
      hub parties register CODE NAME --kind hub --kind regulator --region 330000
      hub parties add-key CODE peer.pem, approve-key
      hub peers propose CODE https://hub.example.org, approve
    """


@peers_group.command(name="key")
def key_command() -> None:
    """Print this hub's public key: register it here for the bureau, and send it to every peer. 本枢纽公钥。"""
    from hub.peering.peer_station import public_pem

    click.echo(public_pem(common.settings()), nl=False)


@peers_group.command(name="list")
@common.json_option
def list_command(as_json: bool) -> None:
    """Peers and what waits for them. 枢纽与待发件。"""
    with looking() as desk:
        peers = desk.find(Peer)
        waiting = desk.find(Parcel, state="waiting")
    if as_json:
        common.show_json({"peers": [plain(one) for one in peers], "waiting": [plain(one) for one in waiting]})
        return
    common.show_table(
        "Peers 枢纽", ("uscc", "address 地址", "state 状态"), [(one.id, one.address, one.state) for one in peers]
    )
    common.show_table(
        "Waiting 待发",
        ("parcel 件", "peer 枢纽", "attempts 次数", "next 下次", "failure 失败"),
        [(one.id, one.peer, one.attempts, f"{one.next_at:%F %T}", one.failure) for one in waiting],
    )


@peers_group.command(name="propose")
@click.argument("uscc")
@click.argument("address")
@common.by_option
@common.json_option
def propose_command(uscc: str, address: str, by: str | None, as_json: bool) -> None:
    """Enter a peer; a second administrator approves it. 登记枢纽。"""
    peer = do(lambda desk: outbox.propose_peer(desk, common.operator(by), uscc, address))
    said(peer, as_json, f"{uscc} waits for a second administrator.")


@peers_group.command(name="approve")
@click.argument("uscc")
@common.by_option
@common.json_option
def approve_command(uscc: str, by: str | None, as_json: bool) -> None:
    """Approve a peer, as another administrator. 核准枢纽。"""
    peer = do(lambda desk: outbox.approve_peer(desk, common.operator(by), uscc))
    said(peer, as_json, f"{uscc} is a peer.")


@peers_group.command(name="end")
@click.argument("uscc")
@common.by_option
@common.json_option
def end_command(uscc: str, by: str | None, as_json: bool) -> None:
    """Speak no more with a peer. 终止互联。"""
    peer = do(lambda desk: outbox.end_peer(desk, common.operator(by), uscc))
    said(peer, as_json, f"{uscc} is no peer any more.")


@peers_group.command(name="post")
@click.argument("uscc")
@click.argument("record")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--level", type=click.Choice(["S", "H"]), required=True, help="Risk level 风险等级。")
@common.json_option
def post_command(uscc: str, record: str, path: Path, level: str, as_json: bool) -> None:
    """Put a risk record (JSON object) on its way to a peer (SM04). 推送风险记录。

    \b
    Example:
      hub peers post 11330000005000042R FX-2026-1 record.json --level H
    """
    from hub.peering import peers
    from hub.peering.peer_station import station_of

    try:
        body = from_json(path.read_bytes(), dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise SettingsError("The record is no JSON object.", todo="Give one record as JSON.") from None
    made = parts()
    parcel = peers.post(station_of(made, common.settings()), uscc, outbox.Risk(record, level), body, made.clock.now())
    said(parcel, as_json, f"{parcel.id} waits; `hub peers push` sends it.")


@peers_group.command(name="collect")
@common.json_option
def collect_command(as_json: bool) -> None:
    """Put notices and the newest releases' high risks on their way to every peer, once. 汇集待推送风险和提示。"""
    from hub.parts import datasets
    from hub.peering import peer_risks
    from hub.peering.peer_station import station_of
    from hub.risk import peer_notices

    made, settings = parts(), common.settings()
    station = station_of(made, settings)
    found = peer_notices.offer(station, made.clock, made.lease_seconds)
    found += peer_risks.collect(station, made, datasets(settings), made.clock.now())
    said([plain(one) for one in found], as_json, f"{len(found)} records wait; `hub peers push` sends them.")


@peers_group.command(name="push")
@common.json_option
def push_command(as_json: bool) -> None:
    """Try everything that is due, once; run it every minute. 发送待发件。"""
    from hub.peering import peers
    from hub.peering.peer_client import send
    from hub.peering.peer_station import station_of

    made = parts()
    done = peers.push(station_of(made, common.settings()), made.clock.now, send)
    if as_json:
        common.show_json([plain(one) for one in done])
        return
    for one in done:
        click.echo(f"{one.id} {one.peer} {one.state} {one.failure}".rstrip())


@peers_group.command(name="dead")
@common.json_option
def dead_command(as_json: bool) -> None:
    """Dead letters: what could not be delivered. 死信。"""
    with looking() as desk:
        found = desk.find(Parcel, state="dead")
    if as_json:
        common.show_json([plain(one) for one in found])
        return
    common.show_table(
        "Dead letters 死信",
        ("parcel 件", "peer 枢纽", "attempts 次数", "failure 失败"),
        [(one.id, one.peer, one.attempts, one.failure) for one in found],
    )


@peers_group.command(name="retry")
@click.argument("number")
@common.by_option
@common.json_option
def retry_command(number: str, by: str | None, as_json: bool) -> None:
    """Send a dead letter once more. 重发。"""
    parcel = do(lambda desk: outbox.retry(desk, common.operator(by), number))
    said(parcel, as_json, f"{parcel.id} waits again.")


@click.group(name="receipts")
def receipts_group() -> None:
    """Proof of what hubs said to each other. 回执。"""


@receipts_group.command(name="list")
@common.json_option
def receipts_command(as_json: bool) -> None:
    """All receipts. 回执列表。"""
    with looking() as desk:
        found = desk.find(Receipt)
    if as_json:
        common.show_json([plain(one) for one in found])
        return
    common.show_table(
        "Receipts 回执",
        ("at 时间", "direction 方向", "peer 枢纽", "parcel 件", "sha256"),
        [(f"{one.at:%F %T}", one.direction, one.peer, one.parcel, one.digest) for one in found],
    )


@receipts_group.command(name="export")
@click.argument("sha256")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="Default: SHA256.json. 文件名。")
def export_command(sha256: str, target: Path | None) -> None:
    """Write a receipt to a file that proves itself. 导出回执。"""
    with looking() as desk:
        found = [one for one in desk.find(Receipt) if one.digest.startswith(sha256)]
    if len(found) != 1:
        raise OutOfStep("No one receipt has this digest.", todo="See `hub receipts list`.")
    path = target or Path(f"{found[0].digest}.json")
    write_whole(path, found[0].body.encode())
    click.echo(str(path))


@receipts_group.command(name="verify")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--trust", "trusted", multiple=True, metavar="HEX", help="Key ids known from elsewhere. 已知公钥标识。")
@click.option(
    "--asked", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Body of the question. 请求体。"
)
@click.option(
    "--answered", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Body of the answer. 应答体。"
)
@common.json_option
def verify_command(
    path: Path, trusted: tuple[str, ...], asked: Path | None, answered: Path | None, as_json: bool
) -> None:
    """Prove offline who asked what and who answered what. 离线验证回执。

    \b
    Example:
      hub receipts verify 5f0c….json --trust 3f5a… --trust 90c1…
    """
    known = {one.replace(" ", "").lower() for one in trusted}
    proven = check_receipt(
        path.read_bytes(), known, asked.read_bytes() if asked else None, answered.read_bytes() if answered else None
    )
    if as_json:
        common.show_json(plain(proven))
        return
    click.echo(f"{path.name}: genuine 真实 · {proven.asker} asked {proven.answerer}, who answered {proven.status}.")
    click.echo(f"  asker's key {fingerprint(proven.asker_key)}\n  answerer's key {fingerprint(proven.answerer_key)}")
    if not known:
        click.echo("  Compare the keys with those you know, or give --trust. 请核对公钥指纹。")


peers_group.add_command(ask_command)

COMMANDS = (peers_group, receipts_group)
