"""Notices sent to the party itself: asked for here, agreed to by the house, ended at any time."""

from __future__ import annotations

from typing import Final

from flask import Response, flash, g, make_response, redirect, render_template, url_for
from marshmallow import Schema

from catalog.codes import region_name
from catalog.errors import HubError
from exporters.rules.notices.followers import FollowerState
from hub.api.process.context import here
from hub.db.engine import reading
from hub.risk import following
from hub.state.exchange import desk
from hub.state.risks import FOLLOWERS
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, read, text
from hub.web.mine.area import pages
from hub.web.saying import said
from hub.web.words import N_

STATES: Final = {
    FollowerState.ASKED: N_("待批准"),
    FollowerState.ACTIVE: N_("推送中"),
    FollowerState.ENDED: N_("已终止"),
}


class Wish(Schema):
    """Where to, and for which place."""

    address = text(300)
    region = text(6, required=False, pattern="[0-9]{6}", wrong=N_("请填写六位行政区划代码，或留空。"))


@pages.page("/mine/followers")
@signed_in()
def followers() -> Response:
    """What my party asked for."""
    return _page(blank())


@pages.page("/mine/followers/new", methods=("POST",), name="followers_new")
@signed_in()
def ask() -> Response:
    """Ask that notices are sent to an address of my party."""
    form = read(Wish())
    if form.values.get("region") and not region_name(form.values["region"]):
        form = form.wrong(region=N_("没有这个行政区划代码。"))
    if form.errors:
        return _page(form)
    try:
        with desk(here().parts.engine, here().now()) as found:
            following.ask(found, g.standing.actor, form.values["address"], form.values["region"])
    except HubError as error:
        return _page(form.wrong(address=said(error)))
    flash(N_("申请已提交，批准后开始推送。"))
    return make_response(redirect(url_for("mine.followers"), 303))


@pages.page("/mine/followers/<number>/end", methods=("POST",), name="followers_end")
@signed_in()
def end(number: str) -> Response:
    """End it; what waits is sent no more."""
    try:
        with desk(here().parts.engine, here().now()) as found:
            following.end(found, g.standing.actor, number[:120])
    except HubError as error:
        return _page(blank().wrong(end=said(error)))
    flash(N_("已终止推送。"))
    return make_response(redirect(url_for("mine.followers"), 303))


def _page(form: Form) -> Response:
    with reading(here().parts.engine) as connection:
        held = FOLLOWERS.find(connection, party=g.standing.uscc)
    shown = sorted(held, key=lambda one: one.since, reverse=True)
    told = render_template("mine/followers.html", followers=shown, states=STATES, region_name=region_name, form=form)
    return make_response(told, 422 if form.errors else 200)
