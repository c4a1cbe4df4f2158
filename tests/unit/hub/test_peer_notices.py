"""A notice goes to the hubs of other provinces once, and is risk information there; what is none of theirs is left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection

from agreements.desk import Happened
from agreements.peers import outbox
from agreements.peers.message import Request
from exporters.rules.notices import Area, Bureau, Message, Notice, Reference, Review, Status
from hub.clock import FixedClock
from hub.peering import peers
from hub.peering.peers import Station
from hub.risk import peer_notices
from hub.risk.peer_notices import PUBLISHING, offer, received, take_up
from hub.state.exchange import desk, reading_desk
from hub.state.notices import Filed, file, filed
from hub.state.risks import RISKS
from hub.state.uses import SqlUses
from tests.peer_station import CODES, station
from tests.spec.notice_cases import NOTICE

PORTS = {"ask": 7015, "answer": 7016}
NOW = datetime.now(UTC) + timedelta(days=1)
CLOCK = FixedClock(NOW)
PROVINCE = Bureau("示例省市场监督管理局", CODES["ask"], "370000")


@pytest.fixture
def asker(tmp_path: Path) -> Iterator[Station]:
    made = station(tmp_path / "ask" / "peers", "ask", PORTS)
    yield made
    made.engine.dispose()


@pytest.fixture
def answerer(tmp_path: Path) -> Iterator[Station]:
    made = station(tmp_path / "answer" / "peers", "answer", PORTS)
    yield made
    made.engine.dispose()


def out(number: int, area: str = "370102", **changes: object) -> Notice:
    changed = {"issuer": PROVINCE, "sent": NOW, "areas": (Area(area, "某地"),), "status": Status.ACTUAL, **changes}
    changed.setdefault("expires", None)
    name = f"370000-{NOW.year}-{NOTICE.kind}-{number:04}"
    return replace(NOTICE, notice_no=name, **changed)  # type: ignore[arg-type]


def publish(asker: Station, *notices: Notice) -> None:
    with desk(asker.engine, NOW) as found:
        for one in notices:
            file(found.connection, Filed(one, Review("a1"), published_at=NOW))
            found.keep(Happened(PUBLISHING, {"notice": one.notice_no}))


def bring(asker: Station, answerer: Station) -> list[str]:
    def send(request: Request) -> tuple[int, Mapping[str, str], bytes]:
        made = peers.receive(answerer, request, NOW)
        return made.status_code, made.headers, made.body

    return [one.state for one in peers.push(asker, FixedClock(NOW).now, send)]


def heard(answerer: Station) -> list[str]:
    take_up(answerer.home.parent, answerer.engine, CLOCK, "scheduler")
    with reading_desk(answerer.engine, NOW) as found:
        return sorted(one.number for one in RISKS.find(found.connection))


def test_a_published_notice_reaches_the_other_hub_once_and_is_taken_up_by_itself(
    asker: Station, answerer: Station
) -> None:
    one = out(1)
    publish(asker, one)
    assert len(offer(asker, CLOCK, 60)) == 1
    assert offer(asker, CLOCK, 60) == ()
    assert bring(asker, answerer) == ["sent"]
    (came,) = received(answerer.home.parent, answerer.engine, CLOCK)
    assert (came.sender, came.notice, came.sound) == (CODES["ask"], one, True)
    assert came.address == f"{asker.address}/api/v1/notices/{one.notice_no}"
    assert heard(answerer) == heard(answerer) == [one.notice_no]
    assert SqlUses(asker.engine).of(CODES["answer"], NOW - timedelta(days=1)) == ()


def test_a_later_round_reads_what_happened_since_the_one_before(
    asker: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def counted(connection: Connection, number: str) -> Filed | None:
        read.append(number)
        return filed(connection, number)

    monkeypatch.setattr(peer_notices, "filed", counted)
    one, two = out(1), out(2)
    for new in (one, two):
        publish(asker, new)
        assert [parcel.record for parcel in offer(asker, CLOCK, 60)] == [new.notice_no]
    assert offer(asker, CLOCK, 60) == ()
    assert read == [one.notice_no, two.notice_no]


def test_what_was_posted_before_rounds_were_marked_is_not_posted_again(asker: Station) -> None:
    one, two = out(1), out(2)
    publish(asker, one, two)
    peers.post(asker, CODES["answer"], one.notice_no, {"notice": {}}, NOW)
    assert [parcel.record for parcel in offer(asker, CLOCK, 60)] == [two.notice_no]


def test_drafts_and_notices_from_before_the_peer_do_not_go(asker: Station) -> None:
    with desk(asker.engine, NOW) as found:
        file(found.connection, Filed(out(1), Review("a1")))
    publish(asker, out(2, sent=NOW - timedelta(days=2)))
    assert offer(asker, CLOCK, 60) == ()


def test_a_peer_that_ended_gets_nothing(asker: Station) -> None:
    publish(asker, out(1))
    with desk(asker.engine, NOW) as found:
        outbox.end_peer(found, "a1", CODES["answer"])
    assert offer(asker, CLOCK, 60) == ()


def test_cancelled_notices_and_those_of_a_foreign_territory_are_no_risk(asker: Station, answerer: Station) -> None:
    earlier = (Reference("370000-2026-F-0001", CODES["ask"], NOW),)
    cancelled = out(2, message=Message.CANCEL, references=earlier)
    elsewhere = out(3, area="330102")
    foreign = replace(out(4), notice_no=f"330000-{NOW.year}-{NOTICE.kind}-0004", issuer=replace(PROVINCE, region="330000"),
                      areas=(Area("330102", "某地"),))  # fmt: skip
    publish(asker, cancelled, elsewhere, foreign)
    offer(asker, CLOCK, 60)
    assert bring(asker, answerer) == ["sent"] * 3
    sound = {one.notice.notice_no: one.sound for one in received(answerer.home.parent, answerer.engine, CLOCK)}
    assert sound == {cancelled.notice_no: True, elsewhere.notice_no: False, foreign.notice_no: False}
    assert heard(answerer) == []


def test_a_body_that_is_no_notice_is_confirmed_and_left(asker: Station, answerer: Station) -> None:
    peers.post(asker, CODES["answer"], "370000-2026-F-0009", {"notice": {"title": 1}}, NOW)
    assert bring(asker, answerer) == ["sent"]
    assert len(list(answerer.home.glob("notices/*/*.json"))) == 1
    assert received(answerer.home.parent, answerer.engine, CLOCK) == []
    assert heard(answerer) == []


def test_a_notice_is_read_back_as_it_was(asker: Station) -> None:
    one = out(1)
    assert msgspec.json.decode(msgspec.json.encode(one), type=Notice) == one
