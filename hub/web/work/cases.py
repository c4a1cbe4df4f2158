"""Cases: what a party is suspected of, its appeal, the finding by a second person, and who is barred."""

from __future__ import annotations

from typing import Final

from flask import Response, make_response, render_template, request, url_for
from marshmallow import Schema

from agreements.model import Party
from agreements.permissions import Permission
from hub.api.process.context import here
from hub.api.views import cases as api
from hub.api.wire.problems import Refused
from hub.state.exchange import reading_desk
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, read, text
from hub.web.paging import page_of
from hub.web.words import N_
from hub.web.work.area import demand_house, done, pages
from hub.web.work.home import reason_of

FACTS: Final = {
    "addresses": N_("网络地址数"),
    "bound": N_("误判概率上限"),
    "copies": N_("副本编号"),
    "dataset": N_("数据"),
    "found": N_("查得"),
    "grant": N_("授权"),
    "hours": N_("时段（小时）"),
    "missed": N_("查无"),
    "quota": N_("每日行数上限"),
    "report": N_("鉴定报告摘要"),
    "rows": N_("行数"),
    "usual": N_("此前日均行数"),
}


class Words(Schema):
    """What is said."""

    text = text(2_000, lines=True)


@pages.page("/work/cases")
@signed_in(Permission.CASE_HANDLE, Permission.CASE_EXPORT)
def cases() -> str:
    """All cases, open ones first."""
    demand_house()
    found = sorted(api.cases(), key=lambda one: (one["state"] != "open", one["id"]))
    with reading_desk(here().parts.engine, here().now()) as desk:
        parties = {one.id: one for one in desk.find(Party)}
    return render_template("work/cases.html", page=page_of(found), parties=parties, reason_of=reason_of)


@pages.page("/work/cases/<number>")
@signed_in(Permission.CASE_HANDLE, Permission.CASE_EXPORT)
def case(number: str) -> str:
    """One case."""
    demand_house()
    return _page(number, blank())


@pages.page("/work/cases/<number>/<step>", methods=("POST",), name="case_step")
@signed_in(Permission.CASE_HANDLE)
def move(number: str, step: str) -> Response:
    """A remark; the finding, by another person than who opened it; suspending and, by a second person, restoring."""
    demand_house()
    if step not in {"remark", "close", "suspend", "restore"}:
        raise Refused("not-found")
    form = read(Words()) if step != "restore" else blank()
    if form.errors:
        return make_response(_page(number, form, step), 422)
    said = form.values.get("text", "")
    party = api.case(number)["party"]
    acts = {
        "remark": lambda: api.remark({"text": said}, number),
        "close": lambda: api.close({"finding": said}, number),
        "suspend": lambda: api.suspend({"reason": f"{number}: {said}"}, party),
        "restore": lambda: api.restore(party),
    }
    place = url_for("work.case", number=number)
    return done(acts[step], form, "text", place, lambda wrong: _page(number, wrong, step))


@pages.page("/work/cases/<number>/file.zip", methods=("POST",), name="case_file")
@signed_in(Permission.CASE_EXPORT)
def file(number: str) -> Response:
    """The case file; taking it is an event, so it is asked for by a form."""
    demand_house()
    return api.file(number)


def _page(number: str, form: Form, sent: str = "") -> str:
    found = api.case(number)
    with reading_desk(here().parts.engine, here().now()) as desk:
        party = desk.get(Party, found["party"])
    return render_template(
        "work/case.html",
        found=found,
        party=party,
        form=form,
        sent=sent,
        filled=request.method == "POST",
        reason=reason_of(found["rule"]),
        facts=FACTS,
    )
