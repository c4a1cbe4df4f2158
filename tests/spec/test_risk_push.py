"""High risks leave for every peer by themselves: desensitised, each edition once, and traced to whom they went."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import polars as pl
import pytest

from agreements.model import Action
from agreements.peers import outbox
from agreements.peers.message import Request
from agreements.peers.model import ParcelState
from exporters.sample import change
from hub.clock import FixedClock
from hub.job.pipeline import release
from hub.parts import Parts, datasets
from hub.peering import peer_risks, peers
from hub.peering.peers import Station
from hub.state.exchange import desk
from hub.state.uses import SqlUses
from tests.api_world import Api, published
from tests.peer_station import CODES, station

NOW = datetime.now(UTC)
pytestmark = pytest.mark.slow
PORTS = {"ask": 7005, "answer": 7006}


@pytest.fixture
def api(tmp_path: Path) -> Api:
    return published(tmp_path, ("risk_monitoring",))


@pytest.fixture
def asker(api: Api, tmp_path: Path) -> Iterator[Station]:
    """A hub with a release of risks, whose peer answers."""
    made = station(tmp_path / "ask", "ask", PORTS, str(api.parts.engine.url))
    yield made
    made.engine.dispose()


@pytest.fixture
def answerer(tmp_path: Path) -> Iterator[Station]:
    made = station(tmp_path / "answer", "answer", PORTS)
    yield made
    made.engine.dispose()


def collected(asker: Station, api: Api, now: datetime = NOW) -> int:
    return len(peer_risks.collect(asker, api.parts, datasets(api.settings), now))


def pushed(asker: Station, answerer: Station, now: datetime = NOW) -> list[str]:
    def send(request: Request) -> tuple[int, Mapping[str, str], bytes]:
        made = peers.receive(answerer, request, now)
        return made.status_code, made.headers, made.body

    return [one.state for one in peers.push(asker, FixedClock(now).now, send)]


def high(parts: Parts, version: int) -> pl.DataFrame:
    rows = pl.read_parquet(parts.releases / "risk_monitoring" / str(version) / "*.parquet")
    return rows.filter(pl.col("risk_level").is_in(["S", "H"]))


def test_every_high_risk_is_posted_once_arrives_and_is_a_use_of_the_peer(
    api: Api, asker: Station, answerer: Station
) -> None:
    wanted = high(api.parts, 1)
    assert collected(asker, api) == wanted.height > 0
    assert collected(asker, api) == 0
    assert pushed(asker, answerer) == [ParcelState.SENT] * wanted.height
    arrived = [msgspec.json.decode(path.read_bytes()) for path in (answerer.home / "inbox" / CODES["ask"]).iterdir()]
    assert sorted(one["risk_info_no"] for one in arrived) == sorted(wanted["risk_info_no"])
    uses = SqlUses(asker.engine).of(CODES["answer"], NOW - timedelta(minutes=1))
    assert {(one.action, one.dataset, one.version, one.clause) for one in uses} == {
        (Action.PUSH, "risk_monitoring", 1, "SM04")
    }
    assert sum(one.rows for one in uses) == wanted.height
    assert all(one.mark for one in uses)


def test_after_a_new_release_only_what_changed_is_posted(api: Api, asker: Station, tmp_path: Path) -> None:
    collected(asker, api)
    before = set(high(api.parts, 1).select("risk_info_no", "updated_at").iter_rows())
    change(f"sqlite:///{tmp_path / 'p.sqlite'}", 0.1, seed=5)
    (dataset,) = datasets(api.settings, ("risk_monitoring",))
    release(dataset, api.parts)
    later = set(high(api.parts, 2).select("risk_info_no", "updated_at").iter_rows())
    assert collected(asker, api) == len(later - before)


def test_nothing_is_posted_to_a_peer_that_ended(api: Api, asker: Station) -> None:
    with desk(asker.engine, NOW) as found:
        outbox.end_peer(found, "a1", CODES["answer"])
    assert collected(asker, api) == 0


def test_a_kill_between_two_records_posts_the_rest_the_next_time(
    api: Api, asker: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, wanted = peer_risks.post, high(api.parts, 1).height
    posted: list[object] = []

    def killed(*arguments: object) -> object:
        if posted:
            raise KeyboardInterrupt
        posted.append(post(*arguments))  # type: ignore[arg-type]
        return posted[0]

    monkeypatch.setattr(peer_risks, "post", killed)
    with pytest.raises(KeyboardInterrupt):
        collected(asker, api)
    monkeypatch.undo()
    assert collected(asker, api) == wanted - 1


def test_a_peer_that_is_down_costs_one_attempt_a_round(api: Api, asker: Station) -> None:
    tries: list[Request] = []

    def down(request: Request) -> tuple[int, Mapping[str, str], bytes]:
        tries.append(request)
        raise OSError

    collected(asker, api)
    peers.push(replace(asker), FixedClock(NOW).now, down)
    assert len(tries) == 1
