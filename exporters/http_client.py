"""One GET for JSON: bounded in time and size, tried again when that may help, and silent about what it carried."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from catalog.errors import SourceError, SourceGone
from exporters.source import Closing

_AGAIN = frozenset({429, 500, 502, 503, 504})
_SEE = "See the declaration and address."
_LATER = "Run the same command again later; it goes on where it stopped."
_ESCAPED_HALF = re.compile(rb"\\u[dD][89a-fA-F]")
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Retry:
    """How often and after which pauses (seconds) a request is tried again: base, 2 × base, 4 × base … up to cap.

    Each pause is multiplied by ``0.5 + jitter()`` (0–1), so that many clients do not come back at the same moment.
    A ``Retry-After`` of the server is waited for instead, unless it is longer than ``patience``.
    """

    attempts: int = 5
    base: float = 0.5
    cap: float = 30.0
    patience: float = 120.0
    jitter: Callable[[], float] = random.random
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time

    def pause(self, attempt: int, asked: float | None) -> float | None:
        """Seconds to wait after the failed ``attempt`` (from 1); None to give up."""
        if attempt >= self.attempts or (asked is not None and asked > self.patience):
            return None
        return asked if asked is not None else min(self.cap, self.base * 2 ** (attempt - 1)) * (0.5 + self.jitter())


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why an attempt brought nothing, and how long the server asks to wait."""

    reason: str
    wait: float | None = None


class JsonClient(Closing):
    """GET with a bearer token. Redirects are not followed: they could carry the token elsewhere."""

    def __init__(self, base: str, token: str | None, retry: Retry, timeout: float, max_bytes: int) -> None:
        parts = urlsplit(base)
        self.place = f"HTTP source at {parts.hostname}"
        if token and parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise SourceError(f"The {self.place} would get its token unencrypted.", todo="Give an https:// address.")
        self._headers = {"Accept": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        self._retry, self._max_bytes, self._timeout = retry, max_bytes, timeout
        self._client: httpx.Client | None = None

    def get(self, url: str, parameters: Mapping[str, str]) -> Any:
        """The JSON answer, decimals exact. ``SourceGone`` when it stays away, ``SourceError`` when wrong."""
        attempt = 0
        while True:
            attempt += 1
            got = self._once(url, parameters)
            if not isinstance(got, _Failure):
                return got
            pause = self._retry.pause(attempt, got.wait)
            if pause is None:
                raise SourceGone(f"The {self.place} {got.reason} ({attempt} attempts).", todo=_LATER)
            self._retry.sleep(pause)

    def close(self) -> None:
        """Let go of the connections; the next request makes new ones."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def _opened(self) -> httpx.Client:
        if self._client is None:
            limit = httpx.Timeout(self._timeout)
            self._client = httpx.Client(headers=self._headers, timeout=limit, follow_redirects=False)
        return self._client

    def _once(self, url: str, parameters: Mapping[str, str]) -> Any | _Failure:
        try:
            with self._opened().stream("GET", url, params=dict(parameters)) as response:
                if response.status_code in _AGAIN:
                    return _Failure(f"answers with status {response.status_code}", self._asked(response))
                if response.status_code != 200:
                    raise self._refused(response.status_code)
                return self._parsed(self._body(response))
        except httpx.TimeoutException:
            return _Failure("does not answer in time")
        except (httpx.NetworkError, httpx.RemoteProtocolError):
            return _Failure("cannot be reached or cuts the connection")
        except (httpx.HTTPError, httpx.InvalidURL):
            raise SourceError(f"The {self.place} does not speak HTTP as expected.", todo="See the address.") from None

    def _body(self, response: httpx.Response) -> bytes:
        """The decoded body. Its size is counted as it comes: a small answer may unpack to a huge one."""
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > self._max_bytes:
                raise SourceError(
                    f"The {self.place} sends a page of more than {self._max_bytes} bytes.",
                    todo="Ask for smaller pages (page_size) or raise max_bytes in the declaration.",
                )
        return bytes(body)

    def _asked(self, response: httpx.Response) -> float | None:
        told = response.headers.get("Retry-After", "").strip()
        if told.isascii() and told.isdigit() and len(told) < 10:
            return float(told)
        try:
            return max(0.0, parsedate_to_datetime(told).timestamp() - self._retry.now())
        except (ValueError, OverflowError):
            return None

    def _refused(self, status: int) -> SourceError:
        hints = {401: "Give a valid token.", 403: "Ask for the right to read.", 404: "Correct the path."}
        return SourceError(
            f"The {self.place} answers with status {status}.",
            todo="Give the address it points to." if 300 <= status < 400 else hints.get(status, _SEE),
        )

    def _parsed(self, body: bytes) -> Any | _Failure:
        """A body that begins as JSON and is none was cut short on its way: another try may bring the whole."""
        try:
            text = body.decode("utf-8-sig")
            answer = json.loads(text, parse_float=Decimal, parse_constant=_refuse)
            if _ESCAPED_HALF.search(body):
                # Half a surrogate pair is JSON by its grammar, and no text that could be kept.
                json.dumps(answer, ensure_ascii=False, default=float).encode()
        except (ValueError, RecursionError, InvalidOperation):
            if body.lstrip()[:1] in {b"{", b"["}:
                return _Failure("answers with broken JSON")
            raise SourceError(
                f"The {self.place} answers with something that is not JSON.",
                todo="Correct the path of the declaration, or see what the service answers.",
            ) from None
        return answer


def _refuse(constant: str) -> str:
    raise ValueError(constant)
