"""Signing keys that parties proposed: approved by an administrator, after the fingerprint was compared."""

from __future__ import annotations

from flask import Response, g, render_template, url_for

from agreements import register
from agreements.envelope import fingerprint
from agreements.keys import KeyState, PartyKey
from agreements.model import Party
from agreements.permissions import Permission
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.state.exchange import desk, reading_desk
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, read
from hub.web.mine.agreement import Note
from hub.web.work.area import demand_house, done, pages


@pages.page("/work/keys")
@signed_in(Permission.PERMISSION_APPROVE)
def keys() -> str:
    """Keys that wait."""
    demand_house()
    return _page(blank())


@pages.page("/work/keys/<key>/<decision>", methods=("POST",), name="keys_decide")
@signed_in(Permission.PERMISSION_APPROVE)
def decide(key: str, decision: str) -> Response:
    """Approve, as another person than who proposed; or turn down."""
    demand_house()
    if decision not in {"approve", "refuse"}:
        raise Refused("not-found")
    act = register.approve_key if decision == "approve" else register.retire_key

    def decided() -> None:
        with desk(here().parts.engine, here().now()) as found:
            held = found.get(PartyKey, key[:64])
            if held is None or held.state is not KeyState.PROPOSED:
                raise Refused("not-found")
            act(found, g.standing.actor, held.id)

    return done(decided, read(Note()), "decide", url_for("work.keys"), _page)


def _page(form: Form) -> str:
    with reading_desk(here().parts.engine, here().now()) as found:
        waiting = sorted(found.find(PartyKey, state=KeyState.PROPOSED), key=lambda one: one.since)
        names = {one.id: one.name for one in found.find(Party)}
    return render_template(
        "work/keys.html",
        keys=[(one, fingerprint(one.id)) for one in waiting],
        names=names,
        form=form,
        me=g.standing.actor,
    )
