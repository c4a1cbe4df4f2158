"""Where to look first for a flow through a cell: the sub-table of its neighbours, then everything tied to it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from desensitise.disclosure.audit import components
from desensitise.disclosure.flow import entries_of
from desensitise.disclosure.hierarchy import Ints, Tree
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.system import Rows, System
from desensitise.disclosure.table import Longs, strides

NEARLY = 0.7
"""A neighbourhood larger than this share of all unknowns is not worth a search of its own."""
WIDER = 2.0
"""Nor is one that is not so many times as large as the one before it."""


class Domains:
    """Domains around the unknowns of a system."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._cells = system.cells
        self._steps = strides(system.cells.trees)
        self._parts = components(system, ~system.fixed)
        self._part = np.zeros(system.size, dtype=np.int64)
        for at, part in enumerate(self._parts):
            self._part[part] = at
        self._linked = _linked(system)
        self._kept: dict[tuple[int, int], Ints] = {}
        rest = system.hidden[system.rows.column]
        self._rest = np.full(len(system.rows), -1, dtype=np.int64)
        self._rest[system.rows.of_entry[rest]] = system.rows.column[rest]

    def around(self, unknown: int) -> Iterator[Longs]:
        """Domains from narrow to the whole."""
        whole = np.sort(self._parts[int(self._part[unknown])])
        if unknown >= self._system.told:
            # A difference of cells has no place of its own.
            yield whole
            return
        nodes = self._cells.nodes[unknown % len(self._cells.keys)]
        measure, before = unknown // len(self._cells.keys), 0.0
        for up in range(1, max(int(tree.level.max()) for tree in self._cells.trees) + 1):
            near = [self._below(axis, int(node), up) for axis, node in enumerate(nodes)]
            expected = float(np.prod([len(one) for one in near])) * len(self._linked[measure])
            if expected >= NEARLY * len(whole):
                break
            if expected >= WIDER * before:
                yield self._domain(near, measure)
                before = expected
        yield whole

    def _below(self, axis: int, node: int, up: int) -> Ints:
        """A code's ancestor so many steps up (or the whole), with all that it consists of."""
        tree = self._cells.trees[axis]
        top = node
        for _ in range(up):
            top = max(int(tree.parent[top]), 0)
        if (axis, top) not in self._kept:
            self._kept[axis, top] = _near(tree, top)
        return self._kept[axis, top]

    def _domain(self, near: list[Ints], measure: int) -> Longs:
        """The cells of the near codes in all measures tied to this one, with the rests between them."""
        keys = np.zeros(1, dtype=np.int64)
        for nodes, step in zip(near, self._steps, strict=True):
            keys = (keys[:, None] + nodes.astype(np.int64)[None, :] * step).reshape(-1)
        count = len(self._cells.keys)
        at = np.searchsorted(self._cells.keys, keys)
        at[at == count] = 0
        cells = at[self._cells.keys[at] == keys]
        ids = (cells[None, :] + np.array(self._linked[measure])[:, None] * count).reshape(-1)
        if self._system.hidden.any():
            rests = self._rest[np.unique(_entries(self._system.by_column, ids))]
            ids = np.concatenate((ids, rests[rests >= 0]))
        ids = np.unique(ids)
        return np.asarray(ids[~self._system.fixed[ids]], dtype=np.int64)


def ball(system: System, open_: Bools, center: int, size: int) -> Longs:
    """The open unknowns nearest to one, step by step over the rows they share, until there are about so many."""
    seen = np.zeros(system.size, dtype=bool)
    walked = np.zeros(len(system.rows), dtype=bool)
    seen[center] = True
    edge, count = np.array([center]), 1
    while len(edge) and count < size:
        rows = _entries(system.by_column, edge)
        rows = np.unique(rows[~walked[rows]])
        walked[rows] = True
        edge = _entries(system.rows, rows)
        edge = np.unique(edge[open_[edge] & ~seen[edge]])[: 2 * size]
        seen[edge] = True
        count += len(edge)
    return np.flatnonzero(seen)


def _entries(rows: Rows, which: Longs) -> Longs:
    """The columns of some rows."""
    return np.asarray(rows.column[entries_of(rows, which)[0]])


def _linked(system: System) -> list[list[int]]:
    """For each measure, those that add up with it, itself among them."""
    names = [one.measure.name for one in system.cells.measures]
    groups = [{name} for name in names]
    for relation in [one for one in system.cells.spec.relations if not one.rest]:
        tied = {relation.total, *relation.parts}
        merged = set().union(tied, *(group for group in groups if group & tied))
        groups = [merged if group & tied else group for group in groups]
    return [[names.index(other) for other in sorted(group, key=names.index)] for group in groups]


def _near(tree: Tree, top: int) -> Ints:
    """A code with all that it consists of."""
    found = [np.array([top], dtype=np.int32)]
    layer = tree.children[top]
    while len(layer):
        found.append(layer)
        layer = np.concatenate([tree.children[one] for one in layer.tolist()])
    return np.sort(np.concatenate(found))
