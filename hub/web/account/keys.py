"""Second proofs: one-time codes and passkeys. To change them one must have signed in a short while ago."""

from __future__ import annotations

from typing import Final

import segno
from flask import Response, flash, make_response, render_template, request
from markupsafe import Markup
from marshmallow import Schema

from catalog.errors import HubError, NotPermitted
from hub.accounts import codes, passkeys, sealing
from hub.api.guard import people
from hub.api.process.context import here
from hub.db.engine import reading, writing
from hub.web.account.area import pages
from hub.web.account.entry import site
from hub.web.account.own import back, demand_fresh, session_here
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, read, text
from hub.web.words import N_

_NEW: Final = "new codes"


class CodeForm(Schema):
    """The code that the app shows."""

    code = text(12)


class PasskeyForm(Schema):
    """A name to tell passkeys apart by."""

    label = text(80)


@pages.page("/account/codes", methods=("GET", "POST"))
@signed_in()
def codes_on() -> Response:
    """Turn one-time codes on: scan, and show that the app makes the right ones."""
    if (away := demand_fresh()) is not None:
        return away
    person, now = session_here().person, here().now()
    if request.method == "GET":
        return _codes_page(blank(), codes.new_secret())
    facts = sealing.opened(people.accounts_key(), _NEW, request.form.get("sealed", ""), now)
    if facts is None or facts[0] != person:
        return _codes_page(blank().wrong(code=N_("页面已过期，请扫描新的二维码。")), codes.new_secret())
    form = read(CodeForm())
    if form.is_right:
        try:
            with writing(here().parts.engine) as connection:
                codes.turn_on(connection, people.accounts_key(), person, facts[1], form.values["code"], now)
        except NotPermitted:
            form = form.wrong(code=N_("口令不正确，请输入应用当前显示的六位数字。"))
        else:
            flash(N_("动态口令已启用。"))
            return back()
    return _codes_page(form, facts[1])


@pages.page("/account/codes/off", methods=("POST",))
@signed_in()
def codes_off() -> Response:
    """Turn one-time codes off."""
    if (away := demand_fresh()) is not None:
        return away
    with writing(here().parts.engine) as connection:
        codes.turn_off(connection, session_here().person, here().now())
    flash(N_("动态口令已停用。"))
    return back()


@pages.page("/account/passkeys", methods=("GET", "POST"))
@signed_in()
def passkey_add() -> Response:
    """Add a passkey of this device."""
    if (away := demand_fresh()) is not None:
        return away
    form = blank(label="")
    if request.method == "POST":
        form = read(PasskeyForm())
        answer = request.form.get("answer", "")
        if not answer:
            form = form.wrong(label=N_("浏览器未返回通行密钥；此功能需要启用脚本。"))
        if form.is_right:
            try:
                with writing(here().parts.engine) as connection:
                    sealed, label = request.form.get("sealed", ""), form.values["label"]
                    passkeys.add(connection, site(), session_here().person, answer, sealed, label, here().now())
            except HubError:
                form = form.wrong(label=N_("通行密钥未被接受，请重试。"))
            else:
                flash(N_("通行密钥已添加。"))
                return back()
    with reading(here().parts.engine) as connection:
        options, sealed = passkeys.ask_new(connection, site(), session_here().person, here().now())
    body = render_template("account/passkey.html", form=form, options=options, sealed=sealed)
    return make_response(body, 422 if form.errors else 200)


@pages.page("/account/passkeys/<passkey_id>/remove", methods=("POST",))
@signed_in()
def passkey_remove(passkey_id: str) -> Response:
    """Remove a passkey."""
    if (away := demand_fresh()) is not None:
        return away
    with writing(here().parts.engine) as connection:
        passkeys.remove(connection, session_here().person, passkey_id[:64], here().now())
    flash(N_("通行密钥已移除。"))
    return back()


def _codes_page(form: Form, secret: str) -> Response:
    person = session_here().person
    sealed = sealing.seal(people.accounts_key(), _NEW, [person, secret], sealing.in_(10, here().now()))
    body = render_template(
        "account/codes.html", form=form, secret=secret, sealed=sealed, picture=_picture(secret, person)
    )
    return make_response(body, 422 if form.errors else 200)


def _picture(secret: str, person: str) -> Markup:
    """The QR picture as SVG inside the page: the policy allows no picture data in addresses."""
    made = segno.make(codes.address(secret, person, "质量数据开放"), error="m")
    return Markup(made.svg_inline(scale=5, border=4, light="#fff", title="QR"))  # noqa: S704  # digits of a library
