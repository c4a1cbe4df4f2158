"""A named leak opens a case about the party that the copy was made for, and nobody else."""

from __future__ import annotations

import pytest

from agreements.model import Grant, Party, PartyState
from catalog.errors import NotPermitted
from hub.marking.leak_cases import cases_of, party_behind
from tests.exchange_world import INSTITUTE, World, world
from tests.plugins.engines import database, engine

__all__ = ["database", "engine"]


@pytest.fixture
def exchange(engine) -> World:
    made = world(engine)
    made.active()
    return made


def report(*grants):
    named = [{"grant": grant, "bound": 1e-30, "copies": [{"number": 5}]} for grant in grants]
    return {"report": {"dataset": "statistics", "version": 2, "named": named}}


def grant_of(exchange):
    with exchange.desk() as desk:
        (one,) = desk.find(Grant, party=INSTITUTE)
    return one.id


def test_the_party_of_a_named_grant_is_suspended_with_a_case(exchange):
    grant = grant_of(exchange)
    (case,) = exchange.do(cases_of, report(grant, "portal"), "op1")
    assert (case.party, case.rule, dict(case.facts)["copies"]) == (INSTITUTE, "traced-leak", "5")
    assert len(dict(case.facts)["report"]) == 64
    with exchange.desk() as desk:
        party = desk.get(Party, INSTITUTE)
    assert party.state is PartyState.SUSPENDED


def test_copies_under_a_clause_lead_to_their_party_and_the_portals_to_nobody(exchange):
    with exchange.desk() as desk:
        assert party_behind(desk, f"clause-SM11-{INSTITUTE}") == INSTITUTE
        assert [party_behind(desk, name) for name in ("portal", "store", "clause-SM11-x")] == [None] * 3
    assert exchange.do(cases_of, report("portal", "store"), "op1") == ()


def test_only_who_handles_cases_opens_one(exchange):
    with pytest.raises(NotPermitted):
        exchange.do(cases_of, report(grant_of(exchange)), "agent")
