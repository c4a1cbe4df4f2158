"""The generalisation that keeps a promise and loses least: best-first through the lattice of levels, with a bound.

A node of the lattice is one level for each quasi-identifier. What a node loses by its labels alone can be added up
without looking at classes, never falls on the way up, and bounds what the node loses with suppression. Nodes are
opened in the order of that bound; when it reaches the best loss found, nothing better is left. The answer is the
optimum, which a property test compares with trying every node.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.errors import DeclarationError
from catalog.model import RecordRisk
from desensitise.records.classes import COUNT, Ints, Survey, codes, numbered
from desensitise.records.hierarchy import Hierarchy, hierarchy_of
from desensitise.records.measure import SLACK, is_ordered
from desensitise.records.spread import Cells, closeness, distinct, entropy

MOST_NODES = 20_000
Bools = npt.NDArray[np.bool_]
Levels = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The best node: its levels, which combinations of the survey are suppressed, and what is lost (0 to 1)."""

    levels: Levels
    suppressed: Bools
    rows_suppressed: int
    loss: float
    opened: int


class Lattice:
    """A survey with its hierarchies, ready for nodes to be tried."""

    def __init__(self, survey: Survey, steps: dict[str, tuple[str, ...]], promise: RecordRisk) -> None:
        self.promise = promise
        self.count = survey.table[COUNT].to_numpy().astype(np.int64)
        self.rows = int(self.count.sum())
        self.hierarchies: list[Hierarchy] = []
        self.at: list[Ints] = []
        for name in survey.quasi:
            at, values = codes(survey.table[name])
            self.at.append(at)
            self.hierarchies.append(hierarchy_of(name, values, steps.get(name, ())))
        self.sensitive = [
            (*codes(survey.table[name]), is_ordered(survey.table[name].dtype)) for name in survey.sensitive
        ]
        nodes = int(np.prod([one.levels for one in self.hierarchies]))
        if nodes > MOST_NODES:
            raise DeclarationError(
                f"The declared hierarchies have {nodes} combinations of levels, more than {MOST_NODES}.",
                left="Nothing was released.",
                todo="Declare fewer steps or fewer quasi-identifiers.",
            )
        # What a row loses at each level of each column, on average over the columns.
        share = 1 / max(1, len(self.hierarchies))
        self.lost = [
            [one.loss[level][at] * share for level in range(one.levels)]
            for one, at in zip(self.hierarchies, self.at, strict=True)
        ]
        self.bounds = [[float(loss @ self.count) for loss in levels] for levels in self.lost]

    def bound(self, node: Levels) -> float:
        """What the labels of a node lose, over all rows."""
        return sum(levels[level] for levels, level in zip(self.bounds, node, strict=True))

    def classes(self, node: Levels) -> tuple[Ints, int]:
        """The class of each combination at a node, and how many classes there are."""
        columns = [h.codes[level][at] for h, level, at in zip(self.hierarchies, node, self.at, strict=True)]
        sizes = [int(column.max()) + 1 if len(column) else 1 for column in columns]
        return numbered(columns, sizes)

    def failing(self, node: Levels) -> Bools:
        """Combinations whose class does not keep the promise at a node."""
        group, groups = self.classes(node)
        size = np.bincount(group, weights=self.count, minlength=groups)
        bad: Bools = size < self.promise.k
        cells = [Cells.of(group, at, self.count, groups, len(values)) for at, values, _ in self.sensitive]
        for one in cells:
            mixed = entropy(one) if self.promise.entropy else distinct(one)
            bad |= mixed < self.promise.l - SLACK
        if self.promise.t is not None:
            bad = self._far(cells, bad)
        return bad[group]

    def _far(self, cells: list[Cells], bad: Bools) -> Bools:
        """Also the classes too far from what is left; leaving rows out changes the whole, so it is asked again."""
        limit = (self.promise.t or 0.0) + SLACK
        while True:
            more = bad.copy()
            for one, (_, _, ordered) in zip(cells, self.sensitive, strict=True):
                left = one.without(bad)
                if len(left.group):
                    more[np.unique(left.group)] |= closeness(_only(left), ordered=ordered) > limit
            if (more == bad).all():
                return bad
            bad = more

    def loss(self, node: Levels, suppressed: Bools) -> float:
        """What a node loses with suppression, over all rows: a suppressed row is lost whole."""
        each = sum(levels[level] for levels, level in zip(self.lost, node, strict=True))
        return float(np.where(suppressed, 1.0, each) @ self.count)


def _only(cells: Cells) -> Cells:
    """The same cells with classes and values numbered without gaps: values that are gone are no steps."""
    groups, group = np.unique(cells.group, return_inverse=True)
    values, value = np.unique(cells.value, return_inverse=True)
    return Cells(group.astype(np.int64), value.astype(np.int64), cells.count, len(groups), len(values))


def search(survey: Survey, steps: dict[str, tuple[str, ...]], promise: RecordRisk) -> Found | None:
    """The node that keeps the promise at the least loss, or None where none does within the declared suppression."""
    lattice = Lattice(survey, steps, promise)
    if lattice.rows == 0:
        return Found((0,) * len(survey.quasi), np.zeros(0, bool), 0, 0.0, 0)
    start: Levels = (0,) * len(lattice.hierarchies)
    waiting, met = [(lattice.bound(start), start)], {start}
    best: Found | None = None
    opened = 0
    while waiting:
        bound, node = heapq.heappop(waiting)
        if best is not None and bound >= best.loss * lattice.rows:
            break
        opened += 1
        best = _better(lattice, node, best)
        for column, one in enumerate(lattice.hierarchies):
            above = (*node[:column], node[column] + 1, *node[column + 1 :])
            if above[column] < one.levels and above not in met:
                met.add(above)
                heapq.heappush(waiting, (lattice.bound(above), above))
    if best is None:
        return None
    return Found(best.levels, best.suppressed, best.rows_suppressed, best.loss, opened)


def _better(lattice: Lattice, node: Levels, best: Found | None) -> Found | None:
    suppressed = lattice.failing(node)
    rows = int(lattice.count[suppressed].sum())
    if rows * 100 > lattice.promise.most_suppressed * lattice.rows:
        return best
    loss = lattice.loss(node, suppressed) / lattice.rows
    if best is not None and loss >= best.loss:
        return best
    return Found(node, suppressed, rows, loss, 0)
