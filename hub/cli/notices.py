"""``hub notices``: consumer and risk notices from draft to publication, and what readers get of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
import msgspec
from marshmallow import ValidationError

from agreements.acting import actor_of, demand
from agreements.permissions import Permission
from catalog.errors import OutOfStep, SettingsError
from catalog.files import write_whole
from catalog.typed import converted
from exporters.rules.notices import Notice, cap_xml, text_of
from hub.api.shapes.notices import NoticeBody
from hub.cli import common, followers
from hub.cli.exchange import calendar, do, looking, plain, said
from hub.risk import enclosures, notices
from hub.risk.notice_drafts import demand_publisher
from hub.risk.notice_pages import feed, notice_page, pdf
from hub.state.exchange import SqlDesk
from hub.state.notices import Filed, all_filed, filed


@click.group(name="notices")
def notices_group() -> None:
    """Consumer and risk notices, from draft to publication. 消费提示与风险提示。

    \b
    The way of a notice 流程:
      draft → review technical, review legal → (told) → publish, by a second person
    """


@notices_group.command(name="list")
@click.option("--state", type=click.Choice(["draft", "published", "archived"]), help="Only these. 状态。")
@common.json_option
def list_command(state: str | None, as_json: bool) -> None:
    """Notices, newest first. 提示列表。"""
    with looking() as desk:
        found = all_filed(desk.connection, state or "")
    if as_json:
        common.show_json([plain(one) for one in found])
        return
    rows = [
        (n.notice_no, n.title, n.level, one.state, ", ".join(one.review.found)) for one in found for n in (one.notice,)
    ]
    heads = ("no 编号", "title 标题", "level 等级", "state 状态", "found 扫描发现")
    common.show_table("Notices 提示", heads, rows)


@notices_group.command(name="draft")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--instead-of", "number", default="", metavar="NUMBER", help="Another text for this draft. 修改草稿。")
@common.by_option
@common.json_option
def draft_command(path: Path, number: str, by: str | None, as_json: bool) -> None:
    """File a draft (JSON as the API takes it) for places of one's own territory. 起草。"""
    who = common.operator(by)
    body = _body(path)

    def step(desk: SqlDesk) -> Filed:
        party = demand_publisher(desk, who, [area["code"] for area in body["areas"]])
        facts = {**body, "issuer": notices.bureau_of(party), "notice_no": "", "sent": desk.now, "status": "Draft"}
        made = converted(facts, Notice, from_attributes=True)
        return notices.revise(desk, who, number, made) if number else notices.draft(desk, who, made)

    done = do(step)
    blocked = f" Found 扫描发现: {', '.join(done.review.found)}." if done.review.found else ""
    said(done, as_json, f"{done.notice.notice_no} is drafted 已起草.{blocked}")


@notices_group.command(name="enclose")
@click.argument("number")
@click.argument("kind", type=click.Choice(list(enclosures.PARTS)))
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--says", required=True, help="What it shows, for those who do not see it. 内容说明。")
@common.by_option
@common.json_option
def enclose_command(number: str, kind: str, path: Path, says: str, by: str | None, as_json: bool) -> None:
    """Put a picture (PNG, JPEG, WebP) or paper (PDF) to a draft, made bare and looked through. 添加图片或附件。"""
    who, raw = common.operator(by), path.read_bytes()

    def step(desk: SqlDesk) -> Filed:
        demand(desk, who, Permission.NOTICE_PUBLISH)
        return enclosures.enclose(desk, who, number, kind, raw, says)

    said(do(step), as_json, f"{number}: the {kind} is enclosed 已添加; reviews begin anew.")


@notices_group.command(name="drop")
@click.argument("number")
@click.argument("digest")
@common.by_option
@common.json_option
def drop_command(number: str, digest: str, by: str | None, as_json: bool) -> None:
    """Take a picture or paper from a draft again, by its SHA-256. 移除图片或附件。"""
    who = common.operator(by)

    def step(desk: SqlDesk) -> Filed:
        demand(desk, who, Permission.NOTICE_PUBLISH)
        return enclosures.drop(desk, who, number, digest)

    said(do(step), as_json, f"{number}: dropped 已移除; reviews begin anew.")


@notices_group.command(name="review")
@click.argument("kind", type=click.Choice(notices.REVIEWS))
@click.argument("number")
@common.by_option
@common.json_option
def review_command(kind: str, number: str, by: str | None, as_json: bool) -> None:
    """Technical or legal review, by another person than the drafter. 技术、法制审核。"""
    who = common.operator(by)

    def step(desk: SqlDesk) -> Filed:
        demand(desk, who, Permission.NOTICE_PUBLISH)
        return notices.review(desk, who, number, kind)

    said(do(step), as_json, f"{number}: {kind} review 审核 done.")


@notices_group.command(name="told")
@click.argument("number")
@click.option("--objects", is_flag=True, help="The producer objects. 生产单位提出异议。")
@common.by_option
@common.json_option
def told_command(number: str, objects: bool, by: str | None, as_json: bool) -> None:
    """The named producer was told; it may object for three working days. 告知生产单位。"""
    who, days = common.operator(by), calendar()

    def step(desk: SqlDesk) -> Filed:
        demand(desk, who, Permission.NOTICE_PUBLISH)
        return notices.tell_producer(desk, who, number, days, objects=objects)

    done = do(step)
    said(done, as_json, f"{number}: the producer may object until 异议期至 {done.review.objection_ends:%F %R}.")


@notices_group.command(name="publish")
@click.argument("number")
@common.by_option
@common.json_option
def publish_command(number: str, by: str | None, as_json: bool) -> None:
    """Approve and publish, as a second person; refused with everything that still hinders it. 批准发布。"""
    who = common.operator(by)

    def step(desk: SqlDesk) -> Filed:
        found = filed(desk.connection, number)
        party = demand_publisher(desk, who, [area.code for area in found.notice.areas] if found else [])
        return notices.publish(desk, who, number, notices.bureau_of(party))

    said(do(step), as_json, f"{number} is published 已发布.")


_WRITERS: Mapping[str, Callable[[Notice, Sequence[bytes]], bytes]] = MappingProxyType(
    {
        "pdf": pdf,
        "cap": lambda one, _: cap_xml(one, f"{common.settings().api_address}/api/v1/notices/{one.notice_no}/files/"),
        "text": lambda one, _: f"{one.title}\n{text_of(one)}\n".encode(),
        "json": lambda one, _: msgspec.json.format(msgspec.json.encode(one, order="deterministic"), indent=1) + b"\n",
    }
)


@notices_group.command(name="write")
@click.argument("number")
@click.option("--format", "kind", type=click.Choice(sorted(_WRITERS)), default="pdf", show_default=True, help="格式。")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), help="Default: NUMBER.FORMAT. 文件。")
def write_command(number: str, kind: str, target: Path | None) -> None:
    """Write a published notice as PDF, CAP 1.2, JSON or text. 输出提示。"""
    with looking() as desk:
        found = notice_page(desk.connection, number)
        one = filed(desk.connection, number)
        pictures = [data for _, data in enclosures.pictures_of(desk.connection, one)] if found and one else []
    if found is None:
        raise OutOfStep("There is no published notice of this number.", todo="See `hub notices list`.")
    path = target or Path(f"{number}.{'xml' if kind == 'cap' else 'txt' if kind == 'text' else kind}")
    write_whole(path, _WRITERS[kind](found.notice, pictures))
    click.echo(str(path))


@notices_group.command(name="feed")
@click.option("--region", default="", metavar="CODE", help="Only what concerns this place of GB/T 2260. 地区。")
@click.option("--to", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help="文件。")
def feed_command(region: str, target: Path) -> None:
    """Write the RSS feed of published notices. 输出 RSS。"""
    with looking() as desk:
        write_whole(target, feed(desk.connection, common.settings().api_address, region))
    click.echo(str(target))


@notices_group.command(name="show")
@click.argument("number")
@common.by_option
@common.json_option
def show_command(number: str, by: str | None, as_json: bool) -> None:
    """A notice: how it reads, what was done, what the scan found; drafts to their own bureau. 提示详情。"""
    with looking() as desk:
        found = filed(desk.connection, number)
        own = found and (found.is_out or actor_of(desk, common.operator(by)).party == found.notice.issuer.uscc)
    if found is None or not own:
        raise OutOfStep("There is no such notice, or it is another bureau's draft.", todo="See `hub notices list`.")
    if as_json:
        common.show_json(plain(found))
        return
    click.echo(f"{found.notice.notice_no} {found.state}\n{found.notice.title}\n{text_of(found.notice)}")
    common.show_table("Done 经过", ("what 项目", "value 值"), [(k, str(v)) for k, v in plain(found.review).items()])


def _body(path: Path) -> dict[str, Any]:
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        found: dict[str, Any] = NoticeBody().load(given)
    except ValidationError as error:
        fields = ", ".join(sorted(str(name) for name in error.messages_dict))
        raise SettingsError(
            f"The draft's fields are wrong or missing: {fields}.", todo="See docs/notices.md."
        ) from None
    except (OSError, UnicodeDecodeError, ValueError):
        raise SettingsError("The draft is no readable JSON.", todo="Write it as the API takes it.") from None
    return found


for command in followers.SUBCOMMANDS:
    notices_group.add_command(command)
COMMANDS = (notices_group,)
