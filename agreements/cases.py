"""Cases of suspected abuse: opened by a rule or a person, answered by the party, closed with a finding.

A case of a rule that suspends bars the party in the same transaction; so does a person who opens one with
``suspend``. Whoever suspended does not restore.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from agreements.abuse import Suspicion, rules
from agreements.acting import demand, demand_house, party_of
from agreements.case import Case, CaseState
from agreements.desk import Desk, Happened
from agreements.model import Party, PartyState
from agreements.permissions import Permission
from catalog.errors import NotPermitted, OutOfStep, SettingsError

WATCH: Final = "watch"
"""Who opens the cases that rules find."""


def raise_cases(desk: Desk, found: Sequence[Suspicion]) -> tuple[Case, ...]:
    """Open a case for each suspicion, unless one by the same rule is open for the party."""
    opened = []
    for one in found:
        running = [case.rule for case in desk.find(Case, party=one.party, state=CaseState.OPEN)]
        if one.rule.id not in running:
            facts = (*one.facts, *((("grant", one.grant),) if one.grant else ()))
            opened.append(_opened(desk, WATCH, one.party, one.rule.id, facts, suspend=one.rule.suspends))
    return tuple(opened)


def closed_at(desk: Desk, party: str) -> Mapping[str, datetime]:
    """When the last case of each rule about the party was closed."""
    found: dict[str, datetime] = {}
    for case in desk.find(Case, party=party, state=CaseState.CLOSED):
        if case.closed_at is not None:
            found[case.rule] = max(case.closed_at, found.get(case.rule, case.closed_at))
    return found


def open_case(
    desk: Desk, by: str, party: str, rule: str, facts: Sequence[tuple[str, str]], *, suspend: bool = False
) -> Case:
    """A person opens a case, for example over a traced leak; ``rule`` is a rule's id or ``manual``."""
    demand_house(desk, by, Permission.CASE_HANDLE)
    known = rules().get(rule)
    if known is None and rule != "manual":
        raise SettingsError("No abuse rule has this name.", todo=f"Use manual or one of: {', '.join(rules())}.")
    return _opened(desk, by, party, rule, tuple(facts), suspend=suspend or bool(known and known.suspends))


def _opened(desk: Desk, by: str, uscc: str, rule: str, facts: tuple[tuple[str, str], ...], *, suspend: bool) -> Case:
    party = party_of(desk, uscc)
    number = f"C{desk.number('case'):06}"
    case = Case(number, uscc, rule, facts, desk.now, by)
    barred: tuple[Party, ...] = ()
    if suspend and party.state is PartyState.ACTIVE and not party.house:
        words = rules().get(rule)
        why = f"{words.zh} {words.en}" if words else "滥用嫌疑 suspected abuse"
        barred = (replace(party, state=PartyState.SUSPENDED, reason=f"{number}: {why}", barred_by=by),)
    told: dict[str, str | int] = {"case": number, "party": uscc, "rule": rule, "by": by, "suspended": len(barred)}
    desk.keep(Happened("case.opened", told), case, *barred)
    return case


def remark(desk: Desk, by: str, number: str, text: str) -> Case:
    """Add a remark: somebody who handles cases, or the party itself, whose appeal it is."""
    case = case_of(desk, number)
    if case.state is CaseState.CLOSED or not text.strip():
        raise OutOfStep("Only an open case takes a remark, and one in words.", todo="See `hub cases show`.")
    actor = demand(desk, by, Permission.AGREEMENT_READ)
    if actor.party != case.party:
        demand_house(desk, by, Permission.CASE_HANDLE)
    noted = replace(case, remarks=(*case.remarks, (desk.now, by, text.strip())))
    kind = "case.appealed" if actor.party == case.party else "case.remarked"
    desk.keep(Happened(kind, {"case": number, "party": case.party, "by": by}), noted)
    return noted


def close_case(desk: Desk, by: str, number: str, finding: str) -> Case:
    """Close a case with what was found. Restoring the party is a step of its own."""
    demand_house(desk, by, Permission.CASE_HANDLE)
    case = case_of(desk, number)
    if case.state is CaseState.CLOSED:
        raise OutOfStep("The case is closed already.", todo="See `hub cases show`.")
    if not finding.strip():
        raise SettingsError("A case is closed with a finding.", todo="Give --finding.")
    if by == case.opened_by:
        raise NotPermitted("Who opened a case does not close it.", todo="Ask a second person.")
    closed = replace(case, state=CaseState.CLOSED, finding=finding.strip(), closed_at=desk.now, closed_by=by)
    desk.keep(Happened("case.closed", {"case": number, "party": case.party, "by": by}), closed)
    return closed


def case_of(desk: Desk, number: str) -> Case:
    """The case. OutOfStep when there is none."""
    found = desk.get(Case, number)
    if found is None:
        raise OutOfStep("There is no such case.", todo="See `hub cases list`.")
    return found
