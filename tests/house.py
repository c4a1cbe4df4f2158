"""A small house for tests: a home folder, a clock of its own, and parts made of real things."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub.clock import Clock
from hub.parts import Parts, assemble
from hub.settings import Settings

NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)


class Ticking:
    """A clock that moves one second at each look, from a fixed start, so that runs are repeatable."""

    def __init__(self, start: datetime = NOON) -> None:
        self.moment = start

    def now(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


def settings(home: Path, source: str, drop: Path | None = None, **more: str) -> Settings:
    """Settings of a house in ``home`` that reads ``source``."""
    environ = {"HUB_HOME": str(home), "HUB_SOURCE": source, "HUB_UNIT_ROWS": "200", **more}
    if drop is not None:
        environ["HUB_DROP_FOLDER"] = str(drop)
    made_known(home)
    return Settings.read(environ)


def made_known(home: Path) -> None:
    """Give the house the key of marks that all houses of the tests have, so that equal inputs give equal copies."""
    path = home / "keys" / "mark.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(0o600)
        path.write_text("6d" * 32)


def house(home: Path, source: str, drop: Path | None = None, *, clock: Clock | None = None, **more: str) -> Parts:
    """Real parts on a folder: SQLite or PostgreSQL state, a real source, the folder portal."""
    parts = assemble(settings(home, source, drop, **more), "tester")
    return replace(parts, clock=clock or Ticking())


def tree(folder: Path, without: tuple[str, ...] = ()) -> dict[str, str]:
    """SHA-256 of every file below a folder by relative path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in without
    }
