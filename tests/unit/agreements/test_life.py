"""An agreement's life, on SQLite and on PostgreSQL: from application to the proof of destruction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from agreements import applying, concluding, ending, keys, register
from agreements.acting import standing_of
from agreements.agreement import Agreement
from agreements.decide import decide
from agreements.model import Action, Form, Grant, Purpose, PurposeKind, Subject
from catalog.errors import NotPermitted, OutOfStep, ProofError, SettingsError
from hub.ledger import store
from tests.exchange_world import HOUSE, INSTITUTE, OFFERED, World, application, private_key, public_key

STATISTICS = Subject(
    Form.AGGREGATES, "2.3", "statistics", fields=("quarter", "batches"), made_safe=True, described=True
)
RESEARCH = Purpose(PurposeKind.RESEARCH)


def _answer(exchange: World, later: timedelta = timedelta()) -> str:
    with exchange.desk() as desk:
        verdict = decide(standing_of(desk, "machine"), Action.DOWNLOAD, STATISTICS, RESEARCH, desk.now + later)
    return verdict.code


def test_an_agreement_comes_into_force_with_both_signatures_and_opens_its_dataset(exchange: World) -> None:
    found = exchange.approved()
    assert _answer(exchange) == "granted"
    assert exchange.sign(found, "agent", 2).state == "signing"
    assert _answer(exchange) == "granted"
    active = exchange.sign(found, "op2", 1)
    assert (active.state, active.id) == ("active", "2026-0001")
    assert [step.name for step in active.steps] == [
        "apply",
        "complete",
        "review",
        "approve",
        "sign",
        "sign",
        "activate",
    ]
    assert _answer(exchange) == "allowed"


def test_every_step_is_in_the_ledger_in_the_same_transaction(exchange: World) -> None:
    found = exchange.active()
    with exchange.engine.connect() as connection:
        leaves = [store.read(connection, seq) for seq in range(store.size(connection))]
    kinds = [leaf.kind for leaf in leaves if leaf.data.get("agreement") == found.id]
    assert kinds == [f"agreement.{name}" for name in ("apply", "complete", "review", "approve", "sign", "activate")]
    (last,) = [leaf for leaf in leaves if leaf.kind == "agreement.activate"]
    assert last.data["sha256"] == found.digest


def test_a_refused_step_leaves_neither_change_nor_event(exchange: World) -> None:
    found = exchange.approved()
    with exchange.engine.connect() as connection:
        before = store.size(connection)
    with pytest.raises(ProofError):
        exchange.do(concluding.sign, exchange.move(found.id, "agent"), exchange_key(2), "AAAA")
    with exchange.engine.connect() as connection:
        assert store.size(connection) == before
    assert exchange.do(lambda desk: desk.get(Agreement, found.id)) == found


def exchange_key(seed: int) -> str:
    return keys.read_public(public_key(seed))[1]


def test_an_incomplete_application_goes_back_with_what_it_lacks(exchange: World) -> None:
    found = exchange.do(applying.apply, exchange.move("", "agent"), application(measures=(), project=" "))
    after, missing = exchange.do(applying.check, exchange.move(found.id, "op1"), OFFERED)
    assert after.state == "incomplete"
    assert [one.split()[0] for one in missing] == ["project", "measures"]
    assert exchange.do(applying.resubmit, exchange.move(found.id, "agent"), application()).state == "submitted"


@pytest.mark.parametrize(
    ("changed", "lacks"),
    [
        ({"purpose": PurposeKind.COMMERCIAL}, "purpose"),
        ({"data": ()}, "data"),
        ({"ends": date(2026, 3, 2)}, "term"),
        ({"retention_days": -1}, "retention"),
        ({"responsible": ""}, "responsible"),
    ],
)
def test_each_thing_that_is_missing_is_named(changed: dict[str, object], lacks: str) -> None:
    (missing,) = applying.lacking(application(**changed), OFFERED, "2026-03-02")
    assert missing.startswith(lacks)


def test_a_counter_offer_is_accepted_and_decided_by_a_second_person(exchange: World) -> None:
    found = exchange.do(applying.apply, exchange.move("", "agent"), application())
    exchange.do(applying.check, exchange.move(found.id, "op1"), OFFERED)
    shorter = application(ends=date(2026, 9, 2))
    assert exchange.do(applying.offer, exchange.move(found.id, "op1"), shorter).state == "countered"
    assert exchange.do(applying.accept, exchange.move(found.id, "agent")).state == "reviewed"
    with pytest.raises(NotPermitted, match="second person"):
        exchange.do(applying.approve, exchange.move(found.id, "op1"), OFFERED)
    approved = exchange.do(applying.approve, exchange.move(found.id, "op2"), OFFERED)
    assert '"ends":"2026-09-02"' in approved.text


def test_a_suspension_is_seen_at_the_very_next_decision_and_lifted_by_another_person(exchange: World) -> None:
    found = exchange.active()
    with pytest.raises(SettingsError, match="reason"):
        exchange.do(ending.suspend, exchange.move(found.id, "op1"))
    exchange.do(ending.suspend, exchange.move(found.id, "op1", "疑似外泄"))
    assert _answer(exchange) == "granted"
    exchange.do(ending.appeal, exchange.move(found.id, "agent", "非本单位所为"))
    with pytest.raises(NotPermitted, match="second person"):
        exchange.do(ending.restore, exchange.move(found.id, "op1"))
    exchange.do(ending.restore, exchange.move(found.id, "op2"))
    assert _answer(exchange) == "allowed"


def test_a_suspended_party_gets_nothing_at_the_very_next_decision(exchange: World) -> None:
    exchange.active()
    exchange.do(register.suspend_party, "op1", INSTITUTE, "数据外泄")
    assert _answer(exchange) == "not_suspended"
    with pytest.raises(NotPermitted):
        exchange.do(register.restore_party, "op1", INSTITUTE)
    exchange.do(register.restore_party, "op2", INSTITUTE)
    assert _answer(exchange) == "allowed"


def test_a_grant_ends_with_its_day_even_when_nobody_marks_it(exchange: World) -> None:
    exchange.active()
    assert _answer(exchange, timedelta(days=364)) == "allowed"
    assert _answer(exchange, timedelta(days=365)) == "granted"


def test_an_expired_agreement_is_closed_by_a_signed_certificate(exchange: World) -> None:
    found = exchange.active()
    exchange.now += timedelta(days=400)
    (expired,) = exchange.do(ending.expire, exchange.move("", "clock"))
    assert (expired.state, exchange.do(ending.expire, exchange.move("", "clock"))) == ("expired", ())
    destroyed_on = exchange.now.date()
    text = ending.certificate_text(expired, destroyed_on, "覆写三次")
    _, key_id, value = keys.sign(private_key(2), text.encode())
    move = exchange.move(found.id, "agent", "覆写三次")
    with pytest.raises(ProofError):
        exchange.do(ending.certify, replace(move, note="未覆写"), destroyed_on, key_id, value)
    closed = exchange.do(ending.certify, move, destroyed_on, key_id, value)
    assert (closed.state, closed.certificate) == ("destroyed", text)


def test_an_amendment_needs_new_signatures_and_takes_the_old_one_s_place(exchange: World) -> None:
    old = exchange.active()
    wider = application(data=(*application().data, replace(application().data[0], dataset="rectification", fields=())))
    new = exchange.approved(wider, old.id)
    assert (new.signatures, new.digest == old.digest) == ((), False)
    exchange.sign(new, "agent", 2)
    exchange.sign(new, "op1", 1)
    with exchange.desk() as desk:
        states = {found.id: found.state for found in desk.find(Agreement)}
        grants = {grant.id: grant.state for grant in desk.find(Grant)}
    assert states == {old.id: "superseded", new.id: "active"}
    assert grants == {
        f"{old.id}/statistics": "ended",
        f"{new.id}/statistics": "active",
        f"{new.id}/rectification": "active",
    }


def test_a_suspension_is_not_got_round_by_an_amendment(exchange: World) -> None:
    old = exchange.active()
    new = exchange.approved(application(quota_rows=0), old.id)
    exchange.do(ending.suspend, exchange.move(old.id, "op1", "疑似外泄"))
    with pytest.raises(OutOfStep):
        exchange.do(applying.apply, exchange.move("", "agent"), application(), old.id)
    exchange.sign(new, "agent", 2)
    with pytest.raises(OutOfStep, match="'supersede' is not possible while the agreement is 'suspended'"):
        exchange.sign(new, "op1", 1)
    assert _answer(exchange) == "granted"


def test_no_word_of_an_application_reaches_the_ledger(exchange: World) -> None:
    found = exchange.active(application(responsible="13800138000", statement="canary-用途", project="canary-项目"))
    exchange.do(ending.suspend, exchange.move(found.id, "op1", "canary-理由"))
    with exchange.engine.connect() as connection:
        told = "".join(store.read(connection, seq).body for seq in range(store.size(connection)))
    assert found.digest in told
    assert "canary" not in told
    assert "13800138000" not in told


def test_only_institutes_and_associations_apply(exchange: World) -> None:
    with pytest.raises(NotPermitted, match="SM11"):
        exchange.do(applying.apply, exchange.move("", "lab"), application())


def test_a_step_out_of_turn_is_refused_and_says_where_the_agreement_stands(exchange: World) -> None:
    found = exchange.active()
    with pytest.raises(OutOfStep, match="'approve' is not possible while the agreement is 'active'"):
        exchange.do(applying.approve, exchange.move(found.id, "op2"), OFFERED)


def test_deadlines_are_working_days(exchange: World) -> None:
    exchange.now = exchange.now.replace(month=9, day=29)
    found = exchange.do(applying.apply, exchange.move("", "agent"), application())
    assert (found.due, found.provisional) == (date(2026, 10, 8), False)
    exchange.now = exchange.now.replace(month=12, day=31)
    later = exchange.do(applying.apply, exchange.move("", "agent"), application())
    assert (later.due, later.provisional) == (date(2027, 1, 4), True)


def test_the_bureau_s_people_do_not_act_for_the_recipient_nor_the_reverse(exchange: World) -> None:
    found = exchange.do(applying.apply, exchange.move("", "agent"), application())
    for by in ("agent", "lab", "admin1", "auditor", "machine", "nobody"):
        with pytest.raises(NotPermitted):
            exchange.do(applying.check, exchange.move(found.id, by), OFFERED)
    for by in ("op1", "lab", "auditor"):
        with pytest.raises(NotPermitted):
            exchange.do(applying.withdraw, exchange.move(found.id, by))
    assert HOUSE != INSTITUTE
