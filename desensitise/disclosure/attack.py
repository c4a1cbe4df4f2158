"""The attacker's linear programme over one component of hidden cells: how far each can move, exactly.

Sums and what is known beforehand bound every cell from outside (bound propagation); each solution that the solver
finds bounds all cells from inside. Where the two meet, the interval is known; only the others are solved one by one,
each from the solution before it.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np

from desensitise.disclosure.flow import solver
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.reduce import Reduced, reduced
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, Longs

FAR = 1000.0
"""An interval this many times the largest figure of its component is as good as unbounded, and is told so wide."""
MEET = 1e-7
"""Of a bound: how near a solution must come to have reached it."""
DRAWS = 24
"""Solutions in random directions before single cells are asked about."""
ROUNDS = 50
SHARED = 400
"""Classes from which a component is shared out to several threads."""


@dataclass(frozen=True, slots=True)
class Share:
    """A component, reduced, and which of its classes to solve: those from ``start`` on in steps of ``step``."""

    group: Longs
    reduced: Reduced
    unit: float
    far: float
    start: int
    step: int


def shares(system: System, group: Longs, cores: int = 2) -> list[Share]:
    """The component's work, cut up where it is large."""
    needs = system.above[group]
    unit = max(1.0, float(np.median(needs[needs > 0])) if (needs > 0).any() else 1.0)
    far = FAR * float(np.max(np.abs(system.value[group]) + needs, initial=1.0))
    small = reduced(system, group)
    count = cores if len(small.down) >= SHARED else 1
    return [Share(group, small, unit, far, at, count) for at in range(count)]


def furthest(share: Share) -> tuple[Longs, Floats, Floats, int]:
    """The group, how far each of its unknowns can go below and above its value, and how many programmes that took."""
    small = share.reduced
    if not len(small.down):
        return share.group, np.zeros(len(share.group)), np.zeros(len(share.group)), 0
    reach = _Reach(share)
    reach.draw()
    reach.settle()
    low, high = np.append(-reach.low, 0.0)[small.of], np.append(reach.high, 0.0)[small.of]
    turned, size = small.factor < 0, np.abs(small.factor)
    below, above = np.where(turned, high, low) * size, np.where(turned, low, high) * size
    return share.group, below, above, reach.programmes


def outer(small: Reduced, far: float) -> tuple[Floats, Floats]:
    """Bounds that nobody can exceed: each row leaves a class no more than the others in it can give."""
    low, high = -np.minimum(small.down, far), np.minimum(small.up, far)
    row, column, factor = small.row, small.column, small.entry
    for _ in range(ROUNDS):
        least = np.where(factor > 0, factor * low[column], factor * high[column])
        most = np.where(factor > 0, factor * high[column], factor * low[column])
        least = np.bincount(row, least, small.rows)[row] - least
        most = np.bincount(row, most, small.rows)[row] - most
        fresh_low, fresh_high = low.copy(), high.copy()
        np.maximum.at(fresh_low, column, np.where(factor > 0, -most, -least) / factor)
        np.minimum.at(fresh_high, column, np.where(factor > 0, -least, -most) / factor)
        change = max(float((fresh_low - low).max()), float((high - fresh_high).max()))
        low, high = np.minimum(fresh_low, 0.0), np.maximum(fresh_high, 0.0)
        if change <= MEET * far:
            break
    return low, high


class _Reach:
    """What is known of every class: bounds from outside, the farthest solution seen, and the solver to see more."""

    def __init__(self, share: Share) -> None:
        self._small, self._unit = share.reduced, share.unit
        size = len(self._small.down)
        self._least, self._most = outer(self._small, share.far)
        self.low, self.high = np.zeros(size), np.zeros(size)
        self._mine: Bools = np.arange(size) % share.step == share.start
        self._columns = np.arange(size, dtype=np.int32)
        self._draw = np.random.default_rng(5)
        self.programmes = 0
        self._highs = solver()
        # Only the aim changes from one programme to the next, which leaves the primal solution feasible.
        self._highs.setOptionValue("simplex_strategy", 4)
        self._highs.setOptionValue("primal_simplex_bound_perturbation_multiplier", 0.0)
        self._highs.passModel(self._model())

    def draw(self) -> None:
        """Solutions in random directions, which take many classes to their ends at once."""
        width = np.maximum(self._most - self._least, 1e-9) / self._unit
        for _ in range(DRAWS if len(width) > DRAWS else 0):
            rising, falling = self._open()
            if not (rising.any() or falling.any()):
                break
            half = self._draw.random((2, len(width))) < 0.5
            aim = (rising & half[0]).astype(float) - (falling & half[1])
            self._highs.changeColsCost(len(width), self._columns, -aim / width)
            self._solved()
        self._highs.changeColsCost(len(width), self._columns, np.zeros(len(width)))

    def settle(self) -> None:
        """Solve for every side that no solution has taken to its outer bound.

        A programme that cannot be solved leaves what solutions before it have shown, which errs on the safe side.
        """
        for side, sign in ((0, -1.0), (1, 1.0)):
            for at in np.flatnonzero(self._open()[side]).tolist():
                if self._open()[side][at]:
                    self._highs.changeColCost(at, sign)
                    self._solved()
                    self._highs.changeColCost(at, 0.0)

    def _open(self) -> tuple[Bools, Bools]:
        # Each side by its own size: one without an end would swallow the other.
        rising, falling = (side * (1.0 - MEET) - MEET for side in (self._most, -self._least))
        return self._mine & (self.high < rising), self._mine & (-self.low < falling)

    def _solved(self) -> None:
        """Run the solver and note how far its solution takes everybody."""
        self.programmes += 1
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            # The other simplex, from the beginning: it settles what the first could not.
            self._highs.clearSolver()
            self._highs.setOptionValue("simplex_strategy", 1)
            self._highs.run()
            self._highs.setOptionValue("simplex_strategy", 4)
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return
        moved = np.asarray(self._highs.getSolution().col_value) * self._unit
        np.maximum(self.high, np.minimum(moved, self._most), out=self.high)
        np.minimum(self.low, np.maximum(moved, self._least), out=self.low)

    def _model(self) -> highspy.HighsLp:
        small = self._small
        size = len(small.down)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = size, small.rows
        model.col_cost_ = np.zeros(size)
        model.col_lower_, model.col_upper_ = self._least / self._unit, self._most / self._unit
        model.row_lower_, model.row_upper_ = np.zeros(small.rows), np.zeros(small.rows)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        starts = np.concatenate(([0], np.cumsum(np.bincount(small.row, minlength=small.rows))))
        model.a_matrix_.start_ = starts.astype(np.int32)
        model.a_matrix_.index_ = small.column.astype(np.int32)
        model.a_matrix_.value_ = small.entry
        return model
