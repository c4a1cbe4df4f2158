"""授权查询 (SM06): one record's protected fields by its owner's word; the owner sees every answer."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from marshmallow import Schema

from agreements.calendar import CHINA
from agreements.model import Party, PurposeKind, Ticket
from agreements.permissions import Permission
from agreements.tickets import LONGEST
from catalog.errors import HubError
from catalog.folder.preview import as_text
from hub.api.process.context import here
from hub.api.views import registers
from hub.api.views import tickets as api
from hub.api.wire.problems import Refused
from hub.state.exchange import reading_desk
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, choice, choices, day, read, text
from hub.web.mine.area import pages
from hub.web.saying import said
from hub.web.words import N_

WHY: Final = {
    PurposeKind.SUPERVISION: N_("监督执法"),
    PurposeKind.JOINT_SUPERVISION: N_("跨区域联合监管"),
    PurposeKind.QUALITY: N_("质量提升分析"),
    PurposeKind.RESEARCH: N_("产业研究"),
}
_ACTS: Final = {
    "authorise": (api.authorise, N_("已授权，对方可在期限内查询。")),
    "withdraw": (api.withdraw, N_("已撤回，自下一次查询起不再提供。")),
}


@pages.page("/mine/tickets")
@signed_in(Permission.RECORD_REVEAL, Permission.TICKET_AUTHORISE)
def tickets() -> str:
    """What my party asked for, and what waits for its word."""
    found = sorted(api.tickets_of(), key=lambda one: one.id, reverse=True)
    own = g.standing.uscc
    return render_template(
        "mine/tickets.html",
        asked=[one for one in found if one.party == own],
        owned=[one for one in found if one.owner == own],
        **_words(),
    )


@pages.page("/mine/tickets/new", methods=("GET", "POST"), name="tickets_new")
@signed_in(Permission.RECORD_REVEAL)
def ask() -> Response:
    """Ask an owner for fields of one record."""
    if request.method == "GET":
        return _form(blank())
    form = read(_wanted())
    chosen = [one.partition(":") for one in form.values.get("fields", ())]
    named = {name for name, _, _ in chosen}
    if not form.errors and len(named) != 1:
        form = form.wrong(fields=N_("一次只能申请同一登记库的字段。"))
    if not form.is_right:
        return _form(form)
    last = datetime.combine(form.values["ends"] + timedelta(days=1), time(), CHINA)
    body = {name: form.values[name] for name in ("owner", "record", "purpose", "case", "statement")}
    body |= {"dataset": named.pop(), "fields": [field for _, _, field in chosen], "ends": last}
    try:
        made = api.ask(body)
    except (HubError, Refused) as error:
        return _form(form.wrong(record=said(error)))
    flash(N_("申请已送交数据所属主体。"))
    return make_response(redirect(url_for("mine.tickets_one", number=made.id), 303))


@pages.page("/mine/tickets/<number>", name="tickets_one")
@signed_in(Permission.RECORD_REVEAL, Permission.TICKET_AUTHORISE)
def ticket(number: str) -> Response:
    """One, with every answer that was given by it."""
    return _page(number, blank())


@pages.page("/mine/tickets/<number>/<act>", methods=("POST",), name="tickets_act")
@signed_in(Permission.RECORD_REVEAL, Permission.TICKET_AUTHORISE)
def move(number: str, act: str) -> Response:
    """The owner's yes or no; or the asker's question, whose answer is shown this once and kept nowhere."""
    if act not in {*_ACTS, "answer"}:
        raise Refused("not-found")
    try:
        if act == "answer":
            return _page(number, blank(), _answered(api.ticket(number)))
        _ACTS[act][0](number)
    except (HubError, Refused) as error:
        return _page(number, blank().wrong(act=said(error)))
    flash(_ACTS[act][1])
    return make_response(redirect(url_for("mine.tickets_one", number=number), 303))


def _answered(found: Ticket) -> list[tuple[str, str]]:
    purpose = found.purpose
    asked = {"purpose": purpose.kind, "case": purpose.case_no, "statement": purpose.statement}
    told = registers.record({**asked, "fields": ",".join(found.fields)}, found.dataset, found.record)
    known = _words()["fields"]
    row: dict[str, Any] = told["rows"][0]
    return [(known.get(f"{found.dataset}:{name}"), as_text(row[name])) for name in found.fields if name in row]


def _wanted() -> Schema:
    guarded = [f"{name}:{one}" for name, fields in _guarded().items() for one in fields]
    fields: dict[str, Any] = {
        "owner": text(18, pattern=r"[0-9A-Z]{18}", wrong=N_("统一社会信用代码为 18 位数字或大写字母。")),
        "fields": choices(guarded),
        "record": text(80),
        "purpose": choice([one.value for one in WHY]),
        "case": text(100, required=False),
        "statement": text(500, lines=True),
        "ends": day(),
    }
    return Schema.from_dict(fields)()


def _guarded() -> dict[str, tuple[str, ...]]:
    """Fields that only the owner opens, by register."""
    found = here().registers
    return {name: one.guarded(field.name for field in one.offered) for name, one in found.items()}


def _words() -> dict[str, Any]:
    every = here().registers
    with reading_desk(here().parts.engine, here().now()) as desk:
        parties = {one.id: one.name for one in desk.find(Party)}
    return {
        "registers": every,
        "fields": {f"{name}:{field.name}": field for name, one in every.items() for field in one.offered},
        "parties": parties,
        "why": WHY,
        "now": here().now(),
        "own": g.standing.uscc,
    }


def _form(form: Form) -> Response:
    body = render_template("mine/ticket_new.html", form=form, guarded=_guarded(), days=LONGEST.days, **_words())
    return make_response(body, 422 if form.errors else 200)


def _page(number: str, form: Form, shown: list[tuple[str, str]] | None = None) -> Response:
    found = api.ticket(number)
    body = render_template(
        "mine/ticket.html", ticket=found, answers=api.answers(found.id), form=form, shown=shown, **_words()
    )
    return make_response(body, 422 if form.errors else 200)
