"""Signing: with a key that never leaves the browser, or by handing in a signature made elsewhere."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for

from agreements.envelope import fingerprint
from agreements.permissions import Permission
from catalog.errors import HubError
from hub.api.views import agreements as api
from hub.api.wire.problems import Refused
from hub.web.doors import signed_in
from hub.web.forms import Form, blank
from hub.web.mine.agreement import facts_of
from hub.web.mine.area import pages
from hub.web.saying import said
from hub.web.words import N_

_LONGEST: Final = 2_048


@pages.page("/sign/<number>", methods=("GET", "POST"))
@signed_in(Permission.AGREEMENT_SIGN)
def sign(number: str) -> Response:
    """The text, and the party's signature under it."""
    if request.method == "GET":
        return _page(number, blank())
    form = blank(key=request.form.get("key", ""), value=request.form.get("value", "")[:_LONGEST])
    value = signature_sent()
    if not form.kept["key"]:
        form = form.wrong(key=N_("请选择签署所用的密钥。"))
    if not value:
        form = form.wrong(value=N_("请粘贴签名、上传签名文件，或用本浏览器的密钥签署。"))
    if not form.errors:
        try:
            made = api.sign({"key": form.kept["key"][:64], "value": value}, number)
        except (HubError, Refused) as error:
            form = form.wrong(value=said(error))
        else:
            flash(N_("双方已签署，协议生效。") if made.state == "active" else N_("已签署，等待对方签署。"))
            house = g.standing.party.house
            back = "work.agreement" if house else "mine.agreement"
            return make_response(redirect(url_for(back, number=made.id), 303))
    return _page(number, form)


def signature_sent() -> str:
    """The signature as base64: pasted, or a file of 64 raw bytes, of DER, or of base64 text."""
    pasted = "".join(request.form.get("value", "")[:_LONGEST].split())
    given = request.files.get("file")
    raw = given.stream.read(_LONGEST) if given else b""
    if not raw:
        return pasted
    try:
        text = b"".join(raw.split()).decode("ascii")
        base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return base64.b64encode(raw).decode()
    return text


def _page(number: str, form: Form) -> Response:
    found = api.agreement(number)
    if not found.text:
        raise Refused("out-of-step", N_("申请尚未获同意，还没有可签署的文本。"))
    facts = facts_of(found, g.standing)
    house = g.standing.party.house
    back = url_for("work.agreement" if house else "mine.agreement", number=found.id)
    body = render_template("mine/sign.html", **facts, form=form, back=back, fingerprint=fingerprint)
    return make_response(body, 422 if form.errors else 200)
