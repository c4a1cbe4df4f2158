"""Unknowns of a joint system that can only move together, made one: most of a year's cells stand as they stood before.

A sum of two open unknowns says that one moves as the other does. The one that may still be told stands for its class,
and takes on the narrowest bounds and the widest protection of all; the rest leave the system. Two figures of the new
table are never made one, for each is withheld or told by itself, nor cells that an only contributor stands behind with
others.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from desensitise.disclosure.primary import Bools
from desensitise.disclosure.system import Rows, System
from desensitise.disclosure.table import Floats, Longs

PASSES = 12


class _Classes:
    """Union-find with factors: unknown ``u`` moves by ``factor[u]`` times its root."""

    def __init__(self, system: System, here: Bools) -> None:
        self.up = list(range(system.size))
        self.factor = [1.0] * system.size
        self.here: list[bool] = here.tolist()
        self.sole: list[int] = system.sole.tolist()

    def root(self, at: int) -> tuple[int, float]:
        path, factor = [], 1.0
        while self.up[at] != at:
            path.append(at)
            at = self.up[at]
        for one in reversed(path):
            factor *= self.factor[one]
            self.factor[one], self.up[one] = factor, at
        return at, (self.factor[path[0]] if path else 1.0)

    def joined(self, first: int, a: float, second: int, b: float) -> bool:
        """Make two roots one where ``a * first + b * second = 0``, unless both must stay by themselves."""
        if self.here[first] and self.here[second]:
            return False
        # What moves against another would be asked to fall further than it must rise, which no single flow proves.
        if a * b > 0:
            return False
        if self.sole[first] != self.sole[second]:
            return False
        if self.here[second]:
            first, a, second, b = second, b, first, a
        self.up[second], self.factor[second] = first, -a / b
        return True


def contracted(system: System, here: Longs) -> System:
    """The system with one unknown a class; numbers of unknowns stay what they were. ``here`` may still be told."""
    new = np.zeros(system.size, dtype=bool)
    new[here] = True
    classes = _Classes(system, new)
    rows = _open_rows(system)
    for _ in range(PASSES):
        merged = [_merged(classes, row) for row in rows]
        pairs = [row for row in merged if len(row) == 2]
        made = 0
        for row in _apart(pairs):
            (first, a), (second, b) = row.items()
            made += classes.joined(first, a, second, b)
        if not made:
            break
        rows = [list(row.items()) for row in merged if len(row) > 1]
    return _packed(system, new, classes, [row for row in (_merged(classes, row) for row in rows) if row])


def _apart(pairs: list[dict[int, float]]) -> list[dict[int, float]]:
    """The pairs whose roots are still roots when their turn comes: one for each unknown a pass."""
    seen: set[int] = set()
    kept = []
    for row in pairs:
        if not seen & row.keys():
            kept.append(row)
            seen |= row.keys()
    return kept


def _open_rows(system: System) -> list[list[tuple[int, float]]]:
    keep = ~system.fixed[system.rows.column]
    row, column, factor = system.rows.of_entry[keep], system.rows.column[keep], system.rows.factor[keep]
    cuts = np.flatnonzero(np.diff(row)) + 1
    groups = zip(np.split(column, cuts), np.split(factor, cuts), strict=True)
    return [list(zip(one.tolist(), by.tolist(), strict=True)) for one, by in groups if len(one)]


def _merged(classes: _Classes, row: list[tuple[int, float]]) -> dict[int, float]:
    found: dict[int, float] = {}
    for at, factor in row:
        root, times = classes.root(at)
        found[root] = found.get(root, 0.0) + factor * times
    return {root: factor for root, factor in found.items() if factor != 0}


def _packed(system: System, new: Bools, classes: _Classes, rows: list[dict[int, float]]) -> System:
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
    return _with_one(made, rows)


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
