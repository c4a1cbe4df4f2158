"""Changing who holds which role (SM07 权限变更审批): asked by one person, approved by another, in one transaction."""

from __future__ import annotations

from dataclasses import replace

from agreements.acting import demand_house, house_of, party_of, standing_of
from agreements.decide import decide
from agreements.desk import Desk, Happened
from agreements.model import Action, Form, Purpose, PurposeKind, Subject
from agreements.people import Assignment, Change, PermissionRequest, RequestState
from agreements.permissions import HOUSE, Permission, Role, roles_clash
from catalog.errors import NotPermitted, OutOfStep, SettingsError

_PURPOSE = Purpose(PurposeKind.SUPERVISION)


def request(
    desk: Desk, by: str, person: str, party: str, role: Role, reason: str, change: Change = Change.GIVE
) -> PermissionRequest:
    """Ask for a role to be given to, or taken from, a person or machine of a party."""
    demand_house(desk, by, Permission.PERMISSION_REQUEST)
    if not person.strip() or not reason.strip():
        raise SettingsError("A request names a person and says why.", todo="Give the person and --reason.")
    _demand_sound(desk, person, party, role, change)
    asked = PermissionRequest(
        f"R{desk.number('request'):06}", person, party, role, change, reason.strip(), by, desk.now
    )
    desk.keep(Happened("permission.asked", _facts(asked, by)), asked)
    return asked


def _demand_sound(desk: Desk, person: str, party: str, role: Role, change: Change) -> None:
    """What is asked must be possible, when it is asked and again when it is approved."""
    party_of(desk, party)
    held = desk.find(Assignment, person=person, held="1")
    if role in HOUSE and party != house_of(desk).id:
        raise NotPermitted("This role is for the bureau's own people.", todo="Ask for 'agent' or 'query'.")
    if any(one.party != party for one in held):
        raise NotPermitted("A person acts for one party only.", todo="Use another account for the other party.")
    roles = {one.role for one in held}
    if change is Change.TAKE:
        if role not in roles:
            raise OutOfStep("The person does not hold this role.", todo="See `hub permissions list`.")
        if role is Role.ADMINISTRATION and len(desk.find(Assignment, role=role, held="1")) <= 2:
            raise NotPermitted("Two administrators must remain.", todo="Appoint another one first.")
        return
    if role in roles:
        raise OutOfStep("The person holds this role already.", todo="See `hub permissions list`.")
    if roles_clash(roles, role):
        raise NotPermitted(
            "Administration, operation and audit stay apart: nobody holds two of them (GB/T 39477-2020).",
            todo="Name another person.",
        )


def approve(desk: Desk, by: str, request_id: str, note: str = "") -> PermissionRequest:
    """Approve a request as a second person: the role changes with it. NotPermitted as SM07 says."""
    asked = _waiting(desk, request_id)
    what = Subject(Form.PERMISSIONS, asked_by=asked.asked_by, beneficiary=asked.person)
    verdict = decide(standing_of(desk, by), Action.APPROVE, what, _PURPOSE, desk.now)
    if not verdict.allowed:
        raise NotPermitted(f"{verdict.reason} ({verdict.clause}).", todo="Ask a second administrator.")
    demand_house(desk, by, Permission.PERMISSION_APPROVE)
    _demand_sound(desk, asked.person, asked.party, asked.role, asked.change)
    done = replace(asked, state=RequestState.APPROVED, decided_by=by, decided_at=desk.now, note=note)
    role = Assignment(
        f"{asked.person}/{asked.role}",
        asked.person,
        asked.party,
        asked.role,
        desk.now,
        asked.id,
        held=asked.change is Change.GIVE,
    )
    desk.keep(Happened("permission.approved", _facts(asked, by)), done, role)
    return done


def refuse(desk: Desk, by: str, request_id: str, note: str) -> PermissionRequest:
    """Refuse a request; who asked may take it back this way too."""
    demand_house(desk, by, Permission.PERMISSION_APPROVE)
    asked = _waiting(desk, request_id)
    done = replace(asked, state=RequestState.REFUSED, decided_by=by, decided_at=desk.now, note=note)
    desk.keep(Happened("permission.refused", _facts(asked, by)), done)
    return done


def _waiting(desk: Desk, request_id: str) -> PermissionRequest:
    found = desk.get(PermissionRequest, request_id)
    if found is None or found.state is not RequestState.ASKED:
        raise OutOfStep("No such request waits for a decision.", todo="See `hub permissions list`.")
    return found


def _facts(asked: PermissionRequest, by: str) -> dict[str, str | int]:
    return {
        "request": asked.id,
        "person": asked.person,
        "party": asked.party,
        "role": asked.role,
        "change": asked.change,
        "by": by,
    }
