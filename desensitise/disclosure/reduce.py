"""Before the attacker computes: unknowns that move together are one.

A row with two hidden cells says that one moves as the other does, turned round or not; a row with one, that it cannot
move at all. Taken together until nothing changes, that leaves a system a fraction of the size with the same answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, Longs


@dataclass(frozen=True, slots=True)
class Reduced:
    """Unknown ``i`` of the group moves by ``factor[i]`` times class ``of[i]``; -1 where it cannot move.

    A class moves between ``-down`` and ``up``. Rows of the classes are (row, class, factor).
    """

    of: Longs
    factor: Floats
    down: Floats
    up: Floats
    row: Longs
    column: Longs
    entry: Floats
    rows: int


class _Classes:
    """Union-find with a factor: each unknown is its factor times its root; a root marked dead is nought."""

    def __init__(self, size: int) -> None:
        self._up = list(range(size))
        self._factor = [1.0] * size
        self.dead = [False] * size

    def root(self, at: int) -> tuple[int, float]:
        path, factor = [], 1.0
        while self._up[at] != at:
            path.append(at)
            at = self._up[at]
        for one in reversed(path):
            factor *= self._factor[one]
            self._factor[one], self._up[one] = factor, at
        return at, (self._factor[path[0]] if path else 1.0)

    def join(self, first: int, a: float, second: int, b: float) -> None:
        """``a * first + b * second = 0`` for two roots."""
        self._up[second] = first
        self._factor[second] = -a / b
        self.dead[first] = self.dead[first] or self.dead[second]


def reduced(system: System, group: Longs) -> Reduced:
    """The group's unknowns in classes."""
    rows = _rows_of(system, group)
    classes = _Classes(len(group))
    waiting = list(rows.values())
    while True:
        shorter, changed = [], False
        for entries in waiting:
            merged = _merged(classes, entries)
            if len(merged) <= 2:
                changed = changed or bool(merged)
                _settle(classes, merged)
            else:
                shorter.append(list(merged.items()))
        waiting = shorter
        if not changed:
            return _packed(system, group, classes, waiting)


def _rows_of(system: System, group: Longs) -> dict[int, list[tuple[int, float]]]:
    rows: dict[int, list[tuple[int, float]]] = {}
    start, row, factor = system.by_column.start, system.by_column.column, system.by_column.factor
    for at, unknown in enumerate(group.tolist()):
        for entry in range(int(start[unknown]), int(start[unknown + 1])):
            rows.setdefault(int(row[entry]), []).append((at, float(factor[entry])))
    return rows


def _merged(classes: _Classes, entries: list[tuple[int, float]]) -> dict[int, float]:
    found: dict[int, float] = {}
    for at, factor in entries:
        root, times = classes.root(at)
        if not classes.dead[root]:
            found[root] = found.get(root, 0.0) + factor * times
    return {root: factor for root, factor in found.items() if factor != 0}


def _settle(classes: _Classes, merged: dict[int, float]) -> None:
    if len(merged) == 1:
        classes.dead[next(iter(merged))] = True
    elif merged:
        (first, a), (second, b) = merged.items()
        classes.join(first, a, second, b)


def _packed(system: System, group: Longs, classes: _Classes, rows: list[list[tuple[int, float]]]) -> Reduced:
    found = [classes.root(at) for at in range(len(group))]
    roots = sorted({root for root, _ in found if not classes.dead[root]})
    number = {root: at for at, root in enumerate(roots)}
    of = np.array([number.get(root, -1) for root, _ in found], dtype=np.int64)
    factor = np.array([times for _, times in found])
    down, up = np.full(len(roots), np.inf), np.full(len(roots), np.inf)
    alive = of >= 0
    high, low = system.up[group] / np.abs(factor), system.down[group] / np.abs(factor)
    np.minimum.at(up, of[alive], np.where(factor > 0, high, low)[alive])
    np.minimum.at(down, of[alive], np.where(factor > 0, low, high)[alive])
    merged = [_merged(classes, entries) for entries in rows]
    row = np.repeat(np.arange(len(merged)), [len(one) for one in merged])
    column = np.array([number[root] for one in merged for root in one], dtype=np.int64)
    entry = np.array([times for one in merged for times in one.values()])
    return Reduced(of, factor, down, up, row, column, entry, len(merged))
