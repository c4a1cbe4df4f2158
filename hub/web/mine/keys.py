"""The party's signing keys: proposed by the party itself, approved by an administrator, withdrawn at any time."""

from __future__ import annotations

from typing import Final

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for

from agreements import register
from agreements.envelope import fingerprint
from agreements.keys import PartyKey
from agreements.permissions import Permission
from catalog.errors import HubError
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.state.exchange import desk, reading_desk
from hub.web.doors import signed_in
from hub.web.forms import Form, blank
from hub.web.mine.area import pages
from hub.web.saying import said
from hub.web.words import N_

_LONGEST: Final = 4_096


@pages.page("/mine/keys", methods=("GET", "POST"))
@signed_in(Permission.AGREEMENT_SIGN)
def keys() -> Response:
    """The party's keys; a public key that was made in this browser or elsewhere is proposed."""
    if request.method == "GET":
        return _page(blank())
    pem = _sent()
    if "PRIVATE KEY" in pem:
        return _page(blank().wrong(pem=N_("这是私钥，本平台未保存。私钥已离开您的设备，请作废并另行生成密钥。")))
    form = blank(pem=pem)
    if not pem:
        return _page(form.wrong(pem=N_("请在浏览器中生成密钥，或粘贴、上传公钥。")))
    try:
        with desk(here().parts.engine, here().now()) as found:
            register.propose_own_key(found, g.standing.actor, pem)
    except HubError as error:
        return _page(form.wrong(pem=said(error)))
    flash(N_("公钥已提交，待数据提供方核准。请通过电话核对指纹。"))
    return make_response(redirect(url_for("mine.keys"), 303))


@pages.page("/mine/keys/<key>/retire", methods=("POST",), name="keys_retire")
@signed_in(Permission.AGREEMENT_SIGN)
def retire(key: str) -> Response:
    """Withdraw a proposed key, or retire one: what it signed stays signed."""
    try:
        with desk(here().parts.engine, here().now()) as found:
            held = found.get(PartyKey, key[:64])
            if held is None or held.party != g.standing.uscc:
                raise Refused("not-found")
            register.retire_key(found, g.standing.actor, held.id)
    except HubError as error:
        return _page(blank().wrong(retire=said(error)))
    flash(N_("密钥已停用，此前的签名仍然有效。"))
    return make_response(redirect(url_for("mine.keys"), 303))


def _sent() -> str:
    """The key in PEM: a file, or what was typed or put there by the page's script."""
    given = request.files.get("file")
    raw = given.stream.read(_LONGEST) if given else b""
    return raw.decode("ascii", "replace") if raw else request.form.get("pem", "").strip()[:_LONGEST]


def _page(form: Form) -> Response:
    with reading_desk(here().parts.engine, here().now()) as found:
        held = found.find(PartyKey, party=g.standing.uscc)
    shown = [(one, fingerprint(one.id)) for one in sorted(held, key=lambda one: one.since, reverse=True)]
    return make_response(render_template("mine/keys.html", keys=shown, form=form), 422 if form.errors else 200)
