"""Corrections and demands that wait for the bureau: answered in public, or handed on."""

from __future__ import annotations

from typing import Final

from flask import Response, g, make_response, render_template, request, url_for
from marshmallow import Schema

from agreements.feedback import Outcome
from agreements.model import Party, PartyKind, PartyState
from agreements.permissions import Permission
from hub.api.process.context import here
from hub.api.views import feedback as api
from hub.api.wire.problems import Refused
from hub.state.exchange import reading_desk
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, choice, read, text
from hub.web.words import N_
from hub.web.work.area import done, pages
from hub.web.work.home import columns_of, title_of

OUTCOMES: Final = {
    Outcome.ACCEPTED: N_("采纳"),
    Outcome.PARTLY: N_("部分采纳"),
    Outcome.DECLINED: N_("不采纳"),
    Outcome.EXISTS: N_("已有"),
}


class Reply(Schema):
    """The public answer."""

    outcome = choice([one.value for one in OUTCOMES])
    subject = text(200)
    answer = text(2_000, lines=True)


@pages.page("/work/feedback/<number>", methods=("GET", "POST"))
@signed_in(Permission.FEEDBACK_ANSWER)
def feedback(number: str) -> Response:
    """One of them, and its answer."""
    if request.method == "GET":
        return make_response(_page(number, blank()))
    form = read(Reply())
    if not form.is_right:
        return make_response(_page(number, form), 422)
    body = dict(form.values)
    return done(
        lambda: api.answer(body, number), form, "answer", url_for("work.home"), lambda wrong: _page(number, wrong)
    )


@pages.page("/work/feedback/<number>/forward", methods=("POST",), name="feedback_forward")
@signed_in(Permission.FEEDBACK_ANSWER)
def forward(number: str) -> Response:
    """Hand it on."""
    form = read(Schema.from_dict({"bureau": text(18, pattern=r"[0-9A-Z]{18}")})())
    if not form.is_right:
        return make_response(_page(number, form), 422)
    body = {"bureau": form.values["bureau"]}
    return done(
        lambda: api.forward(body, number), form, "bureau", url_for("work.home"), lambda wrong: _page(number, wrong)
    )


def _page(number: str, form: Form) -> str:
    found = next((one for one in api.feedback() if one["id"] == number), None)
    if found is None or found["bureau"]["uscc"] != g.standing.uscc:
        raise Refused("not-found")
    with reading_desk(here().parts.engine, here().now()) as desk:
        bureaus = [
            one
            for one in desk.find(Party, state=PartyState.ACTIVE)
            if one.is_a(PartyKind.REGULATOR) and one.id != g.standing.uscc
        ]
    return render_template(
        "work/feedback.html",
        found=found,
        form=form,
        bureaus=bureaus,
        outcomes=OUTCOMES,
        title=title_of(found["dataset"]),
        columns=columns_of(found["dataset"]),
    )
