"""Permissions change by two people; administration, operation and audit stay apart (SM07, GB/T 39477-2020)."""

from __future__ import annotations

import pytest

from agreements import register, roles
from agreements.acting import actor_of
from agreements.model import PartyKind
from agreements.people import Change
from agreements.permissions import HOUSE, ROLES, Permission, Role
from catalog.errors import NotPermitted, OutOfStep, SettingsError
from tests.exchange_world import HOUSE as BUREAU
from tests.exchange_world import INSTITUTE, World, uscc

P = Permission
TRUTH = {
    # permission:            administration, operation, audit, agent, handling, query
    P.AGREEMENT_APPLY: (0, 0, 0, 1, 0, 0),
    P.AGREEMENT_CHECK: (0, 1, 0, 0, 0, 0),
    P.AGREEMENT_DECIDE: (0, 1, 0, 0, 0, 0),
    P.AGREEMENT_OFFER: (0, 1, 0, 0, 0, 0),
    P.AGREEMENT_READ: (1, 1, 1, 1, 0, 0),
    P.AGREEMENT_REVIEW: (0, 1, 0, 0, 0, 0),
    P.AGREEMENT_SIGN: (0, 1, 0, 1, 0, 0),
    P.AGREEMENT_SUSPEND: (0, 1, 0, 0, 0, 0),
    P.CASE_EXPORT: (0, 1, 1, 0, 0, 0),
    P.CASE_HANDLE: (0, 1, 0, 0, 0, 0),
    P.FEEDBACK_ANSWER: (0, 1, 0, 1, 0, 0),
    P.LEDGER_READ: (0, 0, 1, 0, 0, 0),
    P.LIST_LOOKUP: (0, 0, 0, 0, 0, 1),
    P.NOTICE_PUBLISH: (0, 1, 0, 0, 1, 0),
    P.PARTY_REGISTER: (1, 0, 0, 0, 0, 0),
    P.PARTY_SUSPEND: (0, 1, 0, 0, 0, 0),
    P.PERMISSION_APPROVE: (1, 0, 0, 0, 0, 0),
    P.PERMISSION_REQUEST: (1, 0, 0, 0, 0, 0),
    P.RECORD_CORRECT: (0, 0, 0, 1, 0, 0),
    P.RECORD_QUERY: (0, 0, 0, 0, 0, 1),
    P.RECORD_REVEAL: (0, 0, 0, 0, 0, 1),
    P.RELEASE_DOWNLOAD: (0, 0, 0, 0, 0, 1),
    P.RELEASE_PUBLISH: (0, 1, 0, 0, 0, 0),
    P.RISK_HANDLE: (0, 1, 0, 0, 1, 0),
    P.RUN_READ: (1, 1, 1, 0, 0, 0),
    P.SHARE_READ: (0, 0, 0, 0, 0, 1),
    P.TICKET_AUTHORISE: (0, 0, 0, 1, 0, 0),
    P.USE_READ: (0, 1, 1, 1, 0, 0),
}
ORDER = (Role.ADMINISTRATION, Role.OPERATION, Role.AUDIT, Role.AGENT, Role.HANDLING, Role.QUERY)


def test_the_table_of_roles_is_this_one() -> None:
    assert {p: tuple(int(p in ROLES[role]) for role in ORDER) for p in Permission} == TRUTH


def test_no_role_of_the_bureau_shares_a_power_to_change_with_another() -> None:
    for one in HOUSE:
        for other in HOUSE - {one}:
            shared = ROLES[one] & ROLES[other]
            assert {p.partition(":")[2] for p in shared} <= {"read", "export"}


def test_who_asked_does_not_approve_and_neither_does_who_gains(exchange: World) -> None:
    asked = exchange.do(roles.request, "admin1", "wang", BUREAU, Role.OPERATION, "新任")
    with pytest.raises(NotPermitted, match="SM07"):
        exchange.do(roles.approve, "admin1", asked.id)
    mine = exchange.do(roles.request, "admin1", "admin2", BUREAU, Role.AGENT, "兼任")
    with pytest.raises(NotPermitted, match="SM07"):
        exchange.do(roles.approve, "admin2", mine.id)
    exchange.do(roles.approve, "admin2", asked.id)
    assert exchange.do(actor_of, "wang").roles == {Role.OPERATION}
    with pytest.raises(OutOfStep):
        exchange.do(roles.approve, "admin2", asked.id)


@pytest.mark.parametrize("by", ["op1", "auditor", "agent", "machine", "stranger"])
def test_only_administrators_ask_for_changes(exchange: World, by: str) -> None:
    with pytest.raises(NotPermitted):
        exchange.do(roles.request, by, "wang", BUREAU, Role.QUERY, "需要")


def test_administration_operation_and_audit_stay_apart(exchange: World) -> None:
    for person, role in (("op1", Role.AUDIT), ("auditor", Role.ADMINISTRATION), ("admin1", Role.OPERATION)):
        with pytest.raises(NotPermitted, match="GB/T 39477"):
            exchange.do(roles.request, "admin1", person, BUREAU, role, "兼任")


def test_two_requests_cannot_join_what_stays_apart(exchange: World) -> None:
    first = exchange.do(roles.request, "admin1", "wang", BUREAU, Role.OPERATION, "新任")
    second = exchange.do(roles.request, "admin1", "wang", BUREAU, Role.AUDIT, "新任")
    exchange.do(roles.approve, "admin2", first.id)
    with pytest.raises(NotPermitted, match="GB/T 39477"):
        exchange.do(roles.approve, "admin2", second.id)


def test_the_bureau_s_roles_are_for_its_own_people_and_nobody_serves_two_parties(exchange: World) -> None:
    with pytest.raises(NotPermitted, match="own people"):
        exchange.do(roles.request, "admin1", "agent", INSTITUTE, Role.OPERATION, "越权")
    with pytest.raises(NotPermitted, match="one party"):
        exchange.do(roles.request, "admin1", "agent", BUREAU, Role.OPERATION, "越权")


def test_a_role_is_taken_the_same_way_and_two_administrators_remain(exchange: World) -> None:
    asked = exchange.do(roles.request, "admin1", "op1", BUREAU, Role.OPERATION, "调离", Change.TAKE)
    exchange.do(roles.approve, "admin2", asked.id)
    with pytest.raises(NotPermitted, match="holds no role"):
        exchange.do(actor_of, "op1")
    with pytest.raises(NotPermitted, match="Two administrators"):
        exchange.do(roles.request, "admin1", "admin2", BUREAU, Role.ADMINISTRATION, "调离", Change.TAKE)


def test_a_hub_is_founded_once_by_two_people(exchange: World) -> None:
    with pytest.raises(OutOfStep):
        exchange.do(register.found, BUREAU, "再建", "370000", ("a", "b"))


@pytest.mark.parametrize(
    ("code", "name", "kinds", "region"),
    [
        ("123700000050000930", "错码", (PartyKind.INSTITUTE,), "370000"),
        (uscc("12370000005000131"), "", (PartyKind.INSTITUTE,), "370000"),
        (uscc("12370000005000131"), "无类型", (), "370000"),
        (uscc("12370000005000131"), "无此地区", (PartyKind.INSTITUTE,), "999999"),
    ],
)
def test_a_party_is_registered_with_a_sound_code_name_kind_and_region(
    exchange: World, code: str, name: str, kinds: tuple[PartyKind, ...], region: str
) -> None:
    with pytest.raises(SettingsError):
        exchange.do(register.register, "admin1", code, name, kinds, region)


def test_a_key_serves_one_party_once(exchange: World) -> None:
    from tests.exchange_world import public_key

    with pytest.raises(OutOfStep, match="known already"):
        exchange.do(register.propose_key, "admin1", INSTITUTE, public_key(1))
    with pytest.raises(SettingsError):
        exchange.do(register.propose_key, "admin1", INSTITUTE, "no key")
