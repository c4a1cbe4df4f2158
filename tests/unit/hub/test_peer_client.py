"""Whoever answers a message may be broken or mean ill: an attempt ends in time, and no more is read than was agreed."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Thread

import pytest

from agreements.peers.message import Request
from hub.peering.peer_client import Bounds, deliver, send
from hub.peering.unanswered import NO_JSON, TOO_LARGE, TOO_SLOW, UNREACHABLE, Unanswered

OK = b"HTTP/1.1 200 OK\r\nconnection: close\r\n"
JSON = OK + b"content-type: application/json; charset=utf-8\r\n"
Says = Callable[[socket.socket], None]


@contextmanager
def listening(says: Says) -> Iterator[str]:
    """An address at which somebody takes one message and answers as ``says``."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            try:
                taken, _ = server.accept()
                with taken, suppress(OSError):
                    _asked(taken)
                    says(taken)
                    taken.shutdown(socket.SHUT_WR)
                    _until_gone(taken)
            except TimeoutError:
                pass

        # Only for an asker that gave up before it came.
        server.settimeout(120)
        thread = Thread(target=answer)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/peers"
        finally:
            thread.join()


def _asked(taken: socket.socket) -> None:
    head = b""
    while b"\r\n\r\n" not in head and (part := taken.recv(65536)):
        head += part


def _until_gone(taken: socket.socket) -> None:
    while taken.recv(65536):
        pass


def _endless(taken: socket.socket) -> None:
    taken.sendall(JSON + b"\r\n")
    while True:
        taken.sendall(b" " * 65536)


def _dripping(taken: socket.socket) -> None:
    taken.sendall(OK)
    _until_gone(taken)


def asked(url: str) -> Request:
    return Request("POST", url, {"content-type": "application/json"}, b"")


def test_an_answer_comes_back_as_it_was_sent() -> None:
    with listening(lambda taken: taken.sendall(JSON + b"hub: 1\r\ncontent-length: 2\r\n\r\n{}")) as url:
        status, headers, body = send(asked(url))
    assert (status, headers["hub"], body) == (200, "1", b"{}")


def test_a_message_can_be_sent_where_an_event_loop_runs() -> None:
    async def within(url: str) -> int:
        return send(asked(url))[0]

    says = JSON + b"content-length: 2\r\n\r\n{}"
    # In a thread of its own: a browser of other tests may have a loop in this one.
    with listening(lambda taken: taken.sendall(says)) as url, ThreadPoolExecutor(1) as beside:
        assert beside.submit(asyncio.run, within(url)).result() == 200


@pytest.mark.parametrize(
    ("says", "why"),
    [
        (_endless, TOO_LARGE),
        (lambda taken: taken.sendall(OK + b"content-type: text/html\r\n\r\n<p>"), NO_JSON),
        (lambda taken: taken.sendall(JSON + b"content-encoding: gzip\r\n\r\n"), NO_JSON),
        (lambda taken: taken.sendall(JSON + b"content-length: 9\r\n\r\n{"), UNREACHABLE),
        (lambda taken: taken.sendall(b"220 mail\r\n"), UNREACHABLE),
    ],
    ids=["endless", "a page", "coded", "cut", "no http"],
)
def test_an_answer_that_cannot_be_used_is_none(says: Says, why: str) -> None:
    with listening(says) as url, pytest.raises(Unanswered) as found:
        send(asked(url), Bounds(size=1 << 20))
    assert found.value.why == why


def test_an_answer_that_drips_ends_with_the_time_of_the_whole_attempt() -> None:
    with listening(_dripping) as url, pytest.raises(Unanswered) as found:
        send(asked(url), Bounds(seconds=0.2))
    assert found.value.why == TOO_SLOW


def test_a_redirect_is_told_and_not_followed() -> None:
    elsewhere = b"HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n"
    with listening(lambda taken: taken.sendall(elsewhere)) as url:
        assert deliver(asked(url))[0] == 307


def test_of_a_follower_s_answer_no_more_than_the_status_is_read() -> None:
    with listening(_endless) as url:
        status, _, body = deliver(asked(url))
    assert (status, body) == (200, b"")


def test_nobody_there_is_unreachable() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{held.getsockname()[1]}/"
        with pytest.raises(Unanswered) as found:
            send(asked(url))
    assert found.value.why == UNREACHABLE
