"""Sending to peers and followers over HTTP, within bounds: whoever answers may be broken, or mean ill.

An attempt has one time limit from the first byte to the last, however slowly the other side drips; an answer has a
largest size as it comes over the wire, is plain JSON, and leads nowhere else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from ssl import SSLContext
from typing import Any, Final

import httpx

from agreements.peers.message import Request
from hub.peering.unanswered import NO_JSON, TOO_LARGE, TOO_SLOW, UNREACHABLE, Unanswered


@dataclass(frozen=True, slots=True)
class Bounds:
    """Seconds for a whole attempt, bytes of an answer."""

    seconds: float = 60.0
    size: int = 4 << 20


BOUNDS: Final = Bounds()
_STEP: Final = 20.0
"""Seconds that one step (to connect, to read something) may take."""
_PLAIN: Final = {"accept": "application/json", "accept-encoding": "identity"}
Sent = tuple[int, Mapping[str, str], bytes]


def send(request: Request, bounds: Bounds = BOUNDS) -> Sent:
    """Send a signed message; status, headers and body of the answer. ``Unanswered`` where there is none to be used.

    Redirects are not followed, for they would carry the message to somebody else.
    """
    return _run(_within(request, bounds, wanted=True))


def deliver(request: Request, bounds: Bounds = BOUNDS) -> Sent:
    """``send`` to somebody whose answer is its status alone: no byte of its body is read."""
    return _run(_within(request, bounds, wanted=False))


def _run(attempt: Coroutine[Any, Any, Sent]) -> Sent:
    """In a thread of its own: whoever calls may have an event loop that runs, as in a notebook."""
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(asyncio.run, attempt).result()


async def _within(request: Request, bounds: Bounds, *, wanted: bool) -> Sent:
    try:
        async with asyncio.timeout(bounds.seconds):
            return await _exchanged(request, bounds.size, wanted=wanted)
    except TimeoutError:
        raise Unanswered(TOO_SLOW) from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise error if isinstance(error, Unanswered) else Unanswered(UNREACHABLE) from None


async def _exchanged(request: Request, most: int, *, wanted: bool) -> Sent:
    async with (
        httpx.AsyncClient(timeout=_STEP, follow_redirects=False, verify=_trusted()) as client,
        client.stream(
            request.method, request.url, headers={**_PLAIN, **request.headers}, content=request.body
        ) as answer,
    ):
        body = await _read(answer, most) if wanted else b""
        return answer.status_code, dict(answer.headers), body


@cache
def _trusted() -> SSLContext:
    """The roots that are trusted: reading them costs more than a message."""
    return httpx.create_ssl_context()


async def _read(answer: httpx.Response, most: int) -> bytes:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    # A coded body could hold a thousand times its size, and nobody asked for one.
    if kind != "application/json" or answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise Unanswered(NO_JSON)
    body = bytearray()
    async for part in answer.aiter_raw():
        body += part
        if len(body) > most:
            raise Unanswered(TOO_LARGE)
    return bytes(body)
