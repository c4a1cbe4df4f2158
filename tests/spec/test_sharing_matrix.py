"""The sharing matrix SM01 to SM16: who gets what, and who is refused (the table is in ``sharing_cases.py``)."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from agreements.conditions import CONDITIONS
from agreements.decide import NEEDS, decide
from agreements.matrix import matrix
from agreements.model import PUBLIC, Action, Form, Purpose, PurposeKind, Subject, Verdict
from agreements.permissions import ROLES, Role
from tests.spec.sharing_cases import CASES, NOW, WHAT, WHO, WHY, Case

CLAUSES = tuple(f"SM{number:02}" for number in range(1, 17))


def _shown(verdict: Verdict) -> str:
    rules = [f"{rule.field} {rule.how} {', '.join(rule.values)}" for rule in verdict.rows]
    return "; ".join([*rules, *([", ".join(verdict.fields)] if verdict.fields else [])])


@pytest.mark.parametrize("clause", CLAUSES)
def test_each_clause_gives_and_refuses_as_its_table_says(clause: str) -> None:
    cases = [case for case in CASES if case.row == clause]
    assert [_answered(case) for case in cases] == [
        (case.who, case.what, case.answer, case.clause or case.row, case.shown) for case in cases
    ]


def _answered(case: Case) -> tuple[str, str, str, str, str]:
    verdict = decide(WHO[case.who][1], case.action, WHAT[case.what][1], WHY[case.why][1], NOW)
    return (case.who, case.what, "yes" if verdict.allowed else verdict.code, verdict.clause, _shown(verdict))


@pytest.mark.parametrize("clause", CLAUSES)
def test_the_table_of_each_clause_shows_one_who_is_refused(clause: str) -> None:
    assert any(case.answer != "yes" for case in CASES if case.row == clause)


def test_every_clause_is_declared_with_the_text_it_rests_on() -> None:
    assert tuple(row.id for row in matrix().row) == CLAUSES
    assert all(row.basis.startswith(("S0 ", "S4 ")) and row.zh and row.en for row in matrix().row)


def test_every_condition_has_a_test_and_words_and_every_action_a_permission() -> None:
    assert set(matrix().condition) == set(CONDITIONS)
    assert set(NEEDS) == set(Action)


def test_what_no_clause_gives_is_refused() -> None:
    bare = Purpose(PurposeKind.PUBLIC)
    for action, form in itertools.product(Action, Form):
        verdict = decide(PUBLIC, action, Subject(form, "9.9"), bare, NOW)
        assert not verdict.allowed
        assert verdict.basis


def test_nobody_without_a_role_gets_more_than_the_public() -> None:
    for (_, who), (_, what), (_, why), action in itertools.product(WHO.values(), WHAT.values(), WHY.values(), Action):
        bare = replace(who, permissions=frozenset())
        if decide(bare, action, what, why, NOW).allowed:
            assert decide(PUBLIC, action, what, why, NOW).allowed


def test_a_protected_field_leaves_by_no_way_but_a_ticket() -> None:
    for (_, who), (_, what), (_, why), action in itertools.product(WHO.values(), WHAT.values(), WHY.values(), Action):
        own = who.party is not None and who.party.id == what.owner
        verdict = decide(who, action, replace(what, protected=("phone",), fields=("phone",)), why, NOW)
        assert not verdict.allowed or action is Action.APPROVE or own


def test_the_auditor_changes_nothing() -> None:
    assert not {p for p in ROLES[Role.AUDIT] if p.partition(":")[2] not in {"read", "export"}}
