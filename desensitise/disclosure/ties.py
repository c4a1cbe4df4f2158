"""Before the search: unknowns that are equal whatever happens are one.

A group with a single member that is not known to all moves as that member does. Both are hidden or neither is, so the
search looks at one of them, which takes part in every other sum in place of all. In sparse tables that leaves a third
of the system; what is found holds for the whole, flow by flow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from desensitise.disclosure.flow import Flow
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.search import Pattern, Proof
from desensitise.disclosure.system import Rows, System
from desensitise.disclosure.table import Floats, Longs

WORTH = 0.03
"""Share of the sums that must have two open members for a look to be worth its time."""


@dataclass(frozen=True)
class Tied:
    """A system in which equal unknowns are one: ``system.fixed`` but for the finest of them, ``of`` names it."""

    whole: System
    system: System
    of: Longs

    def untied(self, pattern: Pattern) -> Pattern:
        """The pattern of the whole: every unknown is hidden, and proven, as the one that it equals."""
        whole = self.whole
        if self.system is whole:
            return pattern
        members = _members(self.of)
        flows: dict[int, tuple[Flow, Flow]] = {}

        def spread(flow: Flow) -> Flow:
            if id(flow) not in flows:
                flows[id(flow)] = flow, _spread(members, flow)
            return flows[id(flow)][1]

        made = Pattern(whole, pattern.suppressed[self.of] & ~whole.hidden & ~whole.fixed)
        made.guarded = pattern.guarded
        for unknown in np.flatnonzero(whole.sensitive).tolist():
            proof = pattern.proofs[int(self.of[unknown])]
            made.proofs[unknown] = Proof(spread(proof.up), spread(proof.down))
        made.insiders = {
            (one, owner): spread(flow)
            for (unknown, owner), flow in pattern.insiders.items()
            for one in members.column[members.start[unknown] : members.start[unknown + 1]].tolist()
            if whole.sensitive[one]
        }
        made.unguarded = list(pattern.unguarded)
        return made


def tied(system: System) -> Tied:
    """The system with equal unknowns joined; the same one where there are too few of them."""
    open_ = np.bincount(system.rows.of_entry, ~system.fixed[system.rows.column], len(system.rows))
    if np.count_nonzero(open_ == 2) < WORTH * system.size:
        return Tied(system, system, np.arange(system.size))
    of = np.arange(system.size)
    while len(pairs := _equal(system, of)):
        of = _joined(system, of, pairs)
    return Tied(system, _of_classes(system, of), of)


def _entries(system: System, of: Longs) -> tuple[Longs, Longs, Floats]:
    """Rows over what unknowns stand for, without what is known to all and what cancels out."""
    rows = system.rows
    kept = ~system.fixed[rows.column]
    key = rows.of_entry[kept] * system.size + of[rows.column[kept]]
    entries, at = np.unique(key, return_inverse=True)
    factor = np.bincount(at, rows.factor[kept], len(entries))
    entries, factor = entries[factor != 0], factor[factor != 0]
    return entries // system.size, entries % system.size, factor


def _equal(system: System, of: Longs) -> Longs:
    """Pairs that a sum of two says are equal and the same insider knows."""
    row, column, factor = _entries(system, of)
    first = np.flatnonzero(np.bincount(row, minlength=len(system.rows))[row] == 2)[::2]
    pairs = np.stack((column[first], column[first + 1]), axis=1)
    equal = (factor[first] == -factor[first + 1]) & (system.sole[pairs[:, 0]] == system.sole[pairs[:, 1]])
    return np.asarray(pairs[equal])


def _joined(system: System, of: Longs, pairs: Longs) -> Longs:
    """What each unknown stands for after some more are joined: the finest cell, so that neighbours are found."""
    cells = system.cells
    depth = np.sum([tree.level[cells.nodes[:, axis]] for axis, tree in enumerate(cells.trees)], axis=0)
    rank = np.full(system.size, -1)
    rank[: system.told] = np.tile(depth, len(cells.measures))[: system.told]
    up = of.copy()

    def root(at: int) -> int:
        while up[at] != at:
            at = int(up[at])
        return at

    for one, other in pairs.tolist():
        first, second = sorted((root(one), root(other)), key=lambda at: (-int(rank[at]), at))
        up[second] = first
    while not np.array_equal(up, up[up]):
        up = up[up]
    return np.asarray(up)


def _of_classes(system: System, of: Longs) -> System:
    """One unknown a class: all bounds, all needs and all costs of its members."""
    size = system.size

    def least(values: Floats) -> Floats:
        found = np.full(size, np.inf)
        np.minimum.at(found, of, values)
        return found[of]

    def some(flags: Bools) -> Bools:
        return np.asarray(np.bincount(of[flags], minlength=size)[of] > 0)

    sensitive, shown = some(system.sensitive), some(~system.hidden)
    useless = some((system.value == 0) & ~system.hidden & ~system.sensitive)
    row, column, factor = _entries(system, of)
    counts = np.bincount(row, minlength=len(system.rows))
    start = np.concatenate(([0], np.cumsum(counts[counts > 0]))).astype(np.int64)
    stands = of == np.arange(size)
    return replace(
        system,
        rows=Rows(start, column, factor),
        value=np.where(useless, 0.0, system.value),
        down=least(system.down),
        up=least(system.up),
        below=-least(-system.below),
        above=-least(-system.above),
        cost=np.bincount(of, system.cost, size)[of].astype(np.float64),
        sensitive=sensitive & stands,
        hidden=~shown & stands,
        fixed=system.fixed | ~stands,
    )


def _members(of: Longs) -> Rows:
    """The members of each class, as rows."""
    order = np.argsort(of, kind="stable")
    start = np.concatenate(([0], np.cumsum(np.bincount(of, minlength=len(of))))).astype(np.int64)
    return Rows(start, order, np.ones(len(of)))


def _spread(members: Rows, flow: Flow) -> Flow:
    counts = members.start[flow.at + 1] - members.start[flow.at]
    first = members.start[flow.at] - np.concatenate(([0], np.cumsum(counts)[:-1]))
    at = members.column[np.repeat(first, counts) + np.arange(int(counts.sum()))]
    order = np.argsort(at)
    return Flow(at[order], np.repeat(flow.amount, counts)[order])
