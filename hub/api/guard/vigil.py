"""The abuse rules, asked while data is being used: a case stands, and a suspension holds, at the next request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Final

from sqlalchemy import Engine

from agreements import cases
from agreements.abuse import suspicions
from agreements.model import Grant
from agreements.use import Use
from catalog.errors import HubError
from hub import log
from hub.clock import Clock
from hub.state.exchange import desk, reading_desk
from hub.state.uses import SqlUses

INTERVAL: Final = 10.0
"""Seconds in which a party's use is looked at once at the most: the rules count over hours."""
_MOST: Final = 100_000


class Vigil:
    """Looks at who used something just now. ``hub cases watch`` does the same for everybody, as often as it is run."""

    def __init__(self, engine: Engine, clock: Clock, seconds: Callable[[], float], interval: float = INTERVAL) -> None:
        self._engine, self._clock, self._seconds, self._interval = engine, clock, seconds, interval
        self._seen: dict[tuple[str, str], float] = {}
        self._lock = Lock()

    def __call__(self, uses: Sequence[Use]) -> None:
        """Open the cases that these uses give reason for. What fails is logged: the uses themselves stand already."""
        for party, grant in {(one.party, one.grant) for one in uses if one.party}:
            if self._is_due(party, grant):
                try:
                    self._look(party, grant)
                except HubError as error:
                    log.failure("abuse.unseen", error)

    def _is_due(self, party: str, grant: str) -> bool:
        now = self._seconds()
        with self._lock:
            if now - self._seen.get((party, grant), -self._interval) < self._interval:
                return False
            if len(self._seen) > _MOST:
                self._seen.clear()
            self._seen[party, grant] = now
        return True

    def _look(self, party: str, grant: str) -> None:
        now = self._clock.now()
        with reading_desk(self._engine, now) as found:
            known = found.get(Grant, grant) if grant else None
            closed = cases.closed_at(found, party)
        found_now = suspicions(SqlUses(self._engine), party, known, now, closed)
        if not found_now:
            return
        with desk(self._engine, now) as shared:
            for case in cases.raise_cases(shared, found_now):
                log.event("case.opened", case=case.id, rule=case.rule)
