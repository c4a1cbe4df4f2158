"""Objections to the negative list over the API, and supervision tasks with what their bureaus did."""

from __future__ import annotations

from typing import Any, Final

from flask import g

from agreements.calendar import read_calendar
from agreements.model import PartyKind, Standing
from agreements.permissions import Permission
from catalog.errors import SourceError
from exporters.rules.negative_list.objection import Objection, Outcome
from exporters.rules.supervision.follow_up import FollowState
from hub.api.guard.asking import needs
from hub.api.process import limits
from hub.api.process.context import here
from hub.api.process.limits import Rate
from hub.api.shapes.negative_list import ObjectionAnswerBody, ObjectionBody, ObjectionShape
from hub.api.shapes.tasks import FollowBody, FollowShape, SupervisionQuery, SupervisionTaskShape
from hub.api.views.negative_list import current
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.rules import objections as objecting
from hub.rules import supervision
from hub.rules.keeping import Kept
from hub.state.exchange import desk, reading_desk

routes = Routes("objections", "Objections and supervision tasks 异议与监管任务", "/api/v1")
RATE: Final = Rate("objections", 20, 3_600)
Told = dict[str, Any]


@routes.route("/negative-list/objections", ObjectionShape(many=True))
def listed() -> list[Objection]:
    """One's own objections; the bureau's people, who answer, see all."""
    who: Standing = g.standing
    house = who.party is not None and who.party.house and Permission.FEEDBACK_ANSWER in who.permissions
    with reading_desk(here().parts.engine, here().now()) as found:
        return objecting.OBJECTIONS.find(found.connection, party="" if house else who.uscc or "?")


@routes.route(
    "/negative-list/objections", ObjectionShape, method="POST", body=ObjectionBody, status=201, problems=(404, 409)
)
def object_to(said: dict[str, str]) -> Objection:
    """Object to an entry that names one's own unit; answered within working days."""
    who = needs(Permission.RECORD_CORRECT)
    limits.demand(here().limiter, RATE, who.uscc, here().seconds())
    now = current()
    calendar = read_calendar(here().settings.calendar)
    with desk(here().parts.engine, here().now()) as found:
        entries = now.listing.entries
        return objecting.object_to(found, who.actor, said["entry"], said["text"], entries, now.number, calendar)


@routes.route(
    "/negative-list/objections/<number>/answer",
    ObjectionShape,
    method="POST",
    body=ObjectionAnswerBody,
    problems=(409,),
)
def answer(said: dict[str, str], number: str) -> Objection:
    """The bureau's answer; with outcome 2 the entry leaves with the next list."""
    who = needs(Permission.FEEDBACK_ANSWER)
    with desk(here().parts.engine, here().now()) as found:
        return objecting.answer(found, who.actor, number[:120], Outcome(said["outcome"]), said["answer"])


@routes.route("/supervision-tasks", SupervisionTaskShape(many=True), query=SupervisionQuery, problems=(404,))
def tasks(asked: dict[str, str]) -> list[Told]:
    """The year's tasks of the bureau's own territory, five hundred at most; ``after`` a unit's code for the next."""
    who = needs(Permission.RISK_HANDLE)
    if who.party is None or not who.party.is_a(PartyKind.REGULATOR):
        raise Refused("not-permitted", "Only regulators have supervision tasks.")
    given = _given()
    with reading_desk(here().parts.engine, here().now()) as found:
        rows = supervision.of_territory(found, given, who.party.territory).sort("uscc")
    return [row for row in rows.iter_rows(named=True) if (row["uscc"] or "") > asked["after"]][:500]


@routes.route("/supervision-tasks/<uscc>/follow-up", FollowShape, method="POST", body=FollowBody, problems=(404, 409))
def follow(said: Told, uscc: str) -> Any:
    """What the bureau in charge did with a unit's task."""
    who = needs(Permission.RISK_HANDLE)
    given = _given()
    with desk(here().parts.engine, here().now()) as found:
        state = FollowState(said["state"])
        return supervision.follow(found, who.actor, given, uscc[:18], state, said["note"], said["planned_on"])


def _given() -> Kept:
    try:
        return supervision.given(here().parts)
    except SourceError:
        raise Refused("not-found", "No tasks were given out yet.") from None
