"""Which files a caller began to take lately, from any process of the hub: later parts are told from first ones."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hub.api.process.tallies import Tallies
from hub.settings import Settings

_LATELY: Final = 86_400.0
"""Seconds. Whoever goes on with a file later than this begins anew."""


class Begun:
    """The last deliveries that began. What was forgotten counts as new: rather one Use too many than one too few."""

    def __init__(self, shared: Path | None = None) -> None:
        self._taken = Tallies(shared)

    def note(self, key: str, start: int, now: float) -> bool:
        """Whether a delivery begins with this part, from byte ``start`` on, at ``now`` (seconds, a monotonic clock).

        It begins with the part that is asked for first, whichever that is, and when the file's start comes again.
        """
        fresh = self._first(key, now)
        return fresh if start else not self._first(f"{key} start", now) or fresh

    def _first(self, key: str, now: float) -> bool:
        first = False

        def moved(last: float) -> float:
            nonlocal first
            # A later moment than now was kept before the machine began again.
            first = not 0 < last <= now or now - last > _LATELY
            return now

        self._taken.change(key, moved)
        return first


def begun_path(settings: Settings) -> Path:
    """Where all processes of a hub on this machine keep what was begun."""
    return settings.home / "work" / "begun"
