"""Risks and their tasks over the API (DOMAIN 8.2): each regulator sees and handles what lies in its own territory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any, Final

from flask import g

from agreements.model import Party, PartyKind, Standing
from agreements.permissions import Permission
from catalog.errors import DeclarationError
from catalog.model import Required
from catalog.typed import converted
from exporters.rules.notices import Kind, Recall
from exporters.rules.risk_intake import SourceKind, kind_of
from exporters.rules.risk_intake.model import Reminder, Risk, RiskTask
from hub.api.guard.asking import needs
from hub.api.process.context import here
from hub.api.shapes.notices import FiledShape
from hub.api.shapes.risks import (
    AssessRiskBody,
    DisposeRiskBody,
    IdentifyRiskBody,
    NoticeDraftBody,
    ReminderShape,
    RiskNoteBody,
    RiskQuery,
    RiskShape,
    RiskTaskQuery,
    RiskTaskShape,
    SignalsBody,
    TakenShape,
)
from hub.api.views.notices import filed_shape
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.risk import intake, notice_drafts, risk_tasks, risks
from hub.risk.reminding import clock_of
from hub.state.exchange import SqlDesk, desk, reading_desk
from hub.state.risks import REMINDERS, RISKS, TASKS

routes = Routes("risks", "Risk monitoring 风险监测与处置任务", "/api/v1")
_PAGE: Final = 200
Told = dict[str, Any]

_STEPS: Final[Mapping[str, Callable[[SqlDesk, str, str, str], RiskTask]]] = MappingProxyType(
    {
        "accept": lambda found, by, number, _note: risk_tasks.accept(found, by, number),
        "report": risk_tasks.report,
        "close": risk_tasks.close,
    }
)


@routes.route("/risks", RiskShape(many=True), query=RiskQuery)
def listed(asked: dict[str, str]) -> list[Risk]:
    """Risks of the bureau's territory by id, two hundred at most; ``after`` for the next page."""
    own = _own()
    with reading_desk(here().parts.engine, here().now()) as found:
        places = (own.territory, "") if own.house else (own.territory,)
        # The nation's territory begins with nothing, which is every place.
        begins = ("region", places) if own.territory else None
        every = RISKS.find(found.connection, after=asked["after"], most=_PAGE, begins=begins, state=asked["state"])
    return [one for one in every if _within(own, (one.region,))]


@routes.route("/risks/<number>", RiskShape, problems=(404,))
def one(number: str) -> Risk:
    """One risk of the bureau's territory."""
    own = _own()
    with reading_desk(here().parts.engine, here().now()) as found:
        risk = RISKS.get(found.connection, number[:120])
    if risk is None or not _within(own, (risk.region,)):
        raise Refused("not-found", "There is no such risk.")
    return risk


@routes.route("/risk-sources/<kind>", TakenShape, method="POST", body=SignalsBody, status=201, problems=(404,))
def bring(said: dict[str, Any], kind: str) -> intake.Taken:
    """Bring records of a kind of source, for places of one's own territory; bringing them again changes nothing."""
    own = _own()
    known = _kind(kind)
    _demand_shape(known, said["records"])
    if not all(_within(own, (str(record.get("region_code") or ""),)) for record in said["records"]):
        raise Refused("not-permitted", "A record's place is outside of the bureau's territory.")
    heard = intake.brought(known, said["records"])
    who: Standing = g.standing
    with desk(here().parts.engine, here().now()) as found:
        return intake.take(found, who.actor, known.id, heard)


@routes.route("/risks/<number>/identification", RiskShape, method="POST", body=IdentifyRiskBody, problems=(409,))
def identify(said: dict[str, Any], number: str) -> Risk:
    """Say whether it is a risk of a product."""
    return _done(lambda found, by: risks.identify(found, by, number[:120], **said))


@routes.route("/risks/<number>/assessment", RiskShape, method="POST", body=AssessRiskBody, problems=(409,))
def assess(said: dict[str, str], number: str) -> Risk:
    """Severity and probability; the matrix tells the level."""
    return _done(lambda found, by: risks.assess(found, by, number[:120], **said))


@routes.route("/risks/<number>/disposal", RiskShape, method="POST", body=DisposeRiskBody, problems=(409,))
def dispose(said: dict[str, Any], number: str) -> Risk:
    """Say what is done about it."""
    measures = tuple(said["measures"])
    return _done(lambda found, by: risks.dispose(found, by, number[:120], measures, said["note"]))


@routes.route("/risk-tasks", RiskTaskShape(many=True), query=RiskTaskQuery)
def tasks(asked: dict[str, str]) -> list[Told]:
    """Tasks of the bureau's territory, with their clocks."""
    own = _own()
    with reading_desk(here().parts.engine, here().now()) as found:
        every = TASKS.find(found.connection, state=asked["state"])
        return [_task(found, one) for one in every if _within(own, one.regions)]


@routes.route("/risk-tasks/<number>/steps/<step>", RiskTaskShape, method="POST", body=RiskNoteBody, problems=(404, 409))
def follow(said: dict[str, str], number: str, step: str) -> Told:
    """``accept`` the task for one's bureau, ``report`` on it, or ``close`` it with its result."""
    who = needs(Permission.RISK_HANDLE)
    if step not in _STEPS:
        raise Refused("not-found", f"Steps: {', '.join(_STEPS)}.")
    with desk(here().parts.engine, here().now()) as found:
        return _task(found, _STEPS[step](found, who.actor, number[:120], said["note"]))


@routes.route(
    "/risk-tasks/<number>/drafts", FiledShape, method="POST", body=NoticeDraftBody, status=201, problems=(409,)
)
def draft(said: dict[str, Any], number: str) -> Told:
    """Draft a notice over the task from the template of its product."""
    who = needs(Permission.NOTICE_PUBLISH)
    recall = converted(said["recall"], Recall) if said["recall"] else None
    with desk(here().parts.engine, here().now()) as found:
        made = notice_drafts.draft_over(found, who.actor, number[:120], Kind(said["kind"]), recall)
        return filed_shape(made)


@routes.route("/reminders", ReminderShape(many=True))
def reminders() -> list[Reminder]:
    """What the caller's bureau was reminded of, the oldest task first."""
    own = _own()
    with reading_desk(here().parts.engine, here().now()) as found:
        return REMINDERS.find(found.connection, bureau=own.id)


def _done(step: Callable[[SqlDesk, str], Risk]) -> Risk:
    who = needs(Permission.RISK_HANDLE)
    with desk(here().parts.engine, here().now()) as found:
        return step(found, who.actor)


def _own() -> Party:
    """The caller's bureau. Refused for everybody who is none or may not handle risks."""
    who = needs(Permission.RISK_HANDLE)
    if who.party is None or not who.party.is_a(PartyKind.REGULATOR):
        raise Refused("not-permitted", "Only regulators handle risks.")
    return who.party


def _within(own: Party, regions: Sequence[str]) -> bool:
    known = [region for region in regions if region]
    return any(region.startswith(own.territory) for region in known) or (own.house and not known)


def _kind(name: str) -> SourceKind:
    try:
        known = kind_of(name)
    except DeclarationError:
        raise Refused("not-found", "There is no such kind of source.") from None
    if not known.api:
        raise Refused("not-found", "This kind comes from its own source only.")
    return known


def _demand_shape(kind: SourceKind, records: Sequence[Mapping[str, str | None]]) -> None:
    names = {field.name for field in kind.body}
    needed = {field.name for field in kind.body if field.required is Required.YES}
    for record in records:
        wrong = (set(record) - names) | {name for name in needed if not (record.get(name) or "").strip()}
        if wrong:
            faults = [{"in": "json", "field": name if name in names else "?"} for name in sorted(wrong)]
            raise Refused("unprocessable", "A record lacks a field of its kind or has another.", {"faults": faults})


def _task(found: SqlDesk, one: RiskTask) -> Told:
    return {**asdict(one), "clock": clock_of(one, found)}
