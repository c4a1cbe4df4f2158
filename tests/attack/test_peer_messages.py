"""Between two hubs: forged, replayed, stale, redirected and cut messages change nothing; receipts prove the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from werkzeug.test import Client

from agreements import register, roles
from agreements.contract import canonical
from agreements.peers import message, outbox
from agreements.peers.message import Answer, Key, Request
from agreements.peers.model import Direction, Parcel, ParcelState, Receipt
from agreements.peers.receipt import check_receipt
from agreements.permissions import Role
from catalog.errors import NotPermitted, ProofError
from hub.clock import FixedClock
from hub.ledger import store
from hub.peering import peers
from hub.peering.peer_door import application
from hub.peering.peers import PATH, Station
from hub.state.exchange import desk, reading_desk
from hub.state.uses import SqlUses
from tests.peer_station import CODES, station
from tests.plugins.engines import database

__all__ = ["database"]
PORTS = {"ask": 7001, "answer": 7002}
RECORD = {"risk_info_no": "FX-2026-1", "alert_level": "H", "product_name": "电热毯"}
NOW = datetime.now(UTC)


@pytest.fixture
def asker(tmp_path: Path) -> Iterator[Station]:
    made = station(tmp_path / "ask", "ask", PORTS)
    yield made
    made.engine.dispose()


@pytest.fixture
def answerer(tmp_path: Path) -> Iterator[Station]:
    made = station(tmp_path / "answer", "answer", PORTS)
    yield made
    made.engine.dispose()


@pytest.fixture
def on_both(tmp_path: Path, database: str) -> Iterator[Station]:
    """The answering hub on SQLite and on PostgreSQL."""
    made = station(tmp_path / "answer", "answer", PORTS, database)
    yield made
    made.engine.dispose()


def _to(
    answerer: Station, change: Callable[[Request], Request] = lambda request: request
) -> Callable[[Request], tuple[int, Mapping[str, str], bytes]]:
    """The way to the other hub, with somebody in between."""

    def send(request: Request) -> tuple[int, Mapping[str, str], bytes]:
        try:
            made = peers.receive(answerer, change(request), NOW)
        except ProofError:
            return 401, {}, b"{}"
        return made.status_code, made.headers, made.body

    return send


def _posted(asker: Station) -> Parcel:
    return peers.post(asker, CODES["answer"], outbox.Risk("r-1", "H"), RECORD, NOW)


def _kept(one: Station, direction: Direction) -> tuple[Receipt, ...]:
    with reading_desk(one.engine, NOW) as found:
        return found.find(Receipt, direction=direction)


def _told(one: Station, kind: str) -> list[dict[str, object]]:
    with one.engine.connect() as connection:
        leaves = [store.read(connection, seq) for seq in range(store.size(connection))]
    return [leaf.data for leaf in leaves if leaf.kind == kind]


def test_a_pushed_record_arrives_once_and_both_ledgers_hold_the_same_receipt(asker: Station, on_both: Station) -> None:
    posted = _posted(asker)
    (sent,) = peers.push(asker, FixedClock(NOW).now, _to(on_both))
    assert (sent.state, peers.push(asker, FixedClock(NOW).now, _to(on_both))) == (ParcelState.SENT, ())
    (here,), (there,) = _kept(asker, Direction.ASKED), _kept(on_both, Direction.ANSWERED)
    assert here.body == there.body
    assert _told(asker, "peer.asked")[0]["receipt"] == _told(on_both, "peer.answered")[0]["receipt"] == here.digest
    (arrived,) = (on_both.home / "inbox" / CODES["ask"]).iterdir()
    assert msgspec.json.decode(arrived.read_bytes()) == RECORD
    assert list((asker.home / "outbox").iterdir()) == []
    assert sha256(arrived.read_bytes()).hexdigest() == posted.digest


def test_a_receipt_proves_offline_who_asked_and_who_answered(asker: Station, answerer: Station) -> None:
    posted = _posted(asker)
    peers.push(asker, FixedClock(NOW).now, _to(answerer))
    (kept,) = _kept(asker, Direction.ASKED)
    asked = canonical({"kind": outbox.RISK, "parcel": posted.id, "record": RECORD})
    proven = check_receipt(kept.body.encode(), {asker.key.id, answerer.key.id}, asked=asked)
    assert (proven.asker, proven.answerer, proven.status) == (CODES["ask"], CODES["answer"], 200)
    for raw in (
        kept.body.replace(CODES["answer"], CODES["ask"]).encode(),
        kept.body.replace('"status":200', '"status":422').encode(),
        kept.body.replace("/peers/v1/messages", "/peers/v2/messages").encode(),
        kept.body.replace(":7002", ":7003").encode(),
        b"{}",
    ):
        with pytest.raises(ProofError):
            check_receipt(raw)
    with pytest.raises(ProofError, match="trust"):
        check_receipt(kept.body.encode(), {asker.key.id})
    with pytest.raises(ProofError, match="body"):
        check_receipt(kept.body.encode(), asked=asked + b" ")


def test_an_answer_to_one_request_does_not_fit_another(asker: Station, answerer: Station) -> None:
    body = canonical({"kind": outbox.RISK, "parcel": "P00000009", "record": RECORD})

    def asked(nonce: str) -> Request:
        return message.ask(f"{answerer.address}{PATH}", body, asker.uscc, answerer.uscc, asker.key, NOW, nonce)

    first, second = asked("1"), asked("2")
    answered = message.answer(first, 200, b"{}", answerer.key, NOW, "3")
    keys = {answerer.key.id: _pem(answerer)}
    assert message.check_answer(answered, keys, NOW) == answerer.key.id
    with pytest.raises(ProofError):
        message.check_answer(Answer(200, answered.headers, second, b"{}"), keys, NOW)
    with pytest.raises(ProofError):
        message.check_answer(replace(answered, status_code=201), keys, NOW)
    with pytest.raises(ProofError):
        message.check_answer(replace(answered, body=b'{"a":1}'), keys, NOW)


def _pem(one: Station) -> bytes:
    with reading_desk(one.engine, NOW) as found:
        return peers.keys_of(found, one.uscc)[one.key.id]


def _header(name: str, value: str) -> Callable[[Request], Request]:
    return lambda request: replace(request, headers={**request.headers, name: value})


FORGER = Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32)


@pytest.mark.parametrize(
    "change",
    [
        lambda request: replace(request, body=request.body.replace(b"H", b"L")),
        lambda request: replace(request, method="PUT"),
        lambda request: replace(request, url=request.url + "?x=1"),
        lambda request: replace(request, url=request.url.replace("7002", "7003")),
        lambda request: replace(request, headers={}),
        lambda request: replace(request, body=b""),
        _header(message.AUDIENCE, CODES["ask"]),
        _header(message.SENDER, CODES["answer"]),
        _header("content-digest", "sha-256=:AAAA:"),
        _header("signature", "hub=:AAAA:"),
        _header("signature-input", "hub=()"),
        _header("signature", "\udcff"),
    ],
)
def test_a_message_changed_on_the_way_is_refused_and_nothing_is_lost(
    asker: Station, answerer: Station, change: Callable[[Request], Request]
) -> None:
    _posted(asker)
    (tried,) = peers.push(asker, FixedClock(NOW).now, _to(answerer, change))
    assert (tried.state, tried.failure) == (ParcelState.WAITING, "unproven-answer")
    assert _kept(answerer, Direction.ANSWERED) == ()
    soon = tried.next_at
    (sent,) = peers.push(asker, FixedClock(soon).now, lambda request: _answered(answerer, request, soon))
    assert sent.state is ParcelState.SENT


def test_a_message_by_another_key_in_the_peer_s_name_is_refused(asker: Station, answerer: Station) -> None:
    forged = replace(asker, key=Key(asker.key.id, FORGER))
    _posted(asker)
    (tried,) = peers.push(forged, FixedClock(NOW).now, _to(answerer))
    assert tried.failure == "unproven-answer"
    assert _kept(answerer, Direction.ANSWERED) == ()


def _request(asker: Station, answerer: Station, **changed: str) -> Request:
    body = canonical({"kind": outbox.RISK, "parcel": "P00000001", "record": RECORD})
    given = {"url": f"{answerer.address}{PATH}", "audience": answerer.uscc, **changed}
    return message.ask(given["url"], body, asker.uscc, given["audience"], asker.key, NOW, "n")


def test_a_replayed_message_is_refused(asker: Station, on_both: Station) -> None:
    request = _request(asker, on_both)
    peers.receive(on_both, request, NOW)
    with pytest.raises(ProofError, match="second time"):
        peers.receive(on_both, request, NOW)
    assert len(_kept(on_both, Direction.ANSWERED)) == 1


@pytest.mark.parametrize("late", [timedelta(seconds=-31), timedelta(seconds=92), timedelta(days=1)])
def test_a_stale_or_early_message_is_refused(asker: Station, answerer: Station, late: timedelta) -> None:
    with pytest.raises(ProofError):
        peers.receive(answerer, _request(asker, answerer), NOW + late)


def test_a_message_for_another_hub_is_refused(asker: Station, answerer: Station) -> None:
    for changed in ({"audience": CODES["ask"]}, {"url": f"{asker.address}{PATH}"}):
        request = _request(asker, answerer, **changed)
        with pytest.raises(ProofError):
            peers.receive(answerer, replace(request, url=f"{answerer.address}{PATH}"), NOW)


def test_a_hub_whose_peering_ended_or_party_is_suspended_is_not_heard(asker: Station, answerer: Station) -> None:
    with desk(answerer.engine, NOW) as found:
        outbox.end_peer(found, "a1", CODES["ask"])
    with pytest.raises(ProofError):
        peers.receive(answerer, _request(asker, answerer), NOW)


@pytest.mark.parametrize("parcel", ["../../x", "/etc/1", "P1", "P00000001/..", 7, None, "P0000000١"])
def test_a_parcel_s_number_is_no_path(asker: Station, answerer: Station, parcel: object) -> None:
    body = canonical({"kind": outbox.RISK, "parcel": parcel, "record": RECORD})
    request = message.ask(f"{answerer.address}{PATH}", body, asker.uscc, answerer.uscc, asker.key, NOW, "n")
    assert peers.receive(answerer, request, NOW).status_code == 422
    assert not (answerer.home / "inbox").exists()


def test_a_parcel_that_comes_again_is_confirmed_again_and_kept_once(asker: Station, on_both: Station) -> None:
    """The asker died after the answer was given and before it was written down."""
    _posted(asker)

    def cut(request: Request) -> tuple[int, Mapping[str, str], bytes]:
        peers.receive(on_both, request, NOW)
        raise OSError

    (tried,) = peers.push(asker, FixedClock(NOW).now, cut)
    assert tried.failure == "unreachable"
    soon = tried.next_at
    (sent,) = peers.push(asker, FixedClock(soon).now, lambda r: _answered(on_both, r, soon))
    assert sent.state is ParcelState.SENT
    assert len(list((on_both.home / "inbox" / CODES["ask"]).iterdir())) == 1
    assert [one["before"] for one in _told(on_both, "peer.answered")] == [0, 1]


def _answered(answerer: Station, request: Request, now: datetime) -> tuple[int, Mapping[str, str], bytes]:
    made = peers.receive(answerer, request, now)
    return made.status_code, made.headers, made.body


@pytest.mark.parametrize("answered", [True, False])
def test_two_who_push_at_once_deliver_a_parcel_once(asker: Station, answerer: Station, *, answered: bool) -> None:
    """Both read it while it waited; the second one learns nothing, or the same again, after the first is done."""
    _posted(asker)

    def second(request: Request) -> tuple[int, Mapping[str, str], bytes]:
        (first,) = peers.push(asker, FixedClock(NOW).now, _to(answerer))
        assert first.state is ParcelState.SENT
        if not answered:
            raise OSError
        return _to(answerer)(request)

    (stands,) = peers.push(asker, FixedClock(NOW).now, second)
    assert stands.state is ParcelState.SENT
    assert peers.push(asker, FixedClock(NOW + timedelta(days=1)).now, second) == ()
    assert len(SqlUses(asker.engine).of(CODES["answer"], NOW)) == 1
    # Each answer that was given is proven on both sides.
    assert {one.digest for one in _kept(asker, Direction.ASKED)} == {
        one.digest for one in _kept(answerer, Direction.ANSWERED)
    }


def test_a_round_that_takes_longer_than_a_message_lives_delivers_everything(asker: Station, answerer: Station) -> None:
    for number in range(5):
        peers.post(asker, CODES["answer"], outbox.Risk(f"r-{number}", "H"), {**RECORD, "n": number}, NOW)
    clock = iter(range(1_000))

    def now() -> datetime:
        return NOW + timedelta(seconds=25 * next(clock))

    tried = peers.push(asker, now, lambda request: _answered(answerer, request, now()))
    assert [one.state for one in tried] == [ParcelState.SENT] * 5


def test_a_stranger_at_the_door_is_told_in_one_form_how_to_come_in(answerer: Station) -> None:
    client = Client(application(answerer, FixedClock(NOW).now))
    unsigned = client.post(PATH, data=b"{}", content_type="application/json")
    wrong = client.post(PATH, data=b"{}", headers={"Signature-Input": "hub=()", "Signature": "hub=:AAAA:"})
    for answer in (unsigned, wrong):
        assert (answer.status_code, answer.get_json()["status"]) == (401, 401)
        assert answer.headers["WWW-Authenticate"] == 'Signature realm="peers"'
        assert answer.headers["Accept-Signature"].startswith('hub=("@method" "@target-uri" ')
    assert unsigned.data == wrong.data
    other = client.get(PATH)
    assert (other.status_code, other.headers["Allow"]) == (405, "POST")
    assert client.post(PATH, data=bytes(peers.LARGEST + 1)).status_code == 413


def test_a_dead_letter_keeps_its_body_when_an_equal_one_arrives(asker: Station, answerer: Station) -> None:
    dead = _posted(asker)
    with desk(asker.engine, NOW) as found:
        outbox.failed(found, dead, "refused-404", for_good=True)
    _posted(asker)
    assert [one.state for one in peers.push(asker, FixedClock(NOW).now, _to(answerer))] == [ParcelState.SENT]
    with desk(asker.engine, NOW) as found:
        roles.approve(found, "a2", roles.request(found, "a1", "o1", asker.uscc, Role.OPERATION, "值班").id)
        outbox.retry(found, "o1", dead.id)
    assert [one.state for one in peers.push(asker, FixedClock(NOW).now, _to(answerer))] == [ParcelState.SENT]


def test_a_peer_that_stays_down_leaves_a_dead_letter_that_a_person_sends_again(asker: Station) -> None:
    _posted(asker)

    def down(request: Request) -> tuple[int, Mapping[str, str], bytes]:
        raise OSError

    now, waits = NOW, []
    for _ in range(outbox.MOST):
        (tried,) = peers.push(asker, FixedClock(now).now, down)
        waits.append(tried.next_at - now)
        now = tried.next_at
    assert tried.state is ParcelState.DEAD
    assert waits[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert max(waits) == timedelta(hours=12)
    assert peers.push(asker, FixedClock(now).now, down) == ()
    assert len(list((asker.home / "outbox").iterdir())) == 1


def test_only_high_risk_records_are_pushed_and_only_to_approved_peers(asker: Station) -> None:
    with pytest.raises(NotPermitted, match="SM04"):
        peers.post(asker, CODES["answer"], outbox.Risk("r-2", "L"), RECORD, NOW)
    with desk(asker.engine, NOW) as found:
        outbox.end_peer(found, "a2", CODES["answer"])
        outbox.propose_peer(found, "a2", CODES["answer"], "https://neighbour.example.org")
        with pytest.raises(NotPermitted, match="does not approve"):
            outbox.approve_peer(found, "a2", CODES["answer"])
    with pytest.raises(NotPermitted):
        _posted(asker)


def test_a_retired_key_is_not_believed(asker: Station, answerer: Station) -> None:
    with desk(answerer.engine, NOW) as found:
        register.retire_key(found, "a1", asker.key.id)
    with pytest.raises(ProofError):
        peers.receive(answerer, _request(asker, answerer), NOW)
