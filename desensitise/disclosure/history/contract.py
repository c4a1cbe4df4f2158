"""Unknowns of a joint system that can only move together, made one: most of a year's cells stand as they stood before.

A sum of two open unknowns says that one moves as the other does. The one that may still be told stands for its class,
and takes on the narrowest bounds and the widest protection of all; the rest leave the system. Two figures of the new
table are never made one, for each is withheld or told by itself, nor cells that an only contributor stands behind with
others.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from desensitise.disclosure.primary import Bools
from desensitise.disclosure.system import Rows, System
from desensitise.disclosure.table import Floats, Longs


@dataclass(frozen=True, slots=True)
class Contracted:
    """The smaller system; in it unknown ``u`` moves by ``factor[u]`` times unknown ``root[u]``."""

    system: System
    root: Longs
    factor: Floats


class _Classes:
    """Union-find with factors: unknown ``u`` moves by ``factor[u]`` times its root. Rows are kept over roots."""

    def __init__(self, system: System, here: Bools) -> None:
        self.up = list(range(system.size))
        self.factor = [1.0] * system.size
        self.here: list[bool] = here.tolist()
        self.sole: list[int] = system.sole.tolist()
        self.rows = _open_rows(system)
        self._of: dict[int, set[int]] = {}
        for at, row in enumerate(self.rows):
            for unknown in row:
                self._of.setdefault(unknown, set()).add(at)

    def root(self, at: int) -> tuple[int, float]:
        """An unknown's root, and how many times as far as it the unknown moves."""
        path, factor = [], 1.0
        while self.up[at] != at:
            path.append(at)
            at = self.up[at]
        for one in reversed(path):
            factor *= self.factor[one]
            self.factor[one], self.up[one] = factor, at
        return at, (self.factor[path[0]] if path else 1.0)

    def join_all(self) -> None:
        """Make one of every two that a row leaves alone with each other, until no row does."""
        waiting = deque(range(len(self.rows)))
        while waiting:
            row = self.rows[waiting.popleft()]
            if len(row) == 2 and self._may(row):
                waiting.extend(self._joined(row))

    def _may(self, row: dict[int, float]) -> bool:
        (first, a), (second, b) = row.items()
        # What moves against another would be asked to fall further than it must rise, which no single flow proves.
        return a * b < 0 and not (self.here[first] and self.here[second]) and self.sole[first] == self.sole[second]

    def _joined(self, row: dict[int, float]) -> list[int]:
        """The rows that the two of a row stood in, now that they are one."""
        (first, a), (second, b) = row.items()
        if self.here[second]:
            first, a, second, b = second, b, first, a
        times = -a / b
        self.up[second], self.factor[second] = first, times
        moved = sorted(self._of.pop(second))
        for at in moved:
            one = self.rows[at]
            whole = one.get(first, 0.0) + one.pop(second) * times
            if whole:
                one[first] = whole
                self._of[first].add(at)
            else:
                del one[first]
                self._of[first].discard(at)
        return moved


def contracted(system: System, here: Longs) -> Contracted:
    """The system with one unknown a class; numbers of unknowns stay what they were. ``here`` may still be told."""
    new = np.zeros(system.size, dtype=bool)
    new[here] = True
    classes = _Classes(system, new)
    classes.join_all()
    return _packed(system, new, classes, _once(classes.rows))


def _once(rows: list[dict[int, float]]) -> list[dict[int, float]]:
    """Each row that still says something, once: what did not change says the same in every edition."""
    found: dict[tuple[tuple[int, float], ...], dict[int, float]] = {}
    for row in rows:
        if row:
            sign = row[min(row)]
            found.setdefault(tuple(sorted((at, factor / sign) for at, factor in row.items())), row)
    return list(found.values())


def _open_rows(system: System) -> list[dict[int, float]]:
    keep = ~system.fixed[system.rows.column]
    row, column, factor = system.rows.of_entry[keep], system.rows.column[keep], system.rows.factor[keep]
    cuts = (0, *(np.flatnonzero(np.diff(row)) + 1).tolist(), len(row))
    at, by = column.tolist(), factor.tolist()
    return [dict(zip(at[start:stop], by[start:stop], strict=True)) for start, stop in pairwise(cuts) if stop > start]


def _packed(system: System, new: Bools, classes: _Classes, rows: list[dict[int, float]]) -> Contracted:
    found = [classes.root(at) for at in range(system.size)]
    root = np.array([one for one, _ in found], dtype=np.int64)
    factor = np.array([times for _, times in found])
    down, up = _least(root, factor, system.down, system.up)
    needs = np.where(system.sensitive, system.below, 0.0), np.where(system.sensitive, system.above, 0.0)
    below, above = (-one for one in _least(root, factor, -needs[0], -needs[1]))
    sensitive = np.zeros(system.size, dtype=bool)
    np.logical_or.at(sensitive, root, system.sensitive)
    own = root == np.arange(system.size)
    sensitive &= own
    alone = np.bincount(root, minlength=system.size) == 1
    never = np.where(alone | new, system.hidden, ~sensitive) & ~sensitive
    made = replace(
        system,
        down=np.where(own, down, 0.0),
        up=np.where(own, up, 0.0),
        below=np.where(sensitive, np.minimum(below, down), 0.0),
        above=np.where(sensitive, np.minimum(above, up), 0.0),
        sensitive=sensitive,
        hidden=np.asarray(never & own),
        fixed=system.fixed | ~own,
        sole=np.where(own, np.array(classes.sole), -1).astype(np.int32),
    )
    return Contracted(_with_one(made, rows), root, factor)


def _with_one(system: System, rows: list[dict[int, float]]) -> System:
    """The rows with what their known parts come to, as a multiple of one more unknown that is known to be 1."""
    size = system.size
    known = [-sum(factor * system.value[at] for at, factor in row.items()) for row in rows]
    full = [{**row, size: by} if by else row for row, by in zip(rows, known, strict=True)]
    nought, no = np.zeros(1), np.zeros(1, dtype=bool)
    return replace(
        system,
        rows=_rows(full),
        value=np.append(system.value, 1.0),
        down=np.append(system.down, nought),
        up=np.append(system.up, nought),
        below=np.append(system.below, nought),
        above=np.append(system.above, nought),
        cost=np.append(system.cost, nought),
        sensitive=np.append(system.sensitive, no),
        hidden=np.append(system.hidden, no),
        fixed=np.append(system.fixed, ~no),
        sole=np.append(system.sole, np.int32(-1)).astype(np.int32),
    )


def _least(root: Longs, factor: Floats, down: Floats, up: Floats) -> tuple[Floats, Floats]:
    """The least of each side over a class; a factor below nought turns the sides round."""
    low, high = np.where(factor > 0, down, up) / np.abs(factor), np.where(factor > 0, up, down) / np.abs(factor)
    least, most = np.full(len(root), np.inf), np.full(len(root), np.inf)
    np.minimum.at(least, root, low)
    np.minimum.at(most, root, high)
    return least, most


def _rows(rows: list[dict[int, float]]) -> Rows:
    start = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)
    column = np.array([at for row in rows for at in sorted(row)], dtype=np.int64)
    factor = np.array([row[at] for row in rows for at in sorted(row)], dtype=np.float64)
    return Rows(start, column, factor)
