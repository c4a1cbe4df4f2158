"""Changes of roles (SM07): asked for by one administrator, decided by another."""

from __future__ import annotations

from flask import Response, g, make_response, render_template, request, url_for
from marshmallow import Schema

from agreements.model import Party
from agreements.people import Change
from agreements.permissions import Permission, Role
from hub.api.process.context import here
from hub.api.views import permissions as api
from hub.api.wire.problems import Refused
from hub.state.exchange import reading_desk
from hub.web.account.own import ROLES
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, choice, read, text
from hub.web.mine.agreement import Note
from hub.web.paging import page_of
from hub.web.words import N_
from hub.web.work.area import demand_house, done, pages


class Wanted(Schema):
    """Who should hold which role, and why."""

    person = text(120, pattern=r"[^\s/]{1,120}", wrong=N_("用户名不含空格和斜线。"))
    party = text(18, pattern=r"[0-9A-Z]{18}", wrong=N_("统一社会信用代码为 18 位数字或大写字母。"))
    role = choice([one.value for one in Role])
    change = choice([one.value for one in Change])
    reason = text(500, lines=True)


@pages.page("/work/roles", methods=("GET", "POST"))
@signed_in(Permission.PERMISSION_REQUEST)
def roles() -> Response:
    """Requests, and a new one."""
    demand_house()
    if request.method == "GET":
        return make_response(_page(blank()))
    form = read(Wanted())
    if not form.is_right:
        return make_response(_page(form), 422)
    return done(lambda: api.ask(dict(form.values)), form, "person", url_for("work.roles"), _page)


@pages.page("/work/roles/<number>/<decision>", methods=("POST",), name="roles_decide")
@signed_in(Permission.PERMISSION_APPROVE)
def decide(number: str, decision: str) -> Response:
    """Approve or refuse, as another administrator than who asked."""
    demand_house()
    if decision not in {"approve", "refuse"}:
        raise Refused("not-found")
    form = read(Note())
    act = api.approve if decision == "approve" else api.refuse
    body = {"note": form.values.get("note", "")}
    return done(lambda: act(body, number), form, f"decide-{number}"[:80], url_for("work.roles"), _page)


def _page(form: Form) -> str:
    found = sorted(api.requests(), key=lambda one: (one.state == "asked", one.id), reverse=True)
    with reading_desk(here().parts.engine, here().now()) as desk:
        parties = desk.find(Party)
    return render_template(
        "work/roles.html",
        form=form,
        page=page_of(found),
        parties=parties,
        party_names={one.id: one.name for one in parties},
        roles=ROLES,
        me=g.standing.actor,
    )
