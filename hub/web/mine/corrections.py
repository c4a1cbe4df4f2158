"""One's own record: what it should say, asked of the bureau that it comes from (SM02), and what was answered."""

from __future__ import annotations

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from marshmallow import Schema

from agreements.permissions import Permission
from catalog.errors import HubError
from catalog.registers import Register
from hub.api.process.context import here
from hub.api.views import feedback as api
from hub.api.wire.problems import Refused
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, choice, read, text
from hub.web.mine.area import pages
from hub.web.saying import said
from hub.web.words import N_


class Correction(Schema):
    """Which record, which field, what it should be, and why."""

    record = text(120)
    field = text(64)
    value = text(2_000, required=False)
    text = text(2_000, lines=True)


@pages.page("/mine/corrections", methods=("GET", "POST"))
@signed_in(Permission.RECORD_CORRECT, Permission.FEEDBACK_ANSWER)
def corrections() -> Response:
    """What my party asked to be corrected, and a new request: first of all, in which register."""
    if request.method == "GET":
        return _list(blank())
    form = read(Schema.from_dict({"register": choice(here().registers)})())
    if not form.is_right:
        return _list(form)
    return make_response(redirect(url_for("mine.corrections_new", name=form.values["register"]), 303))


@pages.page("/mine/corrections/<name>", methods=("GET", "POST"), name="corrections_new")
@signed_in(Permission.RECORD_CORRECT)
def correct(name: str) -> Response:
    """Ask for a correction of one field of one's own record."""
    register = here().registers.get(name)
    if register is None:
        raise Refused("not-found")
    if request.method == "GET":
        return _page(register, blank())
    form = read(Correction())
    if not form.errors and form.values["field"] not in {one.name for one in register.offered}:
        form = form.wrong(field=N_("请从列表中选择。"))
    if form.is_right:
        body = {"values": {form.values["field"]: form.values["value"]}, "text": form.values["text"]}
        try:
            made = api.correct_own(body, register.id, form.values["record"])
        except (HubError, Refused) as error:
            form = form.wrong(record=_said(error))
        else:
            flash(N_("更正申请已提交，由数据来源单位在期限内答复。"))
            return make_response(redirect(url_for("mine.corrections", _anchor=made["id"]), 303))
    return _page(register, form)


def _said(error: HubError | Refused) -> str:
    if isinstance(error, Refused) and error.kind in {"refused", "not-found"}:
        return N_("没有该记录，或该记录不属于本单位。")
    return said(error)


def _list(form: Form) -> Response:
    body = render_template("mine/corrections.html", form=form, found=api.feedback(), registers=here().registers)
    return make_response(body, 422 if form.errors else 200)


def _page(register: Register, form: Form) -> Response:
    body = render_template("mine/correct.html", register=register, form=form)
    return make_response(body, 422 if form.errors else 200)
