"""What a party has here: applications and agreements, grants, what is due, drafts."""

from __future__ import annotations

from flask import g, render_template

from agreements.acting import party_of
from agreements.agreement import Agreement
from agreements.applying import MAY_APPLY
from agreements.calendar import CHINA, read_calendar
from agreements.model import Grant, Party
from agreements.permissions import Permission
from agreements.reminders import reminders
from agreements.states import Side, life
from hub.accounts import drafts
from hub.api.process.context import here
from hub.db.engine import reading
from hub.state.exchange import reading_desk
from hub.web.doors import signed_in
from hub.web.mine.area import pages


@pages.page("/mine")
@signed_in()
def home() -> str:
    """My party's desk."""
    who, now = g.standing, here().now()
    with reading_desk(here().parts.engine, now) as desk:
        found = desk.find(Agreement, recipient=who.uscc) if Permission.AGREEMENT_READ in who.permissions else ()
        grants = desk.find(Grant, party=who.uscc)
        party: Party = party_of(desk, who.uscc)
    with reading(here().parts.engine) as connection:
        kept = drafts.of(connection, who.actor)
    today = now.astimezone(CHINA).date()
    due = [
        one
        for one in reminders(found, read_calendar(here().settings.calendar), today)
        if one.waits_for is Side.RECIPIENT
    ]
    return render_template(
        "mine/home.html",
        party=party,
        agreements=sorted(found, key=lambda one: one.id, reverse=True),
        grants=[one for one in grants if one.runs(now)],
        due=due,
        drafts=kept,
        states=life().states,
        titles={one.id: one for one in here().datasets.values()},
        may_apply=bool(MAY_APPLY & set(party.kinds)) and Permission.AGREEMENT_APPLY in who.permissions,
        may=frozenset(map(str, who.permissions)),
        today=today,
    )
