"""Corrections (纠错), complaints of rights (权益申诉) and demands (开放需求): raised by anybody, answered in public."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import redirect, render_template, request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response

from agreements.feedback import FeedbackKind, FeedbackState
from catalog.errors import HubError
from hub.api.views import feedback as api
from hub.api.wire.problems import Refused
from hub.web import forms
from hub.web.doors import openly
from hub.web.forms import Form
from hub.web.public.area import pages
from hub.web.public.shelf import shelf
from hub.web.words import N_

_LONGEST: Final = 2_000
_PAGE: Final = 20
OUTCOMES: Final = {
    "accepted": N_("采纳"),
    "partly": N_("部分采纳"),
    "declined": N_("不采纳"),
    "exists": N_("已有，无需办理"),
}


@dataclass(frozen=True, slots=True)
class Sort:
    """One kind of feedback: where it stands, what it and its form are called, and what its form explains."""

    kind: FeedbackKind
    path: str
    name: str
    action: str
    lead: str


SORTS: Final = {
    "corrections": Sort(
        FeedbackKind.CORRECTION,
        "corrections",
        N_("数据纠错"),
        N_("提交纠错"),
        N_("数据与事实不符、字段有误或文件损坏，请告诉我们；由数据来源部门核实并在限期内公开答复。"),
    ),
    "rights": Sort(
        FeedbackKind.RIGHTS,
        "rights",
        N_("权益申诉"),
        N_("提交申诉"),
        N_("认为公开的数据侵犯您的个人信息、商业秘密或其他合法权益，可申请核查、更正或撤回。"),
    ),
    "demands": Sort(
        FeedbackKind.DEMAND,
        "demands",
        N_("开放需求"),
        N_("提出需求"),
        N_("希望开放尚未开放的数据，或以别的粒度、格式、频率开放，请说明用途。"),
    ),
}


class CorrectionForm(Schema):
    """What is wrong, and where."""

    dataset = forms.text(64)
    version = forms.whole(0, 2**31 - 1, required=False)
    column = forms.text(64, required=False)
    record = forms.text(120, required=False)
    text = forms.text(_LONGEST, lines=True)


class RightsForm(Schema):
    """Whose right is touched by what."""

    dataset = forms.text(64)
    record = forms.text(120, required=False)
    text = forms.text(_LONGEST, lines=True)


class DemandForm(Schema):
    """Which data, and what for."""

    dataset = forms.text(64, required=False)
    text = forms.text(_LONGEST, lines=True)


@pages.page("/feedback")
@openly
def feedback() -> str:
    """The three kinds, and the newest of each."""
    newest = {name: api.listed(sort.kind, {"limit": 5}) for name, sort in SORTS.items()}
    return render_template("public/feedback.html", sorts=SORTS, newest=newest, outcomes=OUTCOMES, titles=shelf())


@pages.page("/feedback/<sort>")
@openly
def feedback_list(sort: str) -> str:
    """All of one kind, newest first."""
    found = _sort(sort)
    state = request.args.get("state", "")
    state = state if state in set(FeedbackState) else ""
    before = request.args.get("before", "")[:20]
    things = api.listed(found.kind, {"state": state, "before": before, "limit": _PAGE + 1})
    return render_template(
        "public/feedback_list.html",
        sort=found,
        sorts=SORTS,
        things=things[:_PAGE],
        after=things[_PAGE - 1]["id"] if len(things) > _PAGE else "",
        before=before,
        state=state,
        outcomes=OUTCOMES,
        titles=shelf(),
    )


@pages.page("/feedback/<sort>/<number>")
@openly
def feedback_one(sort: str, number: str) -> str:
    """One, with its deadline and its public answer."""
    found = _sort(sort)
    return render_template(
        "public/feedback_one.html", sort=found, one=api.one_of(found.kind, number), outcomes=OUTCOMES, titles=shelf()
    )


@pages.page("/corrections/new", methods=("GET", "POST"))
@openly
def correction_new() -> str | Response | tuple[str, int]:
    """The form of a correction."""
    return _new("corrections", CorrectionForm(), "public/correction_new.html")


@pages.page("/rights/new", methods=("GET", "POST"))
@openly
def rights_new() -> str | Response | tuple[str, int]:
    """The form of a complaint."""
    return _new("rights", RightsForm(), "public/rights_new.html")


@pages.page("/demands/new", methods=("GET", "POST"))
@openly
def demand_new() -> str | Response | tuple[str, int]:
    """The form of a demand."""
    return _new("demands", DemandForm(), "public/demand_new.html")


def _new(name: str, schema: Schema, template: str) -> str | Response | tuple[str, int]:
    sort = SORTS[name]
    if request.method == "GET":
        return _form(template, sort, forms.blank(dataset=request.args.get("dataset", "")[:64]))
    form = forms.read(schema)
    dataset = form.values.get("dataset", "")
    if dataset and dataset not in shelf():
        form = form.wrong(dataset=forms.CHOOSE)
    column = form.values.get("column", "")
    if not form.errors and column and column not in {one.name for one in shelf()[dataset].dataset.columns}:
        form = form.wrong(column=N_("该数据集没有这个字段。"))
    if not form.is_right:
        return _form(template, sort, form), 422
    try:
        made = _raised(sort, form)
    except Refused as refused:
        if refused.kind != "too-many":
            raise
        return _form(template, sort, form.wrong(text=N_("提交过于频繁，请一小时后再试；已填写的内容仍在。"))), 429
    except HubError as error:
        if error.code != "out-of-step":
            raise
        return _form(template, sort, form.wrong(text=N_("本平台尚未登记受理部门，暂不能受理。"))), 409
    return redirect(url_for("public.feedback_one", sort=name, number=made["id"]), 303)


def _raised(sort: Sort, form: Form) -> dict[str, Any]:
    said = form.values
    if sort.kind is FeedbackKind.CORRECTION:
        return api.correct(dict(said))
    if sort.kind is FeedbackKind.DEMAND:
        return api.ask(dict(said))
    return api.complain(dict(said))


def _form(template: str, sort: Sort, form: Form) -> str:
    options = [(name, one.dataset) for name, one in shelf().items()]
    return render_template(template, form=form, sort=sort, options=options, longest=_LONGEST)


def _sort(name: str) -> Sort:
    if name not in SORTS:
        raise Refused("not-found")
    return SORTS[name]
