"""Notices in review (SM12): technical and legal review, the producer's word, publication by a second person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Response, g, render_template, url_for

from agreements.permissions import Permission
from exporters.rules.notices import cap_xml, hindrances, text_of
from hub.api.process.context import here
from hub.api.views import notices as api
from hub.api.wire.problems import Refused
from hub.db.engine import reading
from hub.risk import enclosures
from hub.state.reach import reach_of
from hub.web.doors import signed_in
from hub.web.forms import Form, blank
from hub.web.words import N_
from hub.web.work.area import done, notice_here, pages

STEPS: Final = {
    "technical": N_("技术审核通过"),
    "legal": N_("法制审核通过"),
    "told": N_("已告知生产者"),
    "objects": N_("生产者提出异议"),
    "publish": N_("批准并发布"),
}

PARTS: Final = {"picture": N_("图片"), "paper": N_("附件（PDF）")}
WAYS: Final = {
    "page": N_("网页"),
    "pdf": N_("PDF 文件"),
    "json": N_("接口（JSON）"),
    "cap": N_("CAP 报文"),
    "file": N_("图片与附件"),
}
_OF_THE_STEP: Final = frozenset({"status:not_actual", "approval:missing"})
"""What publication itself supplies."""
HINDERED: Final = {
    "bureau:not_issuer": N_("须由起草部门发布。"),
    "bureau:outside_territory": N_("涉及地区超出本部门辖区。"),
    "review:technical": N_("尚未经技术审核。"),
    "review:legal": N_("尚未经法制审核。"),
    "approval:same_person": N_("起草人不能批准发布。"),
    "scan:missing": N_("尚未扫描个人信息和商业秘密。"),
    "scan:findings": N_("扫描发现个人信息或商业秘密，请修改草稿。"),
    "producer:not_told": N_("尚未告知所点名的生产者。"),
    "producer:may_object": N_("生产者的异议期未满。"),
    "producer:objection_open": N_("生产者的异议尚未处理。"),
    "N11": N_("事实认定完成后方可点名生产者。"),
    "N21": N_("召回信息不完整，或与提示类型不符。"),
}


@pages.page("/work/notices/<number>")
@signed_in(Permission.NOTICE_PUBLISH)
def notice(number: str) -> str:
    """A draft, and what still stands in its way."""
    return show(number, blank())


@pages.page("/work/notices/<number>/files/<name>")
@signed_in(Permission.NOTICE_PUBLISH)
def notice_file(number: str, name: str) -> Response:
    """A picture or paper of a draft, for those who review it."""
    found = notice_here(number)
    with reading(here().parts.engine) as connection:
        return api.told_file(enclosures.file_of(connection, found, name[:120]))


@pages.page("/work/notices/<number>/<step>", methods=("POST",), name="notice_step")
@signed_in(Permission.NOTICE_PUBLISH)
def move(number: str, step: str) -> Response:
    """A step of its review."""
    notice_here(number)
    acts: dict[str, Callable[[], object]] = {
        "technical": lambda: api.review(number, "technical"),
        "legal": lambda: api.review(number, "legal"),
        "told": lambda: api.told({"objects": False}, number),
        "objects": lambda: api.told({"objects": True}, number),
        "publish": lambda: api.publish(number),
    }
    if step not in acts:
        raise Refused("not-found")
    place = url_for("work.home") if step == "publish" else url_for("work.notice", number=number)
    return done(acts[step], blank(), "step", place, lambda wrong: show(number, wrong))


def show(number: str, form: Form) -> str:
    """The page of a notice, with what is wrong with a form on it."""
    found = notice_here(number)
    bureau = found.notice.issuer
    with reading(here().parts.engine) as connection:
        told = reach_of(connection, found.notice) if found.is_out else None
    still = () if found.published_at else hindrances(found.notice, found.review, bureau, here().now())
    return render_template(
        "work/notice.html",
        found=found,
        text=text_of(found.notice),
        cap=cap_xml(found.notice).decode(),
        still=[_hindered(one) for one in still if one not in _OF_THE_STEP],
        form=form,
        steps=STEPS,
        parts=PARTS,
        told=told,
        ways=WAYS,
        own=bureau.uscc == g.standing.uscc,
        mine=found.review.drafted_by == g.standing.actor,
    )


def _hindered(code: str) -> str:
    """What hinders publication, in words: of a field, of a step, or of what the scan found."""
    return HINDERED.get(code) or HINDERED.get(code.partition(":")[0]) or N_("内容有误或前后矛盾，请修改草稿。")
