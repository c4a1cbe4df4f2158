"""``hub serve`` as an operator runs it: gunicorn, real sockets, signals."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from catalog.errors import SettingsError
from exporters.sample import invent
from hub.api.process.serve import options
from hub.job.pipeline import release
from hub.job.publish import withdraw
from hub.parts import datasets
from hub.settings import Settings
from tests.house import house, settings
from tests.plugins.ports import PATIENCE, free_port

HUB = Path(sys.executable).with_name("hub")


def started(home: Path, port: int, command: str = "serve", **more: str) -> subprocess.Popen[bytes]:
    """A server that answers."""
    environ = {"PATH": os.environ["PATH"], "HUB_HOME": str(home), "HUB_API_PLAIN_LOOPBACK": "yes", **more}
    made = subprocess.Popen([HUB, command, "--bind", f"127.0.0.1:{port}"], env=environ, stdout=subprocess.DEVNULL)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and made.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=PATIENCE):
                return made
        except OSError:
            time.sleep(0.1)
    made.kill()
    made.wait()
    raise AssertionError("the server did not start")


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    made = started(tmp_path, port, HUB_API_WORKERS="2")
    yield f"http://127.0.0.1:{port}"
    made.send_signal(signal.SIGTERM)
    assert made.wait(PATIENCE) == 0


@pytest.mark.slow
def test_two_processes_answer_share_their_metrics_and_end_by_a_signal(address: str) -> None:
    for _ in range(20):
        with urllib.request.urlopen(f"{address}/api/v1/ledger/keys", timeout=PATIENCE) as answer:
            assert answer.status == 200
    with urllib.request.urlopen(f"{address}/metrics", timeout=PATIENCE) as answer:
        page = answer.read().decode()
    assert 'hub_requests_total{method="GET",route="/api/v1/ledger/keys",status="200"} 20.0' in page


@pytest.mark.slow
def test_strange_bytes_on_the_wire_get_an_answer_and_hurt_nobody(address: str, tmp_path: Path) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    for line in (b"GET /api/v1/datasets?{ }|[] HTTP/1.1", b"GET /%zz?%zz=\xe4\xb8\xad HTTP/1.1", b"GET * HTTP/1.1"):
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as wire:
            wire.sendall(line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
            head = wire.recv(64)
        assert head[9:10] in b"234"
    secret = b"token=canary"
    for lines, status in (
        (b"GET /?" + secret + b"x" * 9_000 + b" HTTP/1.1", 414),
        (b"GET / HTTP/1.1\r\nX-Long: " + secret + b"x" * 20_000, 431),
        (b"GET / HTTP/1.1\r\n" + b"\r\n".join(b"X-%d: 1" % n for n in range(90)), 431),
        (b"GET /?" + secret + b" HTTP/9.9", 400),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: " + secret, 501),
        (secret, 400),
    ):
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as wire:
            said = answered(wire, lines + b"\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 %d " % status), said
        assert b"Content-Type: application/problem+json" in said
        assert json.loads(said.partition(b"\r\n\r\n")[2])["status"] == status
        assert b"canary" not in said + (tmp_path / "gunicorn.log").read_bytes()
    with urllib.request.urlopen(f"{address}/health", timeout=PATIENCE) as answer:
        assert answer.status == 200


def answered(wire: socket.socket, lines: bytes) -> bytes:
    """Everything that comes back until the other side closes, which it may do before it has read all of ours."""
    pieces = b""
    with suppress(ConnectionError):
        wire.sendall(lines)
    with suppress(ConnectionError):
        while piece := wire.recv(4_096):
            pieces += piece
    return pieces


@pytest.mark.slow
def test_the_hub_publishes_through_its_own_portal_server_and_strangers_get_copies_of_their_own(tmp_path: Path) -> None:
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 200, seed=5)
    home = tmp_path / "home"
    made = started(home, port, "serve-portal", HUB_PORTAL_URL=base)
    try:
        parts = house(home, source, HUB_PORTAL_URL=base)
        (dataset,) = datasets(settings(home, source), ("grading",))
        assert release(dataset, parts).state == "published"
        path = "/datasets/grading/v1/grading.csv"
        got = [read_from(source_address, port, path) for source_address in ("127.0.0.1", "127.0.0.2", "127.0.0.1")]
        assert got[0] == got[2] != got[1]
        assert (home / "portal" / path[1:]).read_bytes() not in got
        withdraw(dataset, (1,), "误发", parts)
        assert read_from("127.0.0.3", port, path) == b""
    finally:
        made.send_signal(signal.SIGTERM)
        assert made.wait(PATIENCE) == 0


def read_from(address: str, port: int, path: str) -> bytes:
    """What a caller at this address of the loopback gets, b"" when refused."""
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE, source_address=(address, 0))
    wire.request("GET", path)
    answer = wire.getresponse()
    body = answer.read() if answer.status == 200 else b""
    wire.close()
    return body


def test_a_certificate_without_its_key_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        options(Settings(home=tmp_path, api_certificate=tmp_path / "c.pem"), "127.0.0.1:1")
