"""Flows of earlier releases go on into the new edition without any programme, where its figures let them.

A flow that moves the last edition's figure of a changed cell has two plain ways on: the change takes the movement up,
so that the new figure stays (and no later edition meets the flow again), or the new figure moves along. Both are
worked out for all flows at once; what breaks a sum or moves what is known is no way, and is sought by a programme.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from desensitise.disclosure.flow import TOLERANCE, Flow, entries_of
from desensitise.disclosure.history.joint import Joint
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Cells, Floats, Longs


@dataclass(frozen=True, slots=True)
class Moves:
    """Many flows at once: flow ``of[i]`` moves the unknown ``at[i]`` by ``amount[i]``; by flow, then by unknown."""

    of: Longs
    at: Longs
    amount: Floats
    count: int

    def flows(self, empty: Bools) -> list[Flow]:
        """One by one; those that are ``empty`` move nothing."""
        cuts = np.searchsorted(self.of, np.arange(self.count + 1)).tolist()
        nothing = Flow(np.zeros(0, dtype=np.int64), np.zeros(0))
        return [
            nothing if no else Flow(self.at[start:stop], self.amount[start:stop])
            for start, stop, no in zip(cuts[:-1], cuts[1:], empty.tolist(), strict=True)
        ]

    def only(self, which: Bools) -> Moves:
        """Some of the flows; the others move nothing."""
        kept = which[self.of]
        return Moves(self.of[kept], self.at[kept], self.amount[kept], self.count)


def merged(of: Longs, at: Longs, amount: Floats, count: int, size: int) -> tuple[Moves, Bools]:
    """The moves with each place once, and which flows contradict themselves: move one unknown by two amounts."""
    keys, place = np.unique(of * size + at, return_inverse=True)
    least, most = np.full(len(keys), np.inf), np.full(len(keys), -np.inf)
    np.minimum.at(least, place, amount)
    np.maximum.at(most, place, amount)
    torn = np.zeros(count, dtype=bool)
    torn[keys[most - least > TOLERANCE * np.maximum(1.0, np.abs(most))] // size] = True
    return Moves(keys // size, keys % size, (least + most) / 2, count), torn


def left(system: System, moves: Moves) -> tuple[Longs, Longs, Floats]:
    """What flows leave of the sums that they touch: flow, row, and by how much it breaks."""
    columns = system.by_column
    entry, counts = entries_of(columns, moves.at)
    keys, place = np.unique(np.repeat(moves.of, counts) * len(system.rows) + columns.column[entry], return_inverse=True)
    sums = np.bincount(place, columns.factor[entry] * np.repeat(moves.amount, counts), len(keys))
    return keys // len(system.rows), keys % len(system.rows), sums.astype(np.float64)


def broken(system: System, moves: Moves) -> Bools:
    """Which flows break a sum."""
    of, _, sums = left(system, moves)
    found = np.zeros(moves.count, dtype=bool)
    found[of[np.abs(sums) > TOLERANCE]] = True
    return found


def onwards(joint: Joint, moves: Moves, edition: int) -> list[list[Flow]]:
    """For each flow its ways on into the new edition, one that ends there first."""
    system = joint.system
    found: list[list[Flow]] = [[] for _ in range(moves.count)]
    rest, row, factor = _rests(system)
    for steps in _steps(joint, edition):
        made, wrong = merged(*_followed(moves, steps), moves.count, system.size)
        made, torn = spread(system, made.only(~wrong))
        wrong |= torn
        of, broke, sums = left(system, made)
        mended = np.isin(broke, row) & (np.abs(sums) > TOLERANCE * 1e-3)
        which = np.searchsorted(row, broke[mended])
        made = _with(made, of[mended], rest[which], -sums[mended] / factor[which], system.size)
        wrong |= broken(system, made)
        wrong[made.of[system.fixed[made.at]]] = True
        for ways, flow in zip(found, made.flows(wrong), strict=True):
            if len(flow.at):
                ways.append(flow)
    return found


def spread(system: System, moves: Moves) -> tuple[Moves, Bools]:
    """The moves with all that a sum of two ties to them, and which flows that tears apart."""
    steps, torn = _pairs(system), np.zeros(moves.count, dtype=bool)
    while True:
        made, wrong = merged(*_followed(moves, steps), moves.count, system.size)
        torn |= wrong
        made = made.only(~torn)
        if len(made.at) <= len(moves.at):
            return made, torn
        moves = made


def _pairs(system: System) -> tuple[Longs, Longs, Floats]:
    """Unknowns that a sum leaves alone with each other, both ways round. By the first."""
    rows = system.rows
    kept = np.flatnonzero(~system.fixed[rows.column])
    row = rows.of_entry[kept]
    first = kept[np.bincount(row, minlength=len(rows))[row] == 2][::2]
    second = kept[np.bincount(row, minlength=len(rows))[row] == 2][1::2]
    one, other = (np.concatenate(pair) for pair in ((first, second), (second, first)))
    order = np.lexsort((rows.column[other], rows.column[one]))
    one, other = one[order], other[order]
    return rows.column[one], rows.column[other], -rows.factor[one] / rows.factor[other]


def _with(moves: Moves, of: Longs, at: Longs, amount: Floats, size: int) -> Moves:
    """The moves and these on top."""
    keys = np.concatenate((moves.of * size + moves.at, of * size + at))
    keys, place = np.unique(keys, return_inverse=True)
    sums = np.bincount(place, np.concatenate((moves.amount, amount)), len(keys))
    return replace(moves, of=keys // size, at=keys % size, amount=sums.astype(np.float64))


def _followed(moves: Moves, steps: tuple[Longs, Longs, Floats]) -> tuple[Longs, Longs, Floats]:
    """The moves with what each step adds: where an unknown of ``begin`` moves, that of ``end`` does, times so much."""
    begin, end, times = steps
    first = np.searchsorted(begin, moves.at)
    counts = np.searchsorted(begin, moves.at, side="right") - first
    mine = np.repeat(np.arange(len(moves.at)), counts)
    step = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts - first, counts)
    return (
        np.concatenate((moves.of, moves.of[mine])),
        np.concatenate((moves.at, end[step])),
        np.concatenate((moves.amount, moves.amount[mine] * times[step])),
    )


def _steps(joint: Joint, edition: int) -> list[tuple[Longs, Longs, Floats]]:
    """From each of the last edition's unknowns that changed: to the change, and to the new figure. By the first."""
    system, root, factor = joint.system, joint.root, joint.factor
    before = _at(system.cells, edition, f"={edition - 1}")
    now, change = (_at(system.cells, edition, f"{sign}{edition}") for sign in "=+")
    changed = (before >= 0) & (now >= 0) & (root[before] != root[now]) & ~system.fixed[root[before]]
    found = []
    for end, sign in ((change, -1.0), (now, 1.0)):
        some = changed & (end >= 0)
        pairs = np.stack((root[before], root[end]), axis=1)[some]
        times = (sign * factor[before] / factor[end])[some]
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        found.append((pairs[order, 0], pairs[order, 1], times[order]))
    return found


def _at(cells: Cells, edition: int, code: str) -> Longs:
    """The unknowns at a place of the chain, for each cell of the new edition and measure; -1 where there is none."""
    tree, count = cells.trees[-1], len(cells.keys)
    here = np.flatnonzero(cells.nodes[:, -1] == tree.index[f"={edition}"])
    node = tree.index.get(code, -1)
    # The chain of editions is the last dimension, whose steps are of one.
    keys = cells.keys[here] - cells.nodes[here, -1] + node
    at = np.minimum(np.searchsorted(cells.keys, keys), count - 1)
    found = np.where((cells.keys[at] == keys) & (node >= 0), at, -1)
    return np.concatenate([np.where(found >= 0, found + one * count, -1) for one in range(len(cells.measures))])


def _rests(system: System) -> tuple[Longs, Longs, Floats]:
    """Unknowns that stand in one sum alone (rests, differences), which take up what it lacks: unknown, row, factor."""
    columns = system.by_column
    single = np.flatnonzero(np.diff(columns.start)[system.told :] == 1) + system.told
    single = single[~system.fixed[single]]
    entry = columns.start[single]
    row, factor = columns.column[entry], columns.factor[entry]
    row, once = np.unique(row, return_index=True)
    return single[once], row, factor[once]
