"""The destruction certificate at an agreement's end: worded, signed by the party's key, handed in, and seen by both."""

from __future__ import annotations

import json

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from marshmallow import Schema

from agreements import ending
from agreements.agreement import Agreement
from agreements.envelope import fingerprint
from agreements.keys import Signature
from agreements.permissions import Permission
from catalog.errors import HubError
from hub.api.views import agreements as api
from hub.api.wire.problems import Refused
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, day, read, text
from hub.web.mine.agreement import certified, facts_of
from hub.web.mine.area import pages
from hub.web.mine.signing import signature_sent
from hub.web.saying import said
from hub.web.words import N_


class Destroyed(Schema):
    """When and how everything was destroyed."""

    destroyed_on = day()
    method = text(500)


@pages.page("/mine/agreements/<number>/destruction", methods=("GET", "POST"))
@signed_in(Permission.AGREEMENT_SIGN)
def destruction(number: str) -> Response:
    """First day and way, then the certificate's text and the signature under it."""
    found = api.agreement(number)
    if not facts_of(found, g.standing)["may_destroy"]:
        raise Refused("out-of-step", N_("协议期满或终止后，由取得数据的一方提交销毁证明。"))
    if request.method == "GET":
        form = read(Destroyed(), request.args) if request.args else blank()
        return _page(found, form)
    form = read(Destroyed())
    form = Form({**form.kept, "key": request.form.get("key", "")[:64]}, form.errors, form.values)
    value = signature_sent()
    if not form.kept["key"]:
        form = form.wrong(key=N_("请选择签署所用的密钥。"))
    if not value:
        form = form.wrong(value=N_("请粘贴签名、上传签名文件，或用本浏览器的密钥签署。"))
    if not form.errors:
        try:
            api.certify({**form.values, "key": form.kept["key"], "value": value}, found.id)
        except (HubError, Refused) as error:
            form = form.wrong(value=said(error))
        else:
            flash(N_("销毁证明已提交。"))
            return make_response(redirect(url_for("mine.agreement", number=found.id), 303))
    return _page(found, form)


@pages.page("/mine/agreements/<number>/destruction.txt", name="destruction_text")
@signed_in(Permission.AGREEMENT_SIGN)
def unsigned(number: str) -> Response:
    """The text that is signed, byte for byte, as a file."""
    form = read(Destroyed(), request.args)
    if not form.is_right:
        raise Refused("not-found")
    answer = api.certificate_text(dict(form.values), number)
    answer.headers["Content-Disposition"] = f'attachment; filename="{api.agreement(number).id}.destruction.json"'
    return answer


@pages.page("/mine/agreements/<number>/certificate.json", name="certificate")
@signed_in(Permission.AGREEMENT_READ)
def certificate(number: str) -> Response:
    """The certificate that was handed in, with its signature, for either side."""
    found = api.agreement(number)
    made = certified(found)
    if made is None:
        raise Refused("not-found")
    signature: Signature = made["signature"]
    body = {
        "certificate": found.certificate,
        "signature": {
            "party": signature.party,
            "key": signature.key,
            "algorithm": str(signature.algorithm),
            "value": signature.value,
            "at": signature.at.isoformat(),
        },
    }
    answer = Response(json.dumps(body, ensure_ascii=False, indent=1), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.id}.certificate.json"'
    return answer


def _page(found: Agreement, form: Form) -> Response:
    facts = facts_of(found, g.standing)
    worded = {name: form.values[name] for name in ("destroyed_on", "method")} if form.values else {}
    future = worded and worded["destroyed_on"] > facts["today"]
    if future:
        form, worded = form.wrong(destroyed_on=N_("销毁日期不能晚于今天。")), {}
    body = render_template(
        "mine/destruction.html",
        **facts,
        form=form,
        text=ending.certificate_text(found, **worded) if worded else "",
        worded_as=worded,
        fingerprint=fingerprint,
    )
    return make_response(body, 422 if form.errors else 200)
