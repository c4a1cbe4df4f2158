"""What the benchmarks of rules share: reading accepted tables, and the time that each piece of work takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

import polars as pl

from exporters.rules.accept import Facts, accept
from exporters.rules.tables import tables
from hub.rules.derivations import TABLES as READ
from hub.rules.facts import _register

T = TypeVar("T")
DAY = date(2026, 10, 1)


def read(folder: Path, names: Sequence[str] = READ) -> Facts:
    """These tables of the folder, accepted."""
    found: dict[str, pl.DataFrame] = {}
    for name in names:
        frame = _register(tables()[name], folder)
        if frame is not None:
            found |= accept({name: frame})
    return found


class Watch:
    """CPU seconds, wall seconds and rows of each piece of work."""

    def __init__(self) -> None:
        self.timed: dict[str, tuple[float, float, int]] = {}

    def take(self, name: str, work: Callable[[], T], rows: int) -> T:
        """Do the work and note what it took."""
        at = time.process_time(), time.perf_counter()
        made = work()
        self.timed[name] = (time.process_time() - at[0], time.perf_counter() - at[1], rows)
        return made
