"""Pictures and papers of a draft: put to it by its own bureau, made bare and looked through first, taken out again."""

from __future__ import annotations

from flask import Response, flash, g, make_response, redirect, request, url_for
from marshmallow import Schema

from agreements.permissions import Permission
from catalog.errors import HubError, SettingsError
from desensitise.pictures import LARGEST
from hub.api.process.context import here
from hub.risk import enclosures
from hub.state.exchange import desk
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, choice, read, text
from hub.web.saying import said
from hub.web.words import N_
from hub.web.work.area import done, notice_here, pages
from hub.web.work.notices import show


class File(Schema):
    """What is enclosed, and what it shows."""

    kind = choice(enclosures.PARTS)
    says = text(200)


@pages.page("/work/notices/<number>/files", methods=("POST",), name="notice_enclose", largest=LARGEST + (64 << 10))
@signed_in(Permission.NOTICE_PUBLISH)
def enclose(number: str) -> Response:
    """Put a picture or paper to the draft; its reviews begin anew."""
    notice_here(number)
    given = request.files.get("file")
    raw = given.stream.read(LARGEST + 1) if given else b""
    form = read(File())
    if not raw:
        form = form.wrong(file=N_("请选择文件。"))
    elif len(raw) > LARGEST:
        form = form.wrong(file=N_("文件过大，请控制在 6 MB 以内。"))
    if form.errors:
        return _again(number, form)
    kind, says = form.values["kind"], form.values["says"]
    try:
        with desk(here().parts.engine, here().now()) as found:
            enclosures.enclose(found, g.standing.actor, number[:120], kind, raw, says)
    except HubError as error:
        return _again(number, form.wrong(file=_why(error)))
    flash(N_("文件已加入草稿，审核重新开始。"))
    return make_response(redirect(url_for("work.notice", number=number), 303))


@pages.page("/work/notices/<number>/files/<name>/drop", methods=("POST",), name="notice_drop")
@signed_in(Permission.NOTICE_PUBLISH)
def drop(number: str, name: str) -> Response:
    """Take a file from the draft; its reviews begin anew."""
    notice_here(number)

    def taken() -> None:
        with desk(here().parts.engine, here().now()) as found:
            enclosures.drop(found, g.standing.actor, number[:120], name.partition(".")[0][:64])

    return done(taken, blank(), "step", url_for("work.notice", number=number), lambda wrong: show(number, wrong))


def _again(number: str, form: Form) -> Response:
    return make_response(show(number, form), 422)


def _why(error: HubError) -> str:
    if not isinstance(error, SettingsError):
        return said(error)
    if "may not be published" in error.happened:
        return N_("文件中的文字或码含有个人信息或商业秘密，请去除后重新上传。")
    return N_("文件无法读取：图片须为 JPEG、PNG 或 WebP，附件须为未加密的文字版 PDF。")
