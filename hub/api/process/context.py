"""What the views need from outside, put together once for each process."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

from flask import current_app, request

from catalog.model import Dataset
from catalog.registers import Register
from desensitise.mark import KeyService
from hub.api.process.begun import Begun
from hub.api.process.held import Held
from hub.api.process.known import Known
from hub.api.process.limits import Limiter
from hub.api.process.metrics import Metrics
from hub.api.process.recorder import Recorder
from hub.oauth.clients import Client, find
from hub.oauth.provider import Provider
from hub.oauth.tokens import Tokens
from hub.oauth.validator import Ground
from hub.parts import Parts
from hub.settings import Settings

_NAME: Final = "hub"


@dataclass(frozen=True, slots=True)
class Context:
    """One process's parts, declarations, keys and counters."""

    parts: Parts
    settings: Settings
    datasets: Mapping[str, Dataset]
    registers: Mapping[str, Register]
    marks: KeyService
    secret: bytes = field(repr=False)
    limiter: Limiter
    begun: Begun
    metrics: Metrics
    recorder: Recorder
    known: Known
    held: Held
    tokens: Tokens
    ground: Ground
    provider: Provider
    seconds: Callable[[], float] = time.monotonic

    def now(self) -> datetime:
        """The moment of the request."""
        return self.parts.clock.now()

    def client(self, client_id: str) -> Client | None:
        """The registered, active client."""
        return find(self.parts.engine, client_id)

    def key(self, purpose: str) -> bytes:
        """A key of its own for each purpose, derived from the API's secret."""
        return hmac.digest(self.secret, purpose.encode(), hashlib.sha256)


def put(context: Context) -> None:
    """Make ``context`` the present application's."""
    current_app.extensions[_NAME] = context


def here() -> Context:
    """The present application's context."""
    return cast("Context", current_app.extensions[_NAME])


def peer() -> str:
    """The caller's network address: the connection's, or what a trusted proxy says in front of it."""
    near = request.remote_addr or ""
    if near in here().settings.api_proxies.split(","):
        return request.headers.get("X-Forwarded-For", near).rpartition(",")[2].strip() or near
    return near


def peer_hash() -> str:
    """The caller's address as a keyed hash: equal addresses can be told, none can be read back."""
    return hmac.new(here().key("peer"), peer().encode(), hashlib.sha256).hexdigest()[:32]
