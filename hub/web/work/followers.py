"""Who is told of notices (DOMAIN 8.2 step 8): a party asked, a second person of the house agrees."""

from __future__ import annotations

from collections import Counter

from flask import Response, g, render_template, url_for

from agreements.model import Party
from agreements.permissions import Permission
from catalog.codes import region_name
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.risk import following
from hub.state.exchange import desk, reading_desk
from hub.state.risks import DELIVERIES, FOLLOWERS
from hub.web.doors import signed_in
from hub.web.forms import Form, blank
from hub.web.mine.followers import STATES
from hub.web.work.area import demand_house, done, pages


@pages.page("/work/followers")
@signed_in(Permission.NOTICE_PUBLISH)
def followers() -> str:
    """All of them, those that wait first."""
    demand_house()
    return _page(blank())


@pages.page("/work/followers/<number>/<decision>", methods=("POST",), name="followers_decide")
@signed_in(Permission.NOTICE_PUBLISH)
def decide(number: str, decision: str) -> Response:
    """Agree, as another person than who asked; or end it, and what waits is sent no more."""
    demand_house()
    acts = {"agree": following.agree, "end": following.end}
    if decision not in acts:
        raise Refused("not-found")

    def decided() -> None:
        with desk(here().parts.engine, here().now()) as found:
            acts[decision](found, g.standing.actor, number[:120])

    return done(decided, blank(), "decide", url_for("work.followers"), _page)


def _page(form: Form) -> str:
    with reading_desk(here().parts.engine, here().now()) as found:
        held = FOLLOWERS.find(found.connection)
        sends = Counter((one.follower, str(one.state)) for one in DELIVERIES.find(found.connection))
        names = {one.id: one.name for one in found.find(Party)}
    order = list(STATES)
    return render_template(
        "work/followers.html",
        followers=sorted(held, key=lambda one: (order.index(one.state), one.since, one.id)),
        sends=sends,
        names=names,
        states=STATES,
        region_name=region_name,
        form=form,
        me=g.standing.actor,
    )
