"""Notices are pushed to those who asked and were agreed to, once each, and nobody else is told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agreements import register
from agreements.peers import message
from agreements.peers.message import Key, Request
from catalog.errors import HubError, NotPermitted, OutOfStep, ProofError, SettingsError
from exporters.rules.notices import Area, Bureau, Message, Notice, Reference
from exporters.rules.notices.followers import Delivery
from exporters.rules.risk_intake.model import Risk, RiskState, Step
from hub.clock import FixedClock
from hub.db.notices import notice_reach
from hub.mailing import FOLDER, into_folder
from hub.peering.peers import Send, Station
from hub.risk import following, notices, pushing
from hub.risk.archiving import archive
from hub.risk.notice_pages import notice_page, published
from hub.risk.pushing import LEASE_SECONDS, push
from hub.state.counted import Counted
from hub.state.exchange import SqlDesk
from hub.state.notices import ARCHIVED, filed
from hub.state.reach import reach_of
from hub.state.risks import DELIVERIES, RISKS
from tests.exchange_world import HOUSE, LAB, World, world
from tests.house import house
from tests.spec.notice_cases import NOTICE

CAP = Path(__file__).resolve().parents[2] / "data" / "cap" / "CAP-v1.2.xsd"
ISSUER = Bureau("示例省市场监督管理局", HOUSE, "370000")
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def exchange(tmp_path: Path) -> World:
    return world(house(tmp_path / "var", "sqlite:///nowhere").engine)


@pytest.fixture
def station(exchange: World, tmp_path: Path) -> Station:
    return Station(exchange.engine, HOUSE, "https://hub.example.org", Key("k", PRIVATE), tmp_path / "peers")


def _out(exchange: World, area: str = "370102", **changes: Any) -> Notice:
    """A published notice for a place."""

    def step(desk: SqlDesk, by: str) -> Notice:
        made = replace(NOTICE, notice_no="", issuer=ISSUER, areas=(Area(area, "某地"),), **changes)
        number = notices.draft(desk, by, made).notice.notice_no
        for kind in notices.REVIEWS:
            notices.review(desk, "op2", number, kind)
        return notices.publish(desk, "op2", number, ISSUER).notice

    return exchange.do(step, "op1")


def _agreed(exchange: World, address: str, region: str = "") -> str:
    asked = exchange.do(following.ask, "lab", address, region)
    assert exchange.do(following.agree, "op1", asked.id).state == "active"
    return str(asked.id)


def _push(station: Station, home: Path, now: datetime, send: Send) -> tuple[Delivery, ...]:
    return push(station, FixedClock(now), send, into_folder(home))


class Net:
    """The net: what arrives where, and what the others answer."""

    def __init__(self, *answers: int | OSError) -> None:
        self.answers, self.seen = list(answers), list[Request]()

    def send(self, request: Request) -> tuple[int, Mapping[str, str], bytes]:
        self.seen.append(request)
        found = self.answers.pop(0) if self.answers else 204
        if isinstance(found, OSError):
            raise found
        return found, {}, b""


def test_a_notice_goes_as_a_signed_message_to_whom_it_concerns_and_only_once(
    exchange: World, station: Station, tmp_path: Path
) -> None:
    _agreed(exchange, "https://platform.example.org/notices", "370100")
    _agreed(exchange, "https://elsewhere.example.org/notices", "330000")
    exchange.do(following.ask, "lab", "https://asked.example.org/notices")
    out, net = _out(exchange), Net()
    now = exchange.now
    (done,) = _push(station, tmp_path, now, net.send)
    assert (done.state, done.notice, _push(station, tmp_path, now, net.send)) == ("sent", out.notice_no, ())
    (seen,) = net.seen
    assert seen.url == "https://platform.example.org/notices"
    told = json.loads(seen.body)
    assert told["address"] == f"https://hub.example.org/api/v1/notices/{out.notice_no}"
    xmlschema.XMLSchema(str(CAP)).validate(told["cap"])
    with exchange.desk() as desk:
        assert reach_of(desk.connection, out).sent == 1


def test_what_fails_is_tried_again_later_and_given_up_when_the_address_is_gone(
    exchange: World, station: Station, tmp_path: Path
) -> None:
    _agreed(exchange, "https://platform.example.org/notices")
    _out(exchange)
    net, now = Net(OSError(), 500, 410), exchange.now
    assert [one.failure for one in _push(station, tmp_path, now, net.send)] == ["unreachable"]
    assert _push(station, tmp_path, now, net.send) == ()
    assert [one.failure for one in _push(station, tmp_path, now + timedelta(hours=1), net.send)] == ["refused-500"]
    (dead,) = _push(station, tmp_path, now + timedelta(hours=9), net.send)
    assert (dead.state, dead.failure) == ("dead", "refused-410")


def test_two_pushes_at_once_send_a_notice_once(exchange: World, station: Station, tmp_path: Path) -> None:
    _agreed(exchange, "https://platform.example.org/notices")
    out, net, now = _out(exchange), Net(), exchange.now

    def while_another_pushes(request: Request) -> tuple[int, Mapping[str, str], bytes]:
        assert _push(station, tmp_path, now, net.send) == ()
        return net.send(request)

    assert [one.state for one in _push(station, tmp_path, now, while_another_pushes)] == ["sent"]
    assert len(net.seen) == 1
    with exchange.desk() as desk:
        (kept,) = DELIVERIES.find(desk.connection, notice=out.notice_no)
    assert (kept.attempts, kept.failure) == (1, "")


def test_what_a_push_looked_up_before_another_settled_it_is_left_alone(
    exchange: World, station: Station, tmp_path: Path
) -> None:
    _agreed(exchange, "https://one.example.org/notices")
    _agreed(exchange, "https://two.example.org/notices")
    _out(exchange)
    net, now = Net(), exchange.now

    def while_another_takes_the_rest(request: Request) -> tuple[int, Mapping[str, str], bytes]:
        _push(station, tmp_path, now, net.send)
        return net.send(request)

    assert len(_push(station, tmp_path, now, while_another_takes_the_rest)) == 1
    assert sorted(one.url for one in net.seen) == ["https://one.example.org/notices", "https://two.example.org/notices"]


def test_a_push_that_died_gives_its_claim_up_in_the_end(exchange: World, station: Station, tmp_path: Path) -> None:
    _agreed(exchange, "https://platform.example.org/notices")
    _out(exchange)
    net, now = Net(), exchange.now

    def dies(_: Request) -> tuple[int, Mapping[str, str], bytes]:
        raise KeyboardInterrupt

    _push_that_dies(station, tmp_path, now, dies)
    assert _push(station, tmp_path, now + timedelta(seconds=1), net.send) == ()
    (done,) = _push(station, tmp_path, now + timedelta(seconds=LEASE_SECONDS + 1), net.send)
    assert done.state == "sent"


def test_what_a_killed_push_had_sent_comes_again_under_the_same_id(
    exchange: World, station: Station, tmp_path: Path
) -> None:
    follower = _agreed(exchange, "https://platform.example.org/notices")
    out, net, now = _out(exchange), Net(), exchange.now

    def sends_and_dies(request: Request) -> tuple[int, Mapping[str, str], bytes]:
        net.send(request)
        raise KeyboardInterrupt

    _push_that_dies(station, tmp_path, now, sends_and_dies)
    _push(station, tmp_path, now + timedelta(seconds=LEASE_SECONDS + 1), net.send)
    first, second = net.seen
    assert first.body == second.body
    assert json.loads(first.body)["delivery"] == f"{out.notice_no}/{follower}"
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"] == f'"{out.notice_no}/{follower}"'


def _push_that_dies(station: Station, home: Path, now: datetime, send: Send) -> None:
    """A push whose process ends within ``send``: it never gives its claim back."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pushing, "release", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            _push(station, home, now, send)


def test_a_suspended_party_is_told_nothing(exchange: World, station: Station, tmp_path: Path) -> None:
    _agreed(exchange, "https://platform.example.org/notices")
    waits = exchange.do(following.ask, "lab", "https://later.example.org/notices")
    before, net = _out(exchange), Net()
    exchange.do(register.suspend_party, "op1", LAB, "滥用数据")
    after = _out(exchange)
    (dead,) = _push(station, tmp_path, exchange.now, net.send)
    assert (dead.notice, dead.state, dead.failure, net.seen) == (before.notice_no, "dead", "suspended", [])
    with pytest.raises(NotPermitted):
        exchange.do(following.agree, "op1", waits.id)
    exchange.do(register.restore_party, "op2", LAB)
    assert _push(station, tmp_path, exchange.now, net.send) == ()
    with exchange.desk() as desk:
        assert DELIVERIES.find(desk.connection, notice=after.notice_no) == []


def test_a_mail_lies_ready_for_the_house_s_mail_server(exchange: World, station: Station, tmp_path: Path) -> None:
    _agreed(exchange, "mailto:quality@platform.example.org")
    out = _out(exchange)
    _push(station, tmp_path, exchange.now, Net().send)
    (place,) = (tmp_path / FOLDER).iterdir()
    mail = message_from_bytes(place.read_bytes(), policy=policy.default)
    assert (mail["To"], mail["Subject"]) == ("quality@platform.example.org", out.title)
    (cap,) = mail.iter_attachments()
    xmlschema.XMLSchema(str(CAP)).validate(cap.get_content().decode())
    body = mail.get_body()
    assert body is not None
    assert out.hazard in body.get_content()


@pytest.mark.parametrize(
    "address",
    ["http://a.example.org/", "https://10.0.0.1/x", "https://[::1]/x", "https://localhost/x", "https://hub.local/x",
     "https://user@a.example.org/", "mailto:a b@example.org", "mailto:a@example.org?bcc=b@example.org", "file:///etc", ""],
)  # fmt: skip
def test_nothing_is_sent_into_the_house_s_own_net(exchange: World, address: str) -> None:
    with pytest.raises(SettingsError):
        exchange.do(following.ask, "lab", address)


def test_a_second_person_agrees_and_whoever_asked_or_the_house_ends_it(
    exchange: World, station: Station, tmp_path: Path
) -> None:
    own = exchange.do(following.ask, "op1", "https://own.example.org/notices")
    with pytest.raises(NotPermitted):
        exchange.do(following.agree, "op1", own.id)
    with pytest.raises(HubError):
        exchange.do(following.agree, "lab", own.id)
    with pytest.raises(OutOfStep):
        exchange.do(following.ask, "op1", "https://own.example.org/notices")
    with pytest.raises(NotPermitted):
        exchange.do(following.end, "lab", own.id)
    exchange.do(following.agree, "op2", own.id)
    _out(exchange)
    exchange.do(following.end, "op2", own.id)
    net = Net()
    (done,) = _push(station, tmp_path, exchange.now, net.send)
    assert (done.state, net.seen) == ("dead", [])


def test_a_message_proves_who_sent_it(exchange: World, station: Station, tmp_path: Path) -> None:
    _agreed(exchange, "https://platform.example.org/notices")
    _out(exchange)
    net = Net()
    _push(station, tmp_path, exchange.now, net.send)
    (seen,) = net.seen
    pem = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert seen.headers[message.SENDER] == HOUSE
    assert message.check_request(seen, {"k": pem}, LAB, exchange.now) == "k"
    with pytest.raises(ProofError):
        message.check_request(replace(seen, body=seen.body + b" "), {"k": pem}, LAB, exchange.now)


def test_what_is_over_is_archived_and_still_read_at_its_address(exchange: World) -> None:
    first = _out(exchange)
    again = (Reference(first.notice_no, HOUSE, first.sent),)
    second = _out(exchange, message=Message.UPDATE, references=again)
    risk = Risk(
        id="r1", kind="7", number="1", heard_on=exchange.now.date(), state=RiskState.DISPOSED,
        steps=(Step(exchange.now, "op1", "dispose"),),
    )  # fmt: skip

    def later(desk: SqlDesk, _: str, days: int) -> tuple[int, int]:
        done = archive(SqlDesk(desk.connection, desk.now + timedelta(days=days)))
        return done.risks, done.notices

    exchange.do(lambda desk, _: RISKS.add(desk.connection, [risk]), "op1")
    assert exchange.do(later, "op1", 89) == (0, 0)
    assert exchange.do(later, "op1", 90) == (1, 1)
    assert exchange.do(later, "op1", 90) == (0, 0)
    with exchange.desk() as desk:
        found = desk.connection
        assert [one.notice_no for one in published(found)] == [second.notice_no]
        assert [one.notice_no for one in published(found, state=ARCHIVED)] == [first.notice_no]
        page, held = notice_page(found, first.notice_no), RISKS.get(found, "r1")
        assert page is not None
        assert page.standing == "updated"
        assert held is not None
        assert held.state == "archived"
        assert filed(found, first.notice_no) is not None


def test_readings_are_counted_by_way_and_day(exchange: World) -> None:
    out = _out(exchange)
    counted, now = Counted(exchange.engine, notice_reach), datetime.fromisoformat("2026-03-03T23:30:00+08:00")
    for way, times in (("page", 3), ("cap", 1)):
        for _ in range(times):
            counted.add(now, 1.0, out.notice_no, way)
    for region in ("", "370100", "330000"):
        counted.add(now, 1.0, region, "rss")
    counted.flush()
    counted.flush()
    with exchange.desk() as desk:
        told = reach_of(desk.connection, out)
        assert DELIVERIES.find(desk.connection) == []
    assert (told.ways, told.days, told.feeds) == ({"page": 3, "cap": 1}, {"2026-03-03": 4}, 2)
