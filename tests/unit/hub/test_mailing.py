"""Mails to a real SMTP server (aiosmtpd) on loopback: taken, refused for good, refused for now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from hub.mailing import MailRefused, by_smtp
from tests.plugins.ports import PATIENCE, free_port

RAW = b"From: notices@hub.example.org\r\nTo: q@platform.example.org\r\nSubject: =?utf-8?q?x?=\r\n\r\ntext\r\n"


class Box:
    """A mail server's box; ``answers`` is what it says to each receiver."""

    def __init__(self, *answers: str) -> None:
        self.answers, self.taken = list(answers), list[tuple[str, list[str], bytes]]()

    async def handle_RCPT(self, _server: object, _session: object, envelope: Any, address: str, _: object) -> str:  # noqa: N802
        said = self.answers.pop(0) if self.answers else "250 OK"
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: N802
        self.taken.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


class Server(Controller):
    """A server that leaves no connection open when it stops."""

    def __init__(self, box: Box, port: int) -> None:
        super().__init__(box, hostname="127.0.0.1", port=port, ready_timeout=PATIENCE)
        self.met: list[SMTP] = []

    def factory(self) -> SMTP:
        self.met.append(super().factory())
        return self.met[-1]

    def stop(self, no_assert: bool = False) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result()
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        for one in self.met:
            if one.transport is not None:
                one.transport.abort()
        # Two turns of the loop: one tells the protocols, one lets them end.
        await asyncio.sleep(0)
        await asyncio.sleep(0)


Serve = Callable[[Box], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server over a box and gives its place, ``127.0.0.1:port``."""
    running: list[Server] = []

    def start(box: Box) -> str:
        port = free_port()
        running.append(Server(box, port))
        running[-1].start()
        return f"127.0.0.1:{port}"

    yield start
    for one in running:
        one.stop()


def _send(place: str) -> None:
    by_smtp(f"smtp://{place}")("notices@hub.example.org", "q@platform.example.org", RAW)


def test_a_mail_arrives_as_it_was_made(serve: Serve) -> None:
    box = Box()
    _send(serve(box))
    assert box.taken == [("notices@hub.example.org", ["q@platform.example.org"], RAW)]


def test_a_receiver_that_does_not_exist_is_told_for_good_and_a_full_box_for_now(serve: Serve) -> None:
    place = serve(Box("550 no such user", "452 box full"))
    with pytest.raises(MailRefused) as refused:
        _send(place)
    assert refused.value.code == 550
    with pytest.raises(OSError, match="later"):
        _send(place)


def test_a_server_that_is_away_or_takes_no_login_is_tried_again(serve: Serve) -> None:
    with pytest.raises(OSError, match=r".") as away:
        _send("127.0.0.1:9")
    assert not isinstance(away.value, MailRefused)
    place = serve(Box())
    with pytest.raises(OSError, match=r".") as login:
        by_smtp(f"smtp://hub:canary-4711@{place}")("a@b.example.org", "q@c.example.org", RAW)
    assert "canary-4711" not in f"{login.value!r}{login.value.__cause__!r}"


def test_without_proven_tls_nothing_is_said_to_another_machine(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    box = Box()
    monkeypatch.setattr("hub.mailing._LOOPBACK", ())
    with pytest.raises(OSError, match="TLS"):
        _send(serve(box))
    assert box.taken == []
