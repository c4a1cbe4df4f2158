"""Two hubs in two processes on loopback: killed, cut and restarted, they lose nothing and keep nothing twice."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agreements import roles
from agreements.desk import Happened
from agreements.peers import outbox
from agreements.peers.model import Direction, Parcel, ParcelState, Receipt
from agreements.peers.question import Question
from agreements.peers.receipt import check_receipt
from agreements.permissions import Role
from catalog.errors import SourceGone
from hub.clock import SystemClock
from hub.db.engine import connect, reading
from hub.ledger.store import read, size
from hub.peering import peers
from hub.peering.peer_asking import ask
from hub.peering.peer_client import send
from hub.state.exchange import desk, reading_desk
from tests.peer_station import CODES, station
from tests.plugins.ports import PATIENCE, free_ports

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def answering(home: Path, port: int, other: int) -> Iterator[subprocess.Popen[str]]:
    """The other hub, answering until the block ends."""
    command = [sys.executable, "-m", "tests.peer_station", str(home), str(port), str(other)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_peer_that_dies_at_any_moment_gets_every_record_once(tmp_path: Path) -> None:
    port, other = free_ports(2)
    asker = station(tmp_path / "ask", "ask", {"ask": other, "answer": port})
    home = tmp_path / "answer"
    now = datetime.now(UTC)
    for number in range(3):
        peers.post(asker, CODES["answer"], outbox.Risk(f"r-{number}", "S"), {"risk_info_no": f"FX-{number}"}, now)
    down = peers.push(asker, SystemClock().now, send)
    assert {one.failure for one in down} == {"unreachable"}
    for kill in ("kill-before", "kill-after"):
        with answering(home, port, other) as process:
            (home / kill).touch()
            _hurry(asker)
            assert {one.failure for one in peers.push(asker, SystemClock().now, send)} == {"unreachable"}
            assert process.wait(PATIENCE) == 9
            (home / kill).unlink()
    with answering(home, port, other):
        _hurry(asker)
        sent = peers.push(asker, SystemClock().now, send)
    assert [one.state for one in sent] == [ParcelState.SENT] * 3
    assert len(list((home / "inbox" / CODES["ask"]).iterdir())) == 3
    _both_ledgers_agree(asker, home)
    asker.engine.dispose()


def _hurry(asker: peers.Station) -> None:
    """Every parcel is due, as if its waiting time had passed."""
    now = datetime.now(UTC)
    with desk(asker.engine, now) as found:
        waiting = [replace(one, next_at=now - timedelta(seconds=1)) for one in found.find(Parcel, state="waiting")]
        found.keep(Happened("test.hurried"), *waiting)


def _both_ledgers_agree(asker: peers.Station, home: Path) -> None:
    other = connect(f"sqlite:///{home / 'hub.db'}")
    now = datetime.now(UTC)
    with reading_desk(asker.engine, now) as found:
        asked = found.find(Receipt, direction=Direction.ASKED)
    with reading_desk(other, now) as found:
        answered = {one.digest for one in found.find(Receipt, direction=Direction.ANSWERED)}
    with reading(other) as connection:
        leaves = [read(connection, seq) for seq in range(size(connection))]
    told = {leaf.data["receipt"] for leaf in leaves if leaf.kind == "peer.answered"}
    assert len(asked) == 3
    for one in asked:
        assert check_receipt(one.body.encode()).digest == one.digest
        assert one.digest in answered & told
    other.dispose()


def test_a_question_to_a_hub_that_dies_is_known_unanswered_and_asked_anew(tmp_path: Path) -> None:
    port, other = free_ports(2)
    asker = station(tmp_path / "ask", "ask", {"ask": other, "answer": port})
    home, now = tmp_path / "answer", datetime.now(UTC)
    with desk(asker.engine, now) as found:
        roles.approve(found, "a2", roles.request(found, "a1", "wang", asker.uscc, Role.QUERY, "协查").id)
    question = Question("traceability", "wang", "案1", "协查", key="trace_code", values=("x",))
    for kill in ("kill-before", "kill-after"):
        with answering(home, port, other) as process:
            (home / kill).touch()
            with pytest.raises(SourceGone):
                ask(asker, CODES["answer"], question, SystemClock().now, send)
            assert process.wait(PATIENCE) == 9
            (home / kill).unlink()
    with answering(home, port, other):
        asked = ask(asker, CODES["answer"], question, SystemClock().now, send)
    assert (asked.status, asked.told["question"]) == (200, "Q00000003")
    assert check_receipt(asked.receipt.body.encode(), asked=asked.question, answered=asked.answer).status == 200
    asker.engine.dispose()
