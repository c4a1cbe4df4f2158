"""A single record's protected fields are shown by the owner's ticket only, and no longer than it says (SM06)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from agreements import register, tickets
from agreements.acting import standing_of
from agreements.decide import decide
from agreements.model import Action, Form, PartyKind, Purpose, PurposeKind, Subject, Ticket
from agreements.permissions import Role
from catalog.errors import NotPermitted, OutOfStep, SettingsError
from hub.db.engine import reading
from hub.state.standing import standing_now
from tests.exchange_world import INSTITUTE, LAB, World, uscc

MAKER = uscc("91370100005000077")
WHY = Purpose(PurposeKind.SUPERVISION, "案〔2026〕7号", "核查联系人")
PHONE = Subject(Form.RECORDS, "2.1", "licences", record="r-7", fields=("phone",), protected=("phone",))


@pytest.fixture
def asked(exchange: World) -> Ticket:
    exchange.do(register.register, "admin1", MAKER, "示例线缆有限公司", (PartyKind.PRODUCER,), "370100")
    exchange.give("owner", MAKER, Role.AGENT)
    exchange.give("reader", LAB, Role.QUERY)
    ends = exchange.now + timedelta(days=5)
    return exchange.do(tickets.ask, "reader", MAKER, "licences", "r-7", ("phone",), WHY, ends)


def _answer(exchange: World, what: Subject = PHONE, why: Purpose = WHY, later: timedelta = timedelta()) -> str:
    with exchange.desk() as desk:
        verdict = decide(standing_of(desk, "reader"), Action.REVEAL, what, why, desk.now + later)
    assert (verdict.ticket == "T000001") == verdict.allowed
    return verdict.code


def test_the_owner_s_yes_opens_exactly_what_was_asked(exchange: World, asked: Ticket) -> None:
    assert _answer(exchange) == "ticket"
    exchange.do(tickets.authorise, "owner", asked.id)
    assert _answer(exchange) == "allowed"
    assert _answer(exchange, replace(PHONE, record="r-8")) == "ticket"
    assert _answer(exchange, replace(PHONE, fields=("phone", "name"))) == "ticket"
    assert _answer(exchange, why=replace(WHY, case_no="案〔2026〕8号")) == "ticket"
    assert _answer(exchange, later=timedelta(days=5)) == "ticket"


def test_the_owner_can_stop_it_at_the_next_question(exchange: World, asked: Ticket) -> None:
    exchange.do(tickets.authorise, "owner", asked.id)
    exchange.do(tickets.withdraw, "owner", asked.id)
    assert _answer(exchange) == "ticket"
    with pytest.raises(OutOfStep):
        exchange.do(tickets.authorise, "owner", asked.id)


def test_a_standing_read_in_one_statement_is_the_same_as_step_by_step(exchange: World, asked: Ticket) -> None:
    exchange.do(tickets.authorise, "owner", asked.id)
    exchange.active()
    exchange.give("agent", INSTITUTE, Role.QUERY)
    for person in ("reader", "owner", "agent", "machine", "admin1", "op1"):
        with exchange.desk() as desk:
            slow = standing_of(desk, person)
        with reading(exchange.engine) as connection:
            assert standing_now(connection, person) == slow
    for person in ("nobody", "", "' OR ''='"):
        with pytest.raises(NotPermitted), reading(exchange.engine) as connection:
            standing_now(connection, person)


def test_nobody_answers_in_the_owner_s_place(exchange: World, asked: Ticket) -> None:
    for by in ("reader", "admin1", "op1", "lab", "agent"):
        with pytest.raises(NotPermitted):
            exchange.do(tickets.authorise, by, asked.id)


@pytest.mark.parametrize(
    ("record", "fields", "why", "days"),
    [
        ("", ("phone",), WHY, 5),
        ("r-7", (), WHY, 5),
        ("r-7", ("phone",), replace(WHY, statement=" "), 5),
        ("r-7", ("phone",), WHY, 0),
        ("r-7", ("phone",), WHY, 100),
    ],
)
def test_a_ticket_says_who_what_why_and_until_when(
    exchange: World, asked: Ticket, record: str, fields: tuple[str, ...], why: Purpose, days: int
) -> None:
    with pytest.raises(SettingsError):
        exchange.do(tickets.ask, "reader", MAKER, "licences", record, fields, why, exchange.now + timedelta(days=days))
