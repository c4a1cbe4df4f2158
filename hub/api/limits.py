"""Rates: how often a caller may ask, by the generic cell rate algorithm (ITU-T I.371), in the memory of a process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from math import ceil

from flask import g

from hub.api.problems import Refused


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` requests in ``seconds``; all of them may come at once, then they come back one by one."""

    name: str
    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a rate: requests now, and seconds until the next one when there is none."""

    remaining: int
    wait: int


class Limiter:
    """Rates by caller. ``share`` processes divide each rate, so that together they never allow more than it."""

    def __init__(self, share: int = 1, most: int = 100_000) -> None:
        self._share = share
        self._most = most
        self._full_at: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, rate: Rate, caller: str, now: float, cost: int = 1) -> tuple[bool, Left]:
        """Whether the caller may go on at ``now`` (seconds, monotonic), and what is left."""
        step = self._step(rate)
        key = (rate.name, caller)
        with self._lock:
            full_at = max(self._full_at.get(key, now), now) + step * cost
            allowed = full_at - now <= rate.seconds + 1e-9
            if allowed:
                self._keep(key, full_at)
        behind = full_at - now if allowed else full_at - step * cost - now
        remaining = max(int((rate.seconds - behind) / step + 1e-9), 0)
        wait = 0 if allowed else ceil(full_at - now - rate.seconds)
        return allowed, Left(remaining, wait)

    def charge(self, rate: Rate, caller: str, now: float, cost: int) -> None:
        """Count what was done already, also when that is more than was left: then nothing is left."""
        key = (rate.name, caller)
        with self._lock:
            full_at = max(self._full_at.get(key, now), now) + self._step(rate) * cost
            self._keep(key, min(full_at, now + rate.seconds))

    def _step(self, rate: Rate) -> float:
        """Seconds in which one request comes back."""
        return rate.seconds / max(rate.count // self._share, 1)

    def _keep(self, key: tuple[str, str], full_at: float) -> None:
        self._full_at[key] = full_at
        self._full_at.move_to_end(key)
        # Who was not seen for longest is forgotten: with so many callers its rate is full again anyway.
        if len(self._full_at) > self._most:
            self._full_at.popitem(last=False)


def demand(limiter: Limiter, rate: Rate, caller: str, now: float, cost: int = 1) -> None:
    """Refuse with 429 when the caller asks too often; the answer's headers tell what is left either way."""
    allowed, left = limiter.take(rate, caller, now, cost)
    headers = {
        "RateLimit-Policy": f'"{rate.name}";q={rate.count};w={rate.seconds}',
        "RateLimit": f'"{rate.name}";r={left.remaining};t={left.wait}',
    }
    g.rate_headers = headers
    if not allowed:
        raise Refused("too-many", headers={"Retry-After": str(max(left.wait, 1))})
