"""Where to look first for a flow through a cell: the sub-table of its neighbours, then wider, then everywhere."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

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
        self._hidden = np.flatnonzero(system.hidden)
        self._everything = np.flatnonzero(~system.fixed)

    def around(self, unknown: int) -> Iterator[Longs]:
        """Domains from narrow to the whole."""
        nodes = self._cells.nodes[unknown % len(self._cells.keys)]
        near = [_near(tree, int(node)) for tree, node in zip(self._cells.trees, nodes, strict=True)]
        found = self._domain(near, unknown)
        if len(found) < NEARLY * len(self._everything):
            yield found
        yield self._everything

    def _domain(self, near: list[Ints], unknown: int) -> Longs:
        keys = np.zeros(1, dtype=np.int64)
        for nodes, step in zip(near, self._steps, strict=True):
            keys = (keys[:, None] + nodes.astype(np.int64)[None, :] * step).reshape(-1)
        count = len(self._cells.keys)
        at = np.searchsorted(self._cells.keys, keys)
        at[at == count] = 0
        cells = at[self._cells.keys[at] == keys]
        measure = unknown // count
        ids = np.sort(cells) + measure * count
        return np.asarray(ids[~self._system.fixed[ids]], dtype=np.int64)


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
