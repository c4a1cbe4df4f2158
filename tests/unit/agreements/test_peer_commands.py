"""A peer by command: register, approve, post, push through the served door, export and verify the receipt."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from agreements import register
from agreements.model import PartyKind
from agreements.peers import outbox
from agreements.peers.message import Request
from catalog.errors import NotPermitted, ProofError
from hub.cli import hub
from hub.clock import SystemClock
from hub.peering import peer_client
from hub.peering.peer_station import public_pem, station_of, with_peers
from hub.peering.peers import PATH
from hub.state.exchange import desk
from tests.exchange_world import uscc
from tests.house import house, settings

ASK, ANSWER = uscc("11370000005000018"), uscc("11330000005000042")
ADDRESS = "https://hub.example.org"


def _run(home: Path, *line: str) -> str:
    done = CliRunner().invoke(
        hub, list(line), standalone_mode=False, env={"HUB_HOME": str(home), "HUB_API_URL": ADDRESS}
    )
    if done.exception is not None:
        raise done.exception
    return done.output


class _Wire:
    """What stands between two hubs in this process."""

    def __init__(self, application: Any) -> None:
        self.application = application
        self.status = ""

    def __call__(self, request: Request) -> tuple[int, Mapping[str, str], bytes]:
        told: dict[str, str] = {}
        environ = {
            "REQUEST_METHOD": request.method,
            "PATH_INFO": PATH,
            "CONTENT_LENGTH": str(len(request.body)),
            "CONTENT_TYPE": request.headers["content-type"],
            "wsgi.input": io.BytesIO(request.body),
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()},
        }

        def start(status: str, headers: Iterable[tuple[str, str]]) -> None:
            self.status = status
            told.update(headers)

        body = b"".join(self.application(environ, start))
        return int(self.status.split()[0]), told, body


@pytest.fixture
def wire(tmp_path: Path) -> _Wire:
    """The answering hub behind its served door; the asking one knows it as a peer."""
    answering = settings(tmp_path / "answer", "", HUB_API_URL=ADDRESS)
    parts = house(tmp_path / "answer", "", HUB_API_URL=ADDRESS)
    parts = replace(parts, clock=SystemClock())
    with desk(parts.engine, datetime.now(UTC)) as found:
        register.found(found, ANSWER, "邻省局", "330000", ("a1", "a2"))
        register.register(found, "a1", ASK, "示例省局", (PartyKind.HUB,), "370000")
        ours = public_pem(settings(tmp_path / "ask", ""))
        for party, pem in ((ANSWER, public_pem(answering)), (ASK, ours)):
            register.approve_key(found, "a2", register.propose_key(found, "a1", party, pem).id)
        outbox.propose_peer(found, "a1", ASK, "https://other.example.org")
        outbox.approve_peer(found, "a2", ASK)
    assert station_of(parts, answering).uscc == ANSWER
    return _Wire(with_peers(lambda *_: [b"inner"], parts, answering))


def test_a_record_goes_to_a_peer_and_its_receipt_proves_itself(
    wire: _Wire, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peer_client, "send", wire)
    home = tmp_path / "ask"
    line = f"parties found {ASK} 示例省局 --region 370000 --administrator a1 --administrator a2"
    _run(home, *line.split())
    _run(home, *f"parties register {ANSWER} 邻省局 --kind hub --kind regulator --region 330000 --by a1".split())
    (tmp_path / "own.pem").write_text(_run(home, "peers", "key"))
    (tmp_path / "theirs.pem").write_text(public_pem(settings(tmp_path / "answer", "")))
    for party, name in ((ASK, "own"), (ANSWER, "theirs")):
        key = json.loads(_run(home, "parties", "add-key", party, str(tmp_path / f"{name}.pem"), "--by", "a1", "--json"))
        _run(home, "parties", "approve-key", key["id"], "--by", "a2")
    _run(home, "peers", "propose", ANSWER, ADDRESS, "--by", "a1")
    with pytest.raises(NotPermitted):
        _run(home, "peers", "approve", ANSWER, "--by", "a1")
    _run(home, "peers", "approve", ANSWER, "--by", "a2")
    (tmp_path / "record.json").write_text('{"risk_info_no": "FX-1"}')
    _run(home, "peers", "post", ANSWER, "FX-1", str(tmp_path / "record.json"), "--level", "H")
    assert "P00000001" in _run(home, "peers", "list")
    assert "sent" in _run(home, "peers", "push")
    (kept,) = json.loads(_run(home, "receipts", "list", "--json"))
    path = tmp_path / "receipt.json"
    _run(home, "receipts", "export", kept["digest"][:12], "--to", str(path))
    assert f"{ASK} asked {ANSWER}, who answered 200" in _run(home, "receipts", "verify", str(path))
    path.write_text(path.read_text().replace('"status":200', '"status":201'))
    with pytest.raises(ProofError):
        _run(home, "receipts", "verify", str(path))
    assert "none" in _run(home, "peers", "dead")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"REQUEST_METHOD": "GET"}, "405"),
        ({"CONTENT_LENGTH": "99999999"}, "413"),
        ({"CONTENT_LENGTH": "many"}, "413"),
        ({"CONTENT_LENGTH": "-1"}, "413"),
        ({}, "401"),
        ({"HTTP_SIGNATURE": "nonsense", "HTTP_SIGNATURE_INPUT": "nonsense", "HTTP_HUB_SENDER": ASK}, "401"),
    ],
)
def test_the_door_tells_strangers_nothing(wire: _Wire, changed: dict[str, str], status: str) -> None:
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": PATH, "wsgi.input": io.BytesIO(b""), **changed}
    seen: list[str] = []
    body = wire.application(environ, lambda status, _: seen.append(status))
    said = json.loads(b"".join(body))
    assert seen[0][:3] == status
    # What everybody may know of a status, and nothing else.
    assert said == {"type": "about:blank", "title": HTTPStatus(int(status)).phrase, "status": int(status)}


def test_everything_else_goes_past_the_door(wire: _Wire) -> None:
    assert wire.application({"PATH_INFO": "/api/v1/datasets"}, lambda *_: None) == [b"inner"]
