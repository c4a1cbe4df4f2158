"""What an attacker can work out: the feasible interval of every hidden cell, by linear programming over all rows.

Only hidden cells can move, so the system falls apart into components that are solved one by one; within one, each
linear programme starts from the solution before it. ``audit`` is run on every release, and one violation blocks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import highspy
import numpy as np

from desensitise.disclosure.flow import TOLERANCE, solver
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.reduce import reduced
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, Longs

FAR = 1000.0
"""An interval this many times the largest figure of its component is as good as unbounded, and is told so wide."""


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
    """The interval of every suppressed cell, each side by its own linear programme."""
    below, above = np.zeros(system.size), np.zeros(system.size)
    open_ = (suppressed | system.hidden) & ~system.fixed
    groups, solved = components(system, open_), 0
    for done, group in enumerate(groups, start=1):
        wanted = group[~system.hidden[group]]
        if len(wanted):
            attack = Attack(system, group)
            for unknown, low, high in attack.bounds(wanted):
                below[unknown], above[unknown] = low, high
            solved += attack.programmes
        if step is not None:
            step(done, len(groups))
    return Intervals(below, above, solved)


class Attack:
    """The attacker's linear programme over one component, its unknowns taken together in classes."""

    def __init__(self, system: System, group: Longs) -> None:
        self._group = group
        self.reduced = reduced(system, group)
        needs = system.above[group]
        self._unit = max(1.0, float(np.median(needs[needs > 0])) if (needs > 0).any() else 1.0)
        self._far = FAR * float(np.max(np.abs(system.value[group]) + needs, initial=1.0))
        self._highs = solver()
        # Only the aim changes from one programme to the next, which leaves the primal solution feasible.
        self._highs.setOptionValue("simplex_strategy", 4)
        self._highs.setOptionValue("primal_simplex_bound_perturbation_multiplier", 0.0)
        self._highs.passModel(self._model())

    def _model(self) -> highspy.HighsLp:
        small = self.reduced
        size = len(small.down)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = size, small.rows
        model.col_cost_ = np.zeros(size)
        model.col_lower_ = -np.minimum(small.down, self._far) / self._unit
        model.col_upper_ = np.minimum(small.up, self._far) / self._unit
        model.row_lower_, model.row_upper_ = np.zeros(small.rows), np.zeros(small.rows)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.concatenate(([0], np.cumsum(np.bincount(small.row, minlength=small.rows)))).astype(
            np.int32
        )
        model.a_matrix_.index_ = small.column.astype(np.int32)
        model.a_matrix_.value_ = small.entry
        return model

    def bounds(self, wanted: Longs) -> Iterator[tuple[int, float, float]]:
        """(unknown, how far down, how far up) for each unknown asked for; classes are solved once."""
        known: dict[int, tuple[float, float]] = {-1: (0.0, 0.0)}
        at = np.searchsorted(self._group, wanted)
        for unknown, position in zip(wanted.tolist(), at.tolist(), strict=True):
            of, factor = int(self.reduced.of[position]), float(self.reduced.factor[position])
            if of not in known:
                known[of] = self._furthest(of, 1.0), self._furthest(of, -1.0)
            low, high = known[of]
            yield (unknown, low * factor, high * factor) if factor > 0 else (unknown, -high * factor, -low * factor)

    @property
    def programmes(self) -> int:
        """Linear programmes that all bounds take."""
        return 2 * len(self.reduced.down)

    def _furthest(self, position: int, sign: float) -> float:
        self._highs.changeColCost(position, sign)
        self._highs.run()
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            # The other simplex, from the beginning: it settles what the first could not.
            self._highs.clearSolver()
            self._highs.setOptionValue("simplex_strategy", 1)
            self._highs.run()
            self._highs.setOptionValue("simplex_strategy", 4)
            status = self._highs.getModelStatus()
        reached = abs(self._highs.getInfo().objective_function_value) * self._unit
        self._highs.changeColCost(position, 0.0)
        # What cannot be solved is not proven: it counts as exactly known, and blocks.
        return reached if status == highspy.HighsModelStatus.kOptimal else 0.0
