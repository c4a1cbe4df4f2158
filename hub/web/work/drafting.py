"""Drafting a notice (SM12): from a template or over a risk's task, seen as text and as CAP before it is filed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for

from agreements.calendar import CHINA
from agreements.permissions import Permission
from catalog.codes import region_name
from catalog.errors import HubError
from exporters.rules.notices import Area, Heard, Kind, Level, Notice, cap_xml, drafted, text_of
from exporters.rules.risk_intake.model import TASK_MOVES
from hub.api.process.context import here
from hub.api.views import notices as api
from hub.api.wire.problems import Refused
from hub.risk import notices as filing
from hub.risk.notice_drafts import draft_over
from hub.state.exchange import SqlDesk, desk, reading_desk
from hub.state.risks import TASKS
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, choice, read
from hub.web.saying import said
from hub.web.words import N_
from hub.web.work import draft_form as shape
from hub.web.work.area import demand_regulator, notice_here, pages

_WINDOW: Final = 30


@pages.page("/work/notices/new", methods=("GET", "POST"), name="notices_new")
@signed_in(Permission.NOTICE_PUBLISH)
def new() -> Response:
    """Begin: over a task, which is drafted at once, or from a template, which fills the form."""
    demand_regulator()
    if request.method == "GET":
        return _begin(blank())
    if request.form.get("task"):
        return _over(request.form["task"][:120])
    if request.form.get("begin"):
        form = read(shape.Template())
        codes = shape.codes_of(form.values) if form.is_right else []
        if form.is_right and not all(map(region_name, codes)):
            form = form.wrong(areas=N_("其中有不存在的行政区划代码。"))
        if not form.is_right:
            return _begin(form)
        return _form(blank(**shape.typed_of(_from_template(form.values, codes))))
    return _sent("")


@pages.page("/work/notices/<number>/edit", methods=("GET", "POST"), name="notices_edit")
@signed_in(Permission.NOTICE_PUBLISH)
def edit(number: str) -> Response:
    """Another text for a draft; its reviews begin anew."""
    found = notice_here(number)
    if found.published_at:
        raise Refused("out-of-step", N_("已发布的提示不能修改，只能另行更新或撤销。"))
    if request.method == "GET":
        return _form(blank(**shape.typed_of(found.notice)), number)
    return _sent(number)


def _sent(number: str) -> Response:
    form = shape.sound(read(shape.Draft()))
    if not form.is_right:
        return _form(form, number)
    body = shape.body_of(form.values)
    if number:
        was = notice_here(number).notice
        body |= {"message": was.message, "references": [asdict(one) for one in was.references]}
    if not request.form.get("file"):
        return _form(form, number, api.notice_of(g.standing, body))
    try:
        told = api.revise(body, number) if number else api.draft(body)
    except (HubError, Refused) as error:
        return _form(form.wrong(areas=_refused(error)), number)
    flash(N_("草稿已提交，请由另一人审核。"))
    return make_response(redirect(url_for("work.notice", number=told["notice"]["notice_no"]), 303))


def _refused(error: HubError | Refused) -> str:
    refused = isinstance(error, Refused) and error.kind in {"refused", "not-permitted"}
    return N_("只能为本部门辖区起草提示。") if refused else said(error)


def _from_template(values: Mapping[str, Any], codes: list[str]) -> Notice:
    own = g.standing.party
    heard = Heard(values["product"], values["category"], Level(values["level"]), 0, 0, 0, (), _WINDOW)
    areas = tuple(Area(code, region_name(code)) for code in codes)
    now = here().now().astimezone(CHINA)
    return drafted(heard, Kind(values["kind"]), filing.bureau_of(own), areas, f"12315；{own.name}", now)


def _over(number: str) -> Response:
    form = read(shape.Template.from_dict({"kind": choice([one.value for one in shape.KINDS])})(only=("kind",)))
    if not form.is_right:
        return _begin(form)
    try:
        with desk(here().parts.engine, here().now()) as found:
            made = draft_over(found, g.standing.actor, number, Kind(form.values["kind"]))
    except HubError as error:
        return _begin(form.wrong(task=said(error)))
    flash(N_("已据风险任务起草，请补全后提交审核。"))
    return make_response(redirect(url_for("work.notices_edit", number=made.notice.notice_no), 303))


def _tasks(found: SqlDesk) -> list[tuple[str, str]]:
    """Tasks of the bureau's own territory that take a notice."""
    own = g.standing.party
    open_ones = [one for one in TASKS.find(found.connection) if one.state in TASK_MOVES["notice"]]
    mine = [one for one in open_ones if any(region.startswith(own.territory) for region in one.regions) or own.house]
    return [(one.id, f"{one.id} · {one.product_name}") for one in mine]


def _begin(form: Form) -> Response:
    with reading_desk(here().parts.engine, here().now()) as found:
        tasks = _tasks(found)
    body = render_template("work/notice_begin.html", form=form, tasks=tasks, kinds=shape.KINDS, levels=shape.LEVELS)
    return make_response(body, 422 if form.errors else 200)


def _form(form: Form, number: str = "", shown: Notice | None = None) -> Response:
    body = render_template(
        "work/notice_form.html",
        form=form,
        number=number,
        kinds=shape.KINDS,
        levels=shape.LEVELS,
        sources=shape.SOURCES,
        recall=shape.RECALL,
        text=text_of(shown) if shown else "",
        cap=cap_xml(shown).decode() if shown else "",
    )
    return make_response(body, 422 if form.errors else 200)
