"""Agreements over the API: a party applies, reads the text to sign, signs, leaves; its grants and uses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any, Final

from flask import Response

from agreements import applying, concluding, ending
from agreements.agreement import Agreement, Application, DataItem
from agreements.applying import Offered
from agreements.calendar import read_calendar
from agreements.desk import Desk
from agreements.envelope import check_envelope, envelope_of
from agreements.keys import PartyKey
from agreements.model import Grant, PurposeKind, Standing
from agreements.moving import Move
from agreements.permissions import Permission
from agreements.subject import offered_of
from agreements.use import Use
from hub.api.guard.asking import needs
from hub.api.process.context import here
from hub.api.shapes import exchange as shapes
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.papers.agreement_files import WRITERS
from hub.state.exchange import desk, reading_desk
from hub.state.uses import SqlUses

routes = Routes("agreements", "Agreements, grants and uses 协议、授权与使用记录", "/api/v1")
_MEDIA: Final = {
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Act = Callable[[Desk, Move], Agreement]
_STEPS: Final[dict[str, tuple[Permission, Act]]] = {
    "accept": (Permission.AGREEMENT_APPLY, applying.accept),
    "appeal": (Permission.AGREEMENT_APPLY, ending.appeal),
    "approve": (Permission.AGREEMENT_DECIDE, lambda found, move: applying.approve(found, move, _offered())),
    "check": (Permission.AGREEMENT_CHECK, lambda found, move: applying.check(found, move, _offered())[0]),
    "leave": (Permission.AGREEMENT_APPLY, ending.leave),
    "refuse": (Permission.AGREEMENT_DECIDE, applying.refuse),
    "restore": (Permission.AGREEMENT_SUSPEND, ending.restore),
    "review": (Permission.AGREEMENT_REVIEW, applying.review),
    "suspend": (Permission.AGREEMENT_SUSPEND, ending.suspend),
    "terminate": (Permission.AGREEMENT_DECIDE, ending.terminate),
    "withdraw": (Permission.AGREEMENT_APPLY, applying.withdraw),
}
"""Steps that need no more than a remark, the party's and the bureau's."""


@routes.route("/agreements", shapes.AgreementShape(many=True))
def agreements() -> list[Agreement]:
    """The caller's agreements and applications; the bureau's people see everybody's."""
    who = needs(Permission.AGREEMENT_READ)
    own = {} if who.party and who.party.house else {"recipient": who.uscc}
    with reading_desk(here().parts.engine, here().now()) as found:
        return list(found.find(Agreement, **own))


@routes.route(
    "/agreements", shapes.AgreementShape, method="POST", body=shapes.ApplicationShape, status=201, problems=(409,)
)
def apply(asked: dict[str, Any]) -> Agreement:
    """Apply for data."""
    who = needs(Permission.AGREEMENT_APPLY)
    replaces = asked.pop("replaces")
    with desk(here().parts.engine, here().now()) as found:
        return applying.apply(found, _move(who, ""), _application(asked), replaces)


@routes.route("/agreements/<number>", shapes.AgreementShape, problems=(404,))
def agreement(number: str) -> Agreement:
    """One of the caller's agreements."""
    return _own(needs(Permission.AGREEMENT_READ), number)


@routes.route("/agreements/<number>/text", media="application/json", problems=(404, 409))
def text(number: str) -> Response:
    """The canonical text that both parties sign, byte for byte."""
    found = _own(needs(Permission.AGREEMENT_READ), number)
    if not found.text:
        raise Refused("out-of-step", "The application was not approved yet: there is no text to sign.")
    return Response(found.text.encode(), content_type="application/json")


@routes.route("/agreements/<number>/files/<form>", media="application/octet-stream", problems=(404, 409))
def file(number: str, form: str) -> Response:
    """An agreement that both sides signed, as PDF, XLSX or JSON; each carries the text and its signatures."""
    if form not in WRITERS:
        raise Refused("not-found", f"Forms: {', '.join(sorted(WRITERS))}.")
    one = _own(needs(Permission.AGREEMENT_READ), number)
    if len(one.signatures) < 2:
        raise Refused("out-of-step", "The agreement is not signed by both sides yet.")
    with reading_desk(here().parts.engine, here().now()) as found:
        keys = {key.id: key for key in found.find(PartyKey)}
    raw = WRITERS[form](check_envelope(envelope_of(one, keys)))
    headers = {"Content-Disposition": f'attachment; filename="{one.id}.{form}"'}
    return Response(raw, content_type=_MEDIA[form], headers=headers)


@routes.route(
    "/agreements/<number>/resubmit",
    shapes.AgreementShape,
    method="POST",
    body=shapes.ApplicationShape,
    problems=(404, 409),
)
def resubmit(asked: dict[str, Any], number: str) -> Agreement:
    """Hand in a returned application again."""
    return _step(
        Permission.AGREEMENT_APPLY, number, lambda found, move: applying.resubmit(found, move, _application(asked))
    )


@routes.route(
    "/agreements/<number>/offer",
    shapes.AgreementShape,
    method="POST",
    body=shapes.ApplicationShape,
    problems=(404, 409),
)
def offer(asked: dict[str, Any], number: str) -> Agreement:
    """The bureau offers other conditions than were applied for."""
    return _step(
        Permission.AGREEMENT_OFFER, number, lambda found, move: applying.offer(found, move, _application(asked))
    )


@routes.route(
    "/agreements/<number>/certificate",
    media="application/json",
    query=shapes.DestroyedQuery,
    problems=(404,),
)
def certificate_text(asked: dict[str, Any], number: str) -> Response:
    """The text of the destruction certificate, byte for byte, for the recipient to sign."""
    one = _own(needs(Permission.AGREEMENT_READ), number)
    text = ending.certificate_text(one, asked["destroyed_on"], asked["method"])
    return Response(text.encode(), content_type="application/json")


@routes.route(
    "/agreements/<number>/certificate",
    shapes.AgreementShape,
    method="POST",
    body=shapes.CertificateBody,
    problems=(404, 409),
)
def certify(given: dict[str, Any], number: str) -> Agreement:
    """Hand in the signed certificate that all data was destroyed."""

    def act(found: Desk, move: Move) -> Agreement:
        return ending.certify(found, move, given["destroyed_on"], given["key"], given["value"])

    return _step(Permission.AGREEMENT_SIGN, number, act, given["method"])


@routes.route(
    "/agreements/<number>/signatures", shapes.AgreementShape, method="POST", body=shapes.SignBody, problems=(404, 409)
)
def sign(given: dict[str, str], number: str) -> Agreement:
    """Hand in the party's signature over the text."""

    def act(found: Desk, move: Move) -> Agreement:
        return concluding.sign(found, move, given["key"], given["value"])

    return _step(Permission.AGREEMENT_SIGN, number, act)


@routes.route(
    "/agreements/<number>/steps/<step>", shapes.AgreementShape, method="POST", body=shapes.NoteBody, problems=(404, 409)
)
def move(said: dict[str, str], number: str, step: str) -> Agreement:
    """A step of the party (accept, withdraw, leave, appeal) or the bureau (check, review, approve, refuse, suspend …).

    Who reviewed does not decide, and who suspended does not restore.
    """
    if step not in _STEPS:
        raise Refused("not-found", f"Steps: {', '.join(sorted(_STEPS))}.")
    permission, act = _STEPS[step]
    return _step(permission, number, act, said["note"])


@routes.route("/grants", shapes.GrantShape(many=True))
def grants() -> list[Grant]:
    """What the caller's party may take, and what it might take before."""
    who = needs(Permission.AGREEMENT_READ)
    with reading_desk(here().parts.engine, here().now()) as found:
        return list(found.find(Grant, party=who.uscc))


@routes.route("/uses", shapes.UseShape(many=True), query=shapes.UsesQuery)
def uses(asked: dict[str, int]) -> list[Use]:
    """What the caller's party took, newest first; at most a thousand."""
    who = needs(Permission.USE_READ)
    since = here().now() - timedelta(days=asked["days"])
    return list(SqlUses(here().parts.engine).of(who.uscc, since))


def _offered() -> Offered:
    return offered_of(here().datasets.values())


def _own(who: Standing, number: str) -> Agreement:
    """The caller's own agreement; another's is not told from none."""
    with reading_desk(here().parts.engine, here().now()) as found:
        one = found.get(Agreement, number[:120])
    if one is None or who.uscc not in {one.recipient, one.provider}:
        raise Refused("not-found", "There is no such agreement.")
    return one


def _step(permission: Permission, number: str, act: Act, note: str = "") -> Agreement:
    """The agreement after a step that the caller may take in one of its own."""
    who = needs(permission)
    _own(who, number)
    with desk(here().parts.engine, here().now()) as found:
        return act(found, _move(who, number, note))


def _move(who: Standing, number: str, note: str = "") -> Move:
    return Move(number, who.actor, read_calendar(here().settings.calendar), note)


def _application(asked: dict[str, Any]) -> Application:
    items = tuple(DataItem(one["dataset"], tuple(one["fields"]), tuple(one["regions"])) for one in asked["data"])
    known = {field.name for field in fields(Application)}
    facts = {name: value for name, value in asked.items() if name in known}
    facts |= {"data": items, "purpose": PurposeKind(asked["purpose"]), "measures": tuple(asked["measures"])}
    return Application(**facts)
