"""One agreement as its party sees it: where it stands, what can be done now, what was done, its papers."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from typing import Any, Final

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from marshmallow import Schema

from agreements.agreement import Agreement, Application
from agreements.calendar import CHINA
from agreements.keys import PartyKey
from agreements.model import Standing
from agreements.permissions import Permission
from agreements.states import Side, life, open_moves
from catalog.errors import HubError
from hub.api.process.context import here
from hub.api.views import agreements as api
from hub.api.wire.problems import Refused
from hub.state.exchange import reading_desk
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, read, text
from hub.web.mine.application import PURPOSES
from hub.web.mine.area import pages
from hub.web.saying import said
from hub.web.words import N_

STEPS: Final = {
    "accept": N_("接受反要约"),
    "appeal": N_("申诉"),
    "leave": N_("解除协议"),
    "withdraw": N_("撤回申请"),
}
_WORDS: Final = frozenset({"appeal", "leave"})
DONE: Final = {
    "apply": N_("提交申请"), "complete": N_("材料齐全"), "return": N_("退回补正"), "resubmit": N_("补正后提交"),
    "review": N_("审查"), "offer": N_("反要约"), "accept": N_("接受反要约"), "approve": N_("同意"),
    "refuse": N_("不予同意"), "activate": N_("生效"), "suspend": N_("暂停"), "restore": N_("恢复"),
    "expire": N_("期满"), "terminate": N_("终止"), "leave": N_("申请方解除"), "supersede": N_("变更或续签生效"),
    "destroy": N_("提交销毁证明"), "withdraw": N_("撤回申请"), "sign": N_("签署"), "appeal": N_("申诉"),
}  # fmt: skip


class Note(Schema):
    """A remark that goes on record."""

    note = text(2_000, lines=True, required=False)


@pages.page("/mine/agreements/<number>")
@signed_in(Permission.AGREEMENT_READ)
def agreement(number: str) -> str:
    """The agreement."""
    return page_of(number, blank())


@pages.page("/mine/agreements/<number>/steps/<step>", methods=("POST",), name="agreement_step")
@signed_in(Permission.AGREEMENT_APPLY, Permission.AGREEMENT_SIGN)
def move(number: str, step: str) -> Response:
    """A step of the party."""
    if step not in STEPS:
        raise Refused("not-found")
    form = read(Note())
    if step in _WORDS and not form.values.get("note"):
        form = form.wrong(note=N_("请写明理由。"))
    if not form.errors:
        try:
            api.move({"note": form.values.get("note", "")}, number, step)
        except (HubError, Refused) as error:
            form = form.wrong(note=said(error))
    if form.errors:
        return make_response(page_of(number, form, step), 422)
    flash(N_("已办理。"))
    return make_response(redirect(url_for("mine.agreement", number=number), 303))


@pages.page("/mine/agreements/<number>/files/<form>", name="agreement_file")
@signed_in(Permission.AGREEMENT_READ)
def file(number: str, form: str) -> Response:
    """The signed agreement as PDF, XLSX or JSON."""
    return api.file(number, form)


@pages.page("/mine/agreements/<number>/text.json", name="agreement_text")
@signed_in(Permission.AGREEMENT_READ)
def signing_text(number: str) -> Response:
    """The text that is signed, byte for byte, as a file."""
    answer = api.text(number)
    answer.headers["Content-Disposition"] = f'attachment; filename="{api.agreement(number).id}.text.json"'
    return answer


def differences(before: Application, after: Application) -> dict[str, Application]:
    """The fields in which an offer differs from what was applied for, each with what was applied for."""
    names = (one.name for one in fields(Application))
    return {name: before for name in names if getattr(before, name) != getattr(after, name)}


def certified(found: Agreement) -> dict[str, Any] | None:
    """What the agreement's destruction certificate says and who signed it when; None while there is none."""
    if not found.certificate:
        return None
    told = json.loads(found.certificate)
    return {
        "day": date.fromisoformat(told["destroyed_on"]),
        "method": told["method"],
        "statement": told["statement"],
        "signature": found.signatures[-1],
    }


def page_of(number: str, form: Form, step: str = "", template: str = "mine/agreement.html") -> str:
    """The page, with a form that was sent and is wrong."""
    found = api.agreement(number)
    return render_template(template, **facts_of(found, g.standing), form=form, sent=step)


def facts_of(found: Agreement, who: Standing) -> dict[str, Any]:
    """What pages of either side show of an agreement."""
    mine = Side.RECIPIENT if who.uscc == found.recipient else Side.BUREAU
    with reading_desk(here().parts.engine, here().now()) as desk:
        keys = [one for one in desk.find(PartyKey, party=who.uscc) if one.state == "active"]
    names = [one.name for one in open_moves(found.state) if one.by is mine and one.needs in who.permissions]
    return {
        "agreement": found,
        "state": life().states[found.state],
        "states": life().states,
        "moves": [one for one in names if one != "destroy"],
        "certificate": certified(found),
        "may_destroy": "destroy" in names,
        "changed": differences(found.asked, found.application) if found.asked else {},
        "signed": {one.party for one in found.signatures},
        "may_sign": found.state == "signing"
        and Permission.AGREEMENT_SIGN in who.permissions
        and all(one.party != who.uscc for one in found.signatures),
        "keys": keys,
        "titles": {one.id: one for one in here().datasets.values()},
        "names": {f"{one.id}:{c.name}": c for one in here().datasets.values() for c in one.columns},
        "purposes": PURPOSES,
        "done": DONE,
        "step_names": STEPS,
        "worded": _WORDS,
        "today": here().now().astimezone(CHINA).date(),
        "filled": request.method == "POST",
    }
