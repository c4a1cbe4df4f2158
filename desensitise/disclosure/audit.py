"""What an attacker can work out: the feasible interval of every hidden cell, by linear programming over all rows.

Only hidden cells can move, so the system falls apart into components (``attack`` solves one). ``audit`` is run on
every release, and one violation blocks it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from desensitise.disclosure.attack import furthest, shares
from desensitise.disclosure.flow import TOLERANCE
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, Longs

CORES = min(4, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class Intervals:
    """Per unknown: how far below and above its value the attacker cannot exclude; nought for what is published."""

    below: Floats
    above: Floats
    solved: int

    def violations(self, system: System) -> Longs:
        """Sensitive unknowns whose interval is narrower than the protection they need."""
        short = (self.below < system.below * (1 - TOLERANCE)) | (self.above < system.above * (1 - TOLERANCE))
        return np.flatnonzero(system.sensitive & short)

    def exposed(self, system: System, suppressed: Bools) -> Longs:
        """Suppressed cells that can be computed exactly, so that hiding them is of no use."""
        width = self.below + self.above
        return np.flatnonzero(suppressed & ~system.hidden & (width <= TOLERANCE * np.maximum(1, np.abs(system.value))))


def components(system: System, open_: Bools) -> list[Longs]:
    """The open unknowns, grouped by the rows that tie them together; by label propagation over rows."""
    kept = open_[system.rows.column]
    row, column = system.rows.of_entry[kept], system.rows.column[kept]
    label = np.arange(system.size)
    while True:
        least = np.full(len(system.rows), system.size)
        np.minimum.at(least, row, label[column])
        fresh = label.copy()
        np.minimum.at(fresh, column, least[row])
        fresh = fresh[fresh]
        if np.array_equal(fresh, label):
            break
        label = fresh
    ids = np.flatnonzero(open_)
    order = ids[np.argsort(label[ids], kind="stable")]
    cuts = np.flatnonzero(np.diff(label[order])) + 1
    return np.split(order, cuts) if len(order) else []


def intervals(system: System, suppressed: Bools, step: Callable[[int, int], None] | None = None) -> Intervals:
    """The interval of every suppressed cell, each side to its end; components are shared out to the cores at hand."""
    below, above = np.zeros(system.size), np.zeros(system.size)
    open_ = (suppressed | system.hidden) & ~system.fixed
    groups = [group for group in components(system, open_) if not system.hidden[group].all()]
    parts = [part for group in groups for part in shares(system, group)]
    solved = 0
    with ThreadPoolExecutor(CORES) as pool:
        # The largest first, so that none is left to the end; the solver lets other threads run.
        for done, (group, low, high, programmes) in enumerate(pool.map(furthest, parts), start=1):
            np.maximum.at(below, group, low)
            np.maximum.at(above, group, high)
            solved += programmes
            if step is not None:
                step(done, len(parts))
    below[system.hidden] = above[system.hidden] = 0.0
    return Intervals(below, above, solved)
