"""Where to look first for a flow through a cell: the sub-table of its neighbours, then everything tied to it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from desensitise.disclosure.audit import components
from desensitise.disclosure.hierarchy import Ints, Tree
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Longs, strides

NEARLY = 0.7
"""A neighbourhood larger than this share of all unknowns is not worth a search of its own."""


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
        rest = system.hidden[system.rows.column]
        self._rest = np.full(len(system.rows), -1, dtype=np.int64)
        self._rest[system.rows.of_entry[rest]] = system.rows.column[rest]

    def around(self, unknown: int) -> Iterator[Longs]:
        """Domains from narrow to the whole."""
        whole = np.sort(self._parts[int(self._part[unknown])])
        nodes = self._cells.nodes[unknown % len(self._cells.keys)]
        near = [_near(tree, int(node)) for tree, node in zip(self._cells.trees, nodes, strict=True)]
        measure = unknown // len(self._cells.keys)
        found = self._domain(near, measure)
        if len(found) < NEARLY * len(whole):
            yield found
        everywhere = self._domain([np.arange(len(tree.codes), dtype=np.int32) for tree in self._cells.trees], measure)
        if len(found) < NEARLY * len(everywhere) < NEARLY * NEARLY * len(whole):
            yield everywhere
        yield whole

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
        columns = self._system.by_column
        rows = np.concatenate([columns.column[columns.start[one] : columns.start[one + 1]] for one in ids.tolist()])
        rests = self._rest[np.unique(rows)] if len(rows) else rows
        ids = np.unique(np.concatenate((ids, rests[rests >= 0])))
        return np.asarray(ids[~self._system.fixed[ids]], dtype=np.int64)


def _linked(system: System) -> list[list[int]]:
    """For each measure, those that add up with it, itself among them."""
    names = [one.measure.name for one in system.cells.measures]
    groups = [{name} for name in names]
    for relation in [one for one in system.cells.spec.relations if not one.rest]:
        tied = {relation.total, *relation.parts}
        merged = set().union(tied, *(group for group in groups if group & tied))
        groups = [merged if group & tied else group for group in groups]
    return [[names.index(other) for other in sorted(group, key=names.index)] for group in groups]


def _near(tree: Tree, node: int) -> Ints:
    """A code's parent and siblings, with all that these consist of."""
    top = int(tree.parent[node])
    if top < 0:
        top = node
    found = [np.array([top], dtype=np.int32)]
    layer = tree.children[top]
    while len(layer):
        found.append(layer)
        layer = np.concatenate([tree.children[one] for one in layer.tolist()])
    return np.sort(np.concatenate(found))
