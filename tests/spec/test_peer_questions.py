"""A hub asks another for the records of a case: by clause, from the source, proven on both sides, and never guessed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agreements import roles
from agreements.contract import canonical
from agreements.model import Action
from agreements.peers import message, outbox
from agreements.peers.message import Request
from agreements.peers.model import Direction, Receipt
from agreements.peers.question import KIND, Question
from agreements.peers.receipt import check_receipt
from agreements.permissions import Role
from catalog.errors import NotPermitted, ProofError, SourceGone
from exporters.sample import invent
from hub import live
from hub.clock import FixedClock
from hub.ledger import store
from hub.parts import registers_of
from hub.peering import peers
from hub.peering.peer_answers import Answers
from hub.peering.peer_asking import Asked, ask
from hub.peering.peers import PATH, Station
from hub.state.exchange import desk, reading_desk
from hub.state.uses import SqlUses
from tests.house import house, settings
from tests.peer_station import CODES, station

pytestmark = pytest.mark.slow
PORTS = {"ask": 7003, "answer": 7004}
NOW = datetime.now(UTC)
FIELDS = ("trace_code", "product_name", "sold_at", "buyer_name")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("province")
    invent(f"sqlite:///{folder / 'p.sqlite'}", 400, seed=11)
    return folder / "p.sqlite"


@pytest.fixture
def asker(tmp_path: Path) -> Iterator[Station]:
    made = station(tmp_path / "ask", "ask", PORTS)
    with desk(made.engine, NOW) as found:
        asked = roles.request(found, "a1", "wang", made.uscc, Role.QUERY, "协查")
        roles.approve(found, "a2", asked.id)
    yield made
    made.engine.dispose()


@pytest.fixture
def answerer(tmp_path: Path, source: Path) -> Iterator[Station]:
    """A hub with a real source behind it."""
    address = f"sqlite:///{source}"
    parts = house(tmp_path / "home", address)
    made = station(tmp_path / "answer", "answer", PORTS, str(parts.engine.url))
    registers = registers_of(settings(tmp_path / "home", address))
    yield replace(made, answering=Answers(parts, registers, b"secret"))
    made.engine.dispose()


def sold_to_a_firm(source: Path) -> dict[str, Any]:
    query = "SELECT * FROM traceability WHERE record_status = '1' AND buyer_name LIKE '%公司' AND trace_code <> ''"
    with closing(sqlite3.connect(source)) as opened:
        opened.row_factory = sqlite3.Row
        return dict(next(iter(opened.execute(query))))


def about(*codes: str, **changed: Any) -> Question:
    given = {"case": "苏市监案〔2026〕9号", "statement": "跨省协查", "fields": FIELDS, "key": "trace_code", **changed}
    return Question("traceability", "wang", values=codes, **given)


def to(answerer: Station, now: datetime = NOW) -> Callable[[Request], tuple[int, Mapping[str, str], bytes]]:
    def send(request: Request) -> tuple[int, Mapping[str, str], bytes]:
        made = peers.receive(answerer, request, now)
        return made.status_code, made.headers, made.body

    return send


def asked_of(asker: Station, answerer: Station, question: Question, now: datetime = NOW) -> Asked:
    return ask(asker, answerer.uscc, question, FixedClock(now).now, to(answerer, now))


def events(one: Station, kind: str) -> list[dict[str, Any]]:
    with one.engine.connect() as connection:
        leaves = [store.read(connection, seq) for seq in range(store.size(connection))]
    return [dict(leaf.data) for leaf in leaves if leaf.kind == kind]


def test_the_records_of_a_case_come_with_their_flow_and_both_sides_can_prove_it(
    asker: Station, answerer: Station, source: Path
) -> None:
    row = sold_to_a_firm(source)
    asked = asked_of(asker, answerer, about(row["trace_code"]))
    assert (asked.status, asked.told["clause"]) == (200, "SM05")
    assert row["buyer_name"] in {one["buyer_name"] for one in asked.told["rows"]}
    assert {one["trace_code"] for one in asked.told["rows"]} == {row["trace_code"]}
    keys = {asker.key.id, answerer.key.id}
    proven = check_receipt(asked.receipt.body.encode(), keys, asked=asked.question, answered=asked.answer)
    assert (proven.asker, proven.answerer, proven.status) == (asker.uscc, answerer.uscc, 200)
    with pytest.raises(ProofError, match="body"):
        check_receipt(asked.receipt.body.encode(), keys, answered=asked.answer.replace(b"SM05", b"SM04"))
    here, there = events(asker, "peer.asked")[-1], events(answerer, "peer.answered")[-1]
    assert here["receipt"] == there["receipt"] == asked.receipt.digest


def test_every_answer_is_a_use_with_case_mark_and_records_and_no_value_in_the_ledger(
    asker: Station, answerer: Station, source: Path
) -> None:
    row = sold_to_a_firm(source)
    asked = asked_of(asker, answerer, about(row["trace_code"]))
    (told,) = events(answerer, "record.answered")
    assert (told["case"], told["by"], told["mark"]) == ("苏市监案〔2026〕9号", "wang", asked.told["mark"])
    assert row["record_id"] in str(told["records"]).split(",")
    (use,) = SqlUses(answerer.engine).of(asker.uscc, NOW - timedelta(minutes=1))
    assert (use.action, use.clause, use.rows) == (Action.QUERY, "SM05", asked.told["count"])
    assert (use.purpose, use.case_no) == ("joint_supervision", "苏市监案〔2026〕9号")
    with answerer.engine.connect() as connection:
        bodies = [body for (body,) in connection.exec_driver_sql("SELECT body FROM ledger_leaf")]
    assert not [body for body in bodies if row["buyer_name"] in body or row["trace_code"] in body]


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"case": ""}, 403, "case_number"),
        ({"statement": " "}, 403, "joint_supervision"),
        ({"fields": ("buyer_name", "producer_contact")}, 403, "nothing_protected"),
        ({"fields": ("no_such_field",)}, 422, "no-such-field"),
        ({"key": "record_id"}, 422, "no-such-key"),
        ({"key": "", "values": (), "batch": "B1"}, 422, "no-such-key"),
        ({"values": ("x",) * 51}, 422, "malformed"),
        ({"case": "案" * 101}, 422, "malformed"),
    ],
)
def test_a_refusal_is_signed_and_names_its_clause(
    asker: Station, answerer: Station, source: Path, changed: dict[str, Any], status: int, said: str
) -> None:
    values = changed.pop("values", (sold_to_a_firm(source)["trace_code"],))
    asked = asked_of(asker, answerer, about(*values, **changed))
    assert (asked.status, asked.told["refused"]) == (status, said)
    assert "rows" not in asked.told
    assert check_receipt(asked.receipt.body.encode(), answered=asked.answer).status == status


def test_an_unknown_register_is_refused(asker: Station, answerer: Station) -> None:
    gone = asked_of(asker, answerer, Question("secrets", "wang", "案1", "协查", key="uscc", values=("x",)))
    assert (gone.status, gone.told["refused"]) == (404, "no-such-register")


def test_records_that_a_clause_keeps_within_a_territory_do_not_leave_it(
    asker: Station, answerer: Station, source: Path
) -> None:
    """SM02 gives a regulator the units of its own territory: the row rule leaves another province's none."""
    with closing(sqlite3.connect(source)) as opened, opened:
        firms = opened.execute(
            "SELECT uscc FROM enterprise_basic WHERE record_status = '1' AND source_region_code LIKE '37%' ORDER BY 1 LIMIT 2"
        )
        (own,), (foreign,) = firms.fetchall()
        opened.execute("UPDATE enterprise_basic SET source_region_code = '330106' WHERE uscc = ?", (foreign,))
    both = Question("enterprises", "wang", "案1", "协查", key="uscc", values=(own, foreign))
    asked = asked_of(asker, answerer, both)
    assert asked.status == 200
    assert {row["uscc"] for row in asked.told["rows"]} == {own}


def test_a_hub_that_goes_through_codes_is_stopped(asker: Station, answerer: Station) -> None:
    first = asked_of(asker, answerer, about(*(f"69000000000{n:02}" for n in range(20))))
    assert (first.status, first.told["count"]) == (200, 0)
    later = NOW + timedelta(seconds=1)
    assert asked_of(asker, answerer, about("6900000000099"), later).status == 429


def test_questions_at_once_do_not_overlook_what_the_other_one_missed(
    asker: Station, answerer: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, guesses, beside = live.look, about(*(f"69000000{n:05}" for n in range(25))), []

    def looked(*arguments: Any) -> Any:
        """While the first question is looked up the second one comes and is answered."""
        if not beside:
            beside.append(0)
            beside[0] = asked_of(asker, answerer, guesses).status
        return look(*arguments)

    monkeypatch.setattr(live, "look", looked)
    assert asked_of(asker, answerer, guesses).status == 429
    assert beside == [200]


def test_nobody_asks_for_the_bureau_without_its_leave(asker: Station, answerer: Station) -> None:
    with pytest.raises(NotPermitted):
        asked_of(asker, answerer, Question("traceability", "a1", "案1", "协查", key="trace_code", values=("x",)))
    with desk(asker.engine, NOW) as found:
        outbox.end_peer(found, "a1", CODES["answer"])
    with pytest.raises(NotPermitted):
        asked_of(asker, answerer, about("x"))
    assert events(asker, "peer.asking") == []


def test_a_cut_connection_leaves_the_question_known_and_teaches_nothing(asker: Station, answerer: Station) -> None:
    def cut(request: Request) -> tuple[int, Mapping[str, str], bytes]:
        peers.receive(answerer, request, NOW)
        raise OSError

    with pytest.raises(SourceGone):
        ask(asker, answerer.uscc, about("x"), FixedClock(NOW).now, cut)
    assert [one["question"] for one in events(asker, "peer.asking")] == ["Q00000001"]
    with reading_desk(asker.engine, NOW) as found:
        assert found.find(Receipt) == ()
    with reading_desk(answerer.engine, NOW) as found:
        assert len(found.find(Receipt, direction=Direction.ANSWERED)) == 1


def test_an_answer_to_another_question_is_not_believed(asker: Station, answerer: Station, source: Path) -> None:
    code = sold_to_a_firm(source)["trace_code"]
    kept: list[tuple[int, Mapping[str, str], bytes]] = []

    def remember(request: Request) -> tuple[int, Mapping[str, str], bytes]:
        kept.append(to(answerer)(request))
        return kept[0]

    assert ask(asker, answerer.uscc, about(code), FixedClock(NOW).now, remember).status == 200
    with pytest.raises(ProofError, match="not the peer's answer"):
        ask(asker, answerer.uscc, about("x"), FixedClock(NOW).now, remember)


def test_a_question_that_comes_twice_is_answered_once_and_not_looked_up_again(
    asker: Station, answerer: Station
) -> None:
    body = canonical(
        {"kind": KIND, "number": "Q00000007", "question": {"register": "x", "person": "w", "case": "", "statement": ""}}
    )
    request = message.ask(f"{answerer.address}{PATH}", body, asker.uscc, answerer.uscc, asker.key, NOW, "n")
    assert peers.receive(answerer, request, NOW).status_code == 404
    silent = replace(answerer, answering=lambda *_: pytest.fail("looked up again"))
    with pytest.raises(ProofError, match="second time"):
        peers.receive(silent, request, NOW)


def test_a_source_that_is_away_is_said_and_signed(asker: Station, answerer: Station, source: Path) -> None:
    code = sold_to_a_firm(source)["trace_code"]
    source.rename(source.with_name("away"))
    try:
        asked = asked_of(asker, answerer, about(code))
    finally:
        source.with_name("away").rename(source)
    assert (asked.status, asked.told["refused"]) == (503, "source-away")
