"""Cases over the API: the party sees what it is suspected of and appeals; the bureau opens, closes, exports."""

from __future__ import annotations

from typing import Any

from flask import Response

from agreements import cases as handling
from agreements import register
from agreements.abuse import rules
from agreements.acting import party_of
from agreements.case import Case
from agreements.model import Party, PartyState, Standing
from agreements.people import Assignment
from agreements.permissions import Permission
from hub.api.guard.asking import needs
from hub.api.process.context import here
from hub.api.shapes.cases import CaseBody, CaseShape, FindingBody, ReasonBody, RemarkBody
from hub.api.shapes.exchange import PartyShape
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.papers.case_file import case_file
from hub.state.exchange import SqlDesk, desk, reading_desk

routes = Routes("cases", "Cases, appeals and suspensions 滥用线索、申诉与暂停", "/api/v1")
Told = dict[str, Any]


@routes.route("/cases", CaseShape(many=True))
def cases() -> list[Told]:
    """The caller's cases; the bureau's own people see everybody's."""
    who = needs(Permission.AGREEMENT_READ)
    with reading_desk(here().parts.engine, here().now()) as found:
        every = found.find(Case) if _of_house(who) else found.find(Case, party=who.uscc)
        return [_told(found, one, who) for one in every]


@routes.route("/cases", CaseShape, method="POST", body=CaseBody, status=201, problems=(409,))
def open_case(said: dict[str, Any]) -> Told:
    """Open a case about a party; ``suspend`` bars it at the next request."""
    who = needs(Permission.CASE_HANDLE)
    with desk(here().parts.engine, here().now()) as found:
        facts = tuple(sorted(said["facts"].items()))
        made = handling.open_case(found, who.actor, said["party"], said["rule"], facts, suspend=said["suspend"])
        return _told(found, made, who)


@routes.route("/cases/<number>", CaseShape, problems=(404,))
def case(number: str) -> Told:
    """One case: facts, remarks and finding."""
    who = needs(Permission.AGREEMENT_READ)
    with reading_desk(here().parts.engine, here().now()) as found:
        return _told(found, _seen(found, who, number), who)


@routes.route("/cases/<number>/remarks", CaseShape, method="POST", body=RemarkBody, status=201, problems=(404, 409))
def remark(said: dict[str, str], number: str) -> Told:
    """Add a remark; the party's own is its appeal, also while it is suspended."""
    who = needs(Permission.AGREEMENT_READ)
    with desk(here().parts.engine, here().now()) as found:
        _seen(found, who, number)
        return _told(found, handling.remark(found, who.actor, number, said["text"]), who)


@routes.route("/cases/<number>/finding", CaseShape, method="POST", body=FindingBody, problems=(404, 409))
def close(said: dict[str, str], number: str) -> Told:
    """Close a case with what was found, as another person than who opened it."""
    who = needs(Permission.CASE_HANDLE)
    with desk(here().parts.engine, here().now()) as found:
        _seen(found, who, number)
        return _told(found, handling.close_case(found, who.actor, number, said["finding"]), who)


@routes.route("/cases/<number>/file", media="application/zip", problems=(404, 409))
def file(number: str) -> Response:
    """The case file: agreements, grants, uses, ledger entries and their checkpoint, with checksums."""
    who = needs(Permission.CASE_EXPORT)
    with desk(here().parts.engine, here().now()) as found:
        _seen(found, who, number)
        raw = case_file(found, who.actor, number, here().parts.signer)
    headers = {"Content-Disposition": f'attachment; filename="{number}.zip"', "Cache-Control": "no-store"}
    return Response(raw, content_type="application/zip", headers=headers)


@routes.route("/parties/<uscc>/suspension", PartyShape, method="POST", body=ReasonBody, problems=(409,))
def suspend(said: dict[str, str], uscc: str) -> Party:
    """Bar a party from everything at its next request, for a reason that it is shown (SM14)."""
    who = needs(Permission.PARTY_SUSPEND)
    with desk(here().parts.engine, here().now()) as found:
        return register.suspend_party(found, who.actor, uscc[:18], said["reason"])


@routes.route("/parties/<uscc>/suspension", PartyShape, method="DELETE", problems=(409,))
def restore(uscc: str) -> Party:
    """Let a party in again, as another person than who suspended it."""
    who = needs(Permission.PARTY_SUSPEND)
    with desk(here().parts.engine, here().now()) as found:
        return register.restore_party(found, who.actor, uscc[:18])


def _seen(found: SqlDesk, who: Standing, number: str) -> Case:
    """A case that the caller may know of; another's is not told from none."""
    one = found.get(Case, number[:120])
    if one is None or not (_of_house(who) or one.party == who.uscc):
        raise Refused("not-found", "There is no such case.")
    return one


def _told(found: SqlDesk, one: Case, who: Standing) -> Told:
    inside = _of_house(who)
    party = party_of(found, one.party)
    suspended = party.state is PartyState.SUSPENDED
    return {
        "id": one.id,
        "party": one.party,
        "rule": one.rule,
        "reason": _words(one.rule),
        "facts": dict(one.facts),
        "state": one.state,
        "opened_at": one.opened_at,
        "opened_by": one.opened_by if inside else "",
        "remarks": [_remark(found, one, *said, inside=inside) for said in one.remarks],
        "finding": one.finding,
        "closed_at": one.closed_at,
        "closed_by": one.closed_by if inside else "",
        "suspended": suspended,
        "suspended_because": party.reason if suspended else "",
    }


def _remark(found: SqlDesk, one: Case, at: object, by: str, text: str, *, inside: bool) -> Told:
    own = any(role.party == one.party for role in found.find(Assignment, person=by))
    return {"at": at, "side": "party" if own else "bureau", "by": by if inside or own else "", "text": text}


def _words(rule: str) -> str:
    known = rules().get(rule)
    return f"{known.zh} {known.en}" if known else "人工立案 opened by hand"


def _of_house(who: Standing) -> bool:
    return who.party is not None and who.party.house
