"""``hub notices`` for those who are told of notices, what is sent to them, and how far a notice reached."""

from __future__ import annotations

import click

from catalog.errors import OutOfStep
from hub.cli import common
from hub.cli.exchange import do, looking, parts, plain, said
from hub.risk import following
from hub.state.notices import filed
from hub.state.reach import reach_of
from hub.state.risks import FOLLOWERS


@click.command(name="followers")
@common.json_option
def followers_command(as_json: bool) -> None:
    """Who is told of notices, and who asked to be. 提示接收方。"""
    with looking() as desk:
        found = FOLLOWERS.find(desk.connection)
    if as_json:
        common.show_json([plain(one) for one in found])
        return
    rows = [(one.id, one.party, one.region or "全部 all", one.address, one.state) for one in found]
    common.show_table("Followers 接收方", ("id 编号", "party 单位", "region 地区", "address 地址", "state 状态"), rows)


@click.command(name="follow")
@click.argument("address")
@click.option("--region", default="", metavar="CODE", help="Only what concerns this place of GB/T 2260. 地区。")
@common.by_option
@common.json_option
def follow_command(address: str, region: str, by: str | None, as_json: bool) -> None:
    """Ask, for one's own party, that notices are sent to ADDRESS (https or mailto). 申请接收提示。"""
    done = do(lambda desk: following.ask(desk, common.operator(by), address, region))
    said(done, as_json, f"{done.id} waits for the house to agree 待批准.")


@click.command(name="agree")
@click.argument("number")
@common.by_option
@common.json_option
def agree_command(number: str, by: str | None, as_json: bool) -> None:
    """Agree that notices are sent there, as a second person of the house. 批准接收。"""
    said(do(lambda desk: following.agree(desk, common.operator(by), number)), as_json, f"{number} is agreed to 已批准.")


@click.command(name="unfollow")
@click.argument("number")
@common.by_option
@common.json_option
def unfollow_command(number: str, by: str | None, as_json: bool) -> None:
    """End it, by the party itself or by the house. 终止接收。"""
    said(do(lambda desk: following.end(desk, common.operator(by), number)), as_json, f"{number} has ended 已终止.")


@click.command(name="push")
@common.json_option
def push_command(as_json: bool) -> None:
    """Send what waits for followers, as `hub schedule` does every five minutes. 推送提示。"""
    from hub.parts import mail_of
    from hub.peering.peer_client import deliver
    from hub.peering.peer_station import station_of
    from hub.risk.pushing import push

    made, settings = parts(), common.settings()
    done = push(station_of(made, settings), made.clock, deliver, mail_of(settings))
    arrived = sum(one.state == "sent" for one in done)
    said([plain(one) for one in done], as_json, f"{len(done)} tried 尝试, {arrived} sent 送达.")


@click.command(name="received")
@common.json_option
def received_command(as_json: bool) -> None:
    """Notices that came from hubs of other provinces; `hub risks collect` takes them up. 外省提示。"""
    from hub.risk.peer_notices import received

    made = parts()
    found = received(common.settings().home, made.engine, made.clock)
    if as_json:
        common.show_json([plain(one) for one in found])
        return
    rows = [
        (one.sender, one.notice.notice_no, one.notice.level, one.notice.title, "yes 是" if one.sound else "no 否")
        for one in found
    ]
    heads = ("sender 来源", "no 编号", "level 等级", "title 标题", "taken up 采用")
    common.show_table("Received 外省提示", heads, rows)


@click.command(name="reach")
@click.argument("number")
@common.json_option
def reach_command(number: str, as_json: bool) -> None:
    """How often a notice was read, by way and day, and to how many it was sent. 传播统计。"""
    with looking() as desk:
        found = filed(desk.connection, number)
        told = reach_of(desk.connection, found.notice) if found else None
    if told is None:
        raise OutOfStep("There is no such notice.", todo="See `hub notices list`.")
    if as_json:
        common.show_json(plain(told))
        return
    rows = [(way, str(times)) for way, times in sorted(told.ways.items())]
    rows += [("feeds 订阅", str(told.feeds)), ("sent 已推送", str(told.sent)), ("waiting 待推送", str(told.waiting))]
    common.show_table(f"Reach 传播 {number}", ("way 方式", "times 次数"), rows)


SUBCOMMANDS = (
    followers_command,
    follow_command,
    agree_command,
    unfollow_command,
    push_command,
    received_command,
    reach_command,
)
