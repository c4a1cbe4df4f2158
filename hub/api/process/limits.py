"""Rates: how often a caller may ask, by the generic cell rate algorithm (ITU-T I.371), in all processes of a hub."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from pathlib import Path

from flask import g

from hub.api.process.tallies import Tallies
from hub.api.wire.problems import Refused
from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Rate:
    """``count`` requests in ``seconds``; all of them may come at once, then they come back one by one."""

    name: str
    count: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of a rate: requests now, seconds until what was asked would be let in, seconds until all is back."""

    remaining: int
    wait: int
    whole: int


class Limiter:
    """Rates by caller. What is kept of each is the moment when its whole rate is there again."""

    def __init__(self, shared: Path | None = None) -> None:
        self._full_at = Tallies(shared)

    def take(self, rate: Rate, caller: str, now: float, cost: int = 1) -> tuple[bool, Left]:
        """Whether the caller may go on at ``now`` (seconds, this machine's monotonic clock), and what is left."""
        step, behind, over = rate.seconds / rate.count, 0.0, 0.0

        def moved(full_at: float) -> float:
            nonlocal behind, over
            behind = _behind(rate, full_at, now)
            over = behind + step * cost - rate.seconds
            if over <= 1e-9:
                behind += step * cost
            return now + behind

        self._full_at.change(f"{rate.name}\0{caller}", moved)
        remaining = max(int((rate.seconds - behind) / step + 1e-9), 0)
        return over <= 1e-9, Left(remaining, max(ceil(over), 0), ceil(behind))

    def charge(self, rate: Rate, caller: str, now: float, cost: int) -> None:
        """Count what was done already, also when that is more than was left: then nothing is left."""

        def moved(full_at: float) -> float:
            return now + min(_behind(rate, full_at, now) + rate.seconds / rate.count * cost, rate.seconds)

        self._full_at.change(f"{rate.name}\0{caller}", moved)


def rates_path(settings: Settings) -> Path:
    """Where all processes of a hub on this machine keep their rates."""
    return settings.home / "work" / "rates"


def _behind(rate: Rate, full_at: float, now: float) -> float:
    """Seconds until the whole rate is back; a moment farther off than the rate is long was kept before a restart."""
    behind = full_at - now
    return behind if 0 < behind <= rate.seconds + 1e-6 else 0.0


def demand(limiter: Limiter, rate: Rate, caller: str, now: float, cost: int = 1) -> None:
    """Refuse with 429 when the caller asks too often; the answer's headers tell what is left either way."""
    allowed, left = limiter.take(rate, caller, now, cost)
    tell(rate.name, rate.count, rate.seconds, left.remaining, left.whole if allowed else left.wait)
    if not allowed:
        raise Refused("too-many", headers={"Retry-After": str(left.wait)})


def demand_few(limiter: Limiter, rate: Rate, caller: str, now: float, detail: str) -> None:
    """Refuse with 429 who has nothing left of a rate that only failures are charged to."""
    left = limiter.take(rate, caller, now, cost=0)[1]
    if left.remaining == 0:
        wait = max(ceil(left.whole - rate.seconds + rate.seconds / rate.count), 1)
        raise Refused("too-many", detail, headers={"Retry-After": str(wait)})


def tell(name: str, quota: int, window: int, remaining: int, seconds: int) -> None:
    """Have the answer name a quota and what is left of it, beside others."""
    rates: dict[str, tuple[str, str]] = g.setdefault("rates", {})
    rates[name] = f'"{name}";q={quota};w={window}', f'"{name}";r={remaining};t={seconds}'


def headers() -> dict[str, str]:
    """What an answer tells of all quotas that it met (draft-ietf-httpapi-ratelimit-headers-10)."""
    rates: dict[str, tuple[str, str]] = g.get("rates", {})
    if not rates:
        return {}
    policies, left = zip(*rates.values(), strict=True)
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(left)}
