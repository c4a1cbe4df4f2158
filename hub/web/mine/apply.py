"""Applying for data step by step; every step is kept as a draft, and only the last one hands it in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from agreements.permissions import Permission
from catalog.errors import HubError
from hub.accounts import drafts
from hub.accounts.drafts import Draft
from hub.api.process.context import here
from hub.api.views import agreements as api
from hub.api.wire.problems import Refused
from hub.db.engine import reading, writing
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, read
from hub.web.mine.application import NAMES, PURPOSES, STEPS, body_of, columns, names_of, offered, schema_of, typed_of
from hub.web.mine.area import pages
from hub.web.saying import said
from hub.web.words import N_

_ORDER = tuple(STEPS)


@pages.page("/mine/apply", methods=("POST",))
@signed_in(Permission.AGREEMENT_APPLY)
def begin() -> Response:
    """A new draft: an empty one, or of an agreement that is completed, answered, amended or renewed."""
    typed: dict[str, Any] = {}
    number = request.form.get("of", "")
    if number:
        found = api.agreement(number)
        typed = {**typed_of(found.application), "of": found.id, "how": "resubmit"}
        if found.state not in {"incomplete", "countered"}:
            typed["how"] = "replace"
    with writing(here().parts.engine) as connection:
        made = drafts.begin(connection, g.standing.actor, typed, here().now())
    return _to(made, _ORDER[0])


@pages.page("/mine/apply/<draft_id>/<step>", methods=("GET", "POST"))
@signed_in(Permission.AGREEMENT_APPLY)
def apply(draft_id: str, step: str) -> Response:
    """One step: kept as typed whether it is right or not; on to the next when it is."""
    found = _draft(draft_id)
    if step not in STEPS:
        raise Refused("not-found")
    if request.method == "GET":
        return _page(found, step, blank(**found.typed))
    if step == "check":
        return _hand_in(found)
    form = read(schema_of(step))
    _keep(found, {**found.typed, **form.kept})
    if request.form.get("later"):
        flash(N_("草稿已保存。"))
        return make_response(redirect(url_for("mine.home"), 303))
    if not form.is_right:
        return _page(found, step, form)
    return _to(found.id, _ORDER[_ORDER.index(step) + 1])


@pages.page("/mine/apply/<draft_id>/remove", methods=("POST",), name="apply_remove")
@signed_in(Permission.AGREEMENT_APPLY)
def remove(draft_id: str) -> Response:
    """Forget a draft."""
    with writing(here().parts.engine) as connection:
        drafts.drop(connection, g.standing.actor, draft_id)
    flash(N_("草稿已删除。"))
    return make_response(redirect(url_for("mine.home"), 303))


def _hand_in(found: Draft) -> Response:
    values, wrong = checked(found.typed)
    if wrong:
        return _page(found, "check", blank(**found.typed).wrong(**wrong))
    body, number = body_of(values), str(found.typed.get("of", ""))
    try:
        if found.typed.get("how") == "resubmit":
            made = api.resubmit(body, number)
        else:
            made = api.apply({**body, "replaces": number})
    except (HubError, Refused) as error:
        return _page(found, "check", blank(**found.typed).wrong(check=said(error)))
    with writing(here().parts.engine) as connection:
        drafts.drop(connection, g.standing.actor, found.id)
    flash(N_("申请已提交。"))
    return make_response(redirect(url_for("mine.agreement", number=made.id), 303))


def checked(typed: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """All values of the three parts, and what is wrong by field."""
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for step in _ORDER[:3]:
        form = read(schema_of(step), _sent(typed, step))
        values |= form.values
        wrong |= form.errors
    if not wrong and values["ends"] <= values["starts"]:
        wrong["ends"] = N_("结束日期须晚于开始日期。")
    return values, wrong


def _sent(typed: Mapping[str, Any], step: str) -> MultiDict[str, str]:
    pairs = ((name, typed[name]) for name in names_of(step) if name in typed)
    return MultiDict([(name, one) for name, value in pairs for one in (value if isinstance(value, list) else [value])])


def _draft(draft_id: str) -> Draft:
    with reading(here().parts.engine) as connection:
        found = drafts.find(connection, g.standing.actor, draft_id)
    if found is None:
        raise Refused("not-found", N_("没有该草稿，可能已经提交或删除。"))
    return found


def _keep(found: Draft, typed: Mapping[str, Any]) -> None:
    with writing(here().parts.engine) as connection:
        drafts.keep(connection, g.standing.actor, found.id, typed, here().now())


def _to(draft_id: str, step: str) -> Response:
    return make_response(redirect(url_for("mine.apply", draft_id=draft_id, step=step), 303))


def _page(found: Draft, step: str, form: Form) -> Response:
    _, wrong = checked(found.typed) if step == "check" else ({}, {})
    body = render_template(
        f"mine/apply_{step}.html",
        draft=found,
        form=form,
        step=step,
        steps=STEPS,
        wrong=wrong,
        names=NAMES,
        owners={name: one for one in _ORDER[:3] for name in names_of(one)},
        offered=offered(),
        columns=columns(),
        purposes=PURPOSES,
    )
    return make_response(body, 422 if form.errors else 200)
