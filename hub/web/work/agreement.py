"""An application or agreement as the bureau handles it: check, review, offer, decide by a second person, suspend."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for

from agreements.acting import party_of
from agreements.agreement import Agreement
from agreements.applying import lacking
from agreements.model import Party
from agreements.permissions import Permission
from agreements.states import life
from agreements.subject import offered_of
from catalog.errors import HubError
from hub.api.process.context import here
from hub.api.views import agreements as api
from hub.api.wire.problems import Refused
from hub.state.exchange import reading_desk
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, read
from hub.web.mine.agreement import Note, facts_of
from hub.web.mine.application import PURPOSES, body_of, names_of, offered, schema_of, typed_of
from hub.web.paging import page_of
from hub.web.saying import said
from hub.web.words import N_
from hub.web.work.area import demand_house, done, pages

STEPS: Final = {
    "check": N_("完成形式审查"),
    "review": N_("提交审查意见"),
    "approve": N_("同意"),
    "refuse": N_("不予同意"),
    "suspend": N_("立即暂停"),
    "restore": N_("恢复"),
    "terminate": N_("终止"),
}
_MOVES: Final = {"complete": "check", "return": "check"}
_WORDED: Final = frozenset({"review", "refuse", "suspend", "terminate"})
_PARTS: Final = ("data", "purpose", "terms")


@pages.page("/work/agreements")
@signed_in(Permission.AGREEMENT_READ)
def agreements() -> str:
    """All applications and agreements."""
    demand_house()
    state = request.args.get("state", "")
    found = sorted(api.agreements(), key=lambda one: one.id, reverse=True)
    shown = [one for one in found if state in {"", one.state}]
    with reading_desk(here().parts.engine, here().now()) as desk:
        parties = {one.id: one for one in desk.find(Party)}
    return render_template(
        "work/agreements.html", page=page_of(shown), states=life().states, state=state, parties=parties
    )


@pages.page("/work/agreements/<number>", name="agreement")
@signed_in(Permission.AGREEMENT_READ)
def agreement(number: str) -> str:
    """One of them."""
    demand_house()
    return _page(number, blank())


@pages.page("/work/agreements/<number>/steps/<step>", methods=("POST",), name="agreement_step")
@signed_in(Permission.AGREEMENT_CHECK, Permission.AGREEMENT_DECIDE)
def move(number: str, step: str) -> Response:
    """A step of the bureau."""
    demand_house()
    if step not in STEPS:
        raise Refused("not-found")
    form = read(Note())
    if step in _WORDED and not form.values.get("note") and not form.errors:
        form = form.wrong(note=N_("请写明理由。"))
    if form.errors:
        return make_response(_page(number, form, step), 422)
    body = {"note": form.values.get("note", "")}
    place = url_for("work.agreement", number=number)
    return done(lambda: api.move(body, number, step), form, "note", place, lambda wrong: _page(number, wrong, step))


@pages.page("/work/agreements/<number>/offer", methods=("GET", "POST"), name="agreement_offer")
@signed_in(Permission.AGREEMENT_OFFER)
def offer(number: str) -> Response:
    """Offer other conditions than were applied for."""
    demand_house()
    found = api.agreement(number)
    if request.method == "GET":
        return _offer(found, blank(**typed_of(found.application)))
    kept: dict[str, Any] = {}
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for part in _PARTS:
        form = read(schema_of(part))
        kept |= form.kept
        values |= form.values
        errors |= form.errors
    whole = Form(kept, errors, values)
    if not errors and values["ends"] <= values["starts"]:
        whole = whole.wrong(ends=N_("结束日期须晚于开始日期。"))
    if whole.errors:
        return _offer(found, whole)
    try:
        api.offer(body_of(values), number)
    except (HubError, Refused) as error:
        return _offer(found, whole.wrong(datasets=said(error)))
    flash(N_("反要约已发出。"))
    return make_response(redirect(url_for("work.agreement", number=number), 303))


def _offer(found: Agreement, form: Form) -> Response:
    body = render_template(
        "work/offer.html",
        agreement=found,
        form=form,
        offered=offered(),
        purposes=PURPOSES,
        parts={name: part for part in _PARTS for name in names_of(part)},
    )
    return make_response(body, 422 if form.errors else 200)


def _page(number: str, form: Form, sent: str = "") -> str:
    found = api.agreement(number)
    facts = facts_of(found, g.standing)
    moves = list(dict.fromkeys(_MOVES.get(one, one) for one in facts["moves"]))
    with reading_desk(here().parts.engine, here().now()) as desk:
        party = party_of(desk, found.recipient)
    today = facts["today"].isoformat()
    missing = lacking(found.application, offered_of(here().datasets.values()), today)
    return render_template(
        "work/agreement.html",
        **{**facts, "moves": moves, "step_names": STEPS, "worded": _WORDED},
        form=form,
        sent=sent,
        recipient=party,
        missing=missing if found.state == "submitted" else (),
    )
