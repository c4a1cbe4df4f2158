"""The cheapest pattern there is, for small tables: integer programming with cuts (Fischetti and Salazar 2001).

The master programme chooses the cells to hide. For each sensitive cell the attacker's linear programme under that
choice either reaches the protection needed, or its dual prices give a cut: hidden cells weighted by what they would
add must come to the protection. Cuts are first gathered on the linear relaxation, then on whole choices, until none
is broken; the last choice is optimal.
"""

from __future__ import annotations

import highspy
import numpy as np

from desensitise.disclosure.flow import TOLERANCE, restricted, solver
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, Longs

ROUNDS = 400


class Exact:
    """A search for the optimum that can be given up: ``solve`` returns None after so many seconds of the solver."""

    def __init__(self, system: System, seconds: float, *, gap: float = 0.0) -> None:
        self._system, self._seconds = system, seconds
        self._domain = np.flatnonzero(~system.fixed)
        self._targets = np.flatnonzero(system.sensitive)
        self._free = system.hidden | system.sensitive
        self._usable = self._free | (system.value != 0)
        self._attack = _Priced(system, self._domain)
        self._master, self._choice = _master(system, self._domain, self._free, self._usable, gap)

    def solve(self) -> Bools | None:
        """What to hide; exact to the last cent."""
        chosen: Floats | None = None
        for whole in (False, True):
            if whole:
                self._master.changeColsIntegrality(
                    len(self._domain),
                    np.arange(len(self._domain), dtype=np.int32),
                    np.full(len(self._domain), highspy.HighsVarType.kInteger),
                )
            for _ in range(ROUNDS):
                chosen = self._chosen(whole=whole)
                if chosen is None:
                    return None
                if not self._cut(chosen, whole=whole):
                    break
            else:
                return None
        suppressed = np.zeros(self._system.size, dtype=bool)
        if chosen is not None:
            suppressed[self._domain[chosen > 0.5]] = True
        return suppressed & ~self._system.hidden

    def _chosen(self, *, whole: bool) -> Floats | None:
        left = self._seconds - self._master.getRunTime()
        if left <= 0:
            return None
        self._master.run()
        if self._master.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        found = np.asarray(self._master.getSolution().col_value)
        return np.round(found) if whole else np.clip(found, 0.0, 1.0)

    def _cut(self, chosen: Floats, *, whole: bool) -> int:
        """Add the cuts that a choice breaks; how many there were."""
        cuts = 0
        self._attack.choose(chosen)
        for target in self._targets.tolist():
            for up, need in ((True, self._system.above[target]), (False, self._system.below[target])):
                if need <= 0:
                    continue
                reached, weights = self._attack.furthest(target, up=up)
                if reached >= need * (1 - (TOLERANCE if whole else 1e-3)):
                    continue
                weights = np.minimum(weights, need) / need
                weights[np.searchsorted(self._domain, target)] = 0.0
                kept = np.flatnonzero(weights > 1e-7)
                self._master.addRow(1.0, np.inf, len(kept), kept.astype(np.int32), weights[kept])
                cuts += 1
        return cuts


def _master(system: System, domain: Longs, free: Bools, usable: Bools, gap: float) -> tuple[highspy.Highs, Longs]:
    master = highspy.Highs()  # type: ignore[no-untyped-call]
    master.silent()
    master.setOptionValue("threads", 1)
    master.setOptionValue("mip_rel_gap", gap)
    master.setOptionValue("random_seed", 1)
    cost = np.where(free, 0.0, system.cost)[domain]
    scale = float(cost.max(initial=1.0)) / 1e4
    for price, lower, upper in zip(
        (cost / scale).tolist(), free[domain].astype(float).tolist(), usable[domain].astype(float).tolist(), strict=True
    ):
        master.addCol(price, lower, upper, 0, np.zeros(0, dtype=np.int32), np.zeros(0))
    return master, domain


class _Priced:
    """The attacker's programme over all unknowns, with the dual price of every bound."""

    def __init__(self, system: System, domain: Longs) -> None:
        self._domain = domain
        row, column, factor, count = restricted(system.by_column, domain)
        self._unit = max(1.0, float(np.median(system.above[system.sensitive])) if system.sensitive.any() else 1.0)
        far = 10 * float(np.abs(system.value).sum() + system.above.sum())
        self._down = np.minimum(system.down[domain], far) / self._unit
        self._up = np.minimum(system.up[domain], far) / self._unit
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(domain), count
        model.col_cost_ = np.zeros(len(domain))
        model.col_lower_, model.col_upper_ = -self._down, self._up
        model.row_lower_, model.row_upper_ = np.zeros(count), np.zeros(count)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        starts = np.concatenate(([0], np.cumsum(np.bincount(column, minlength=len(domain)))))
        model.a_matrix_.start_ = starts.astype(np.int32)
        model.a_matrix_.index_ = row.astype(np.int32)
        model.a_matrix_.value_ = factor
        self._highs = solver()
        self._highs.passModel(model)
        self._highs.setOptionValue("simplex_strategy", 4)

    def choose(self, chosen: Floats) -> None:
        columns = np.arange(len(self._domain), dtype=np.int32)
        self._highs.changeColsBounds(len(columns), columns, -self._down * chosen, self._up * chosen)

    def furthest(self, target: int, *, up: bool) -> tuple[float, Floats]:
        """How far the target can move, and what each unknown would add if it were hidden whole."""
        at = int(np.searchsorted(self._domain, target))
        self._highs.changeColCost(at, -1.0 if up else 1.0)
        self._highs.run()
        price = np.asarray(self._highs.getSolution().col_dual)
        reached = abs(self._highs.getInfo().objective_function_value) * self._unit
        self._highs.changeColCost(at, 0.0)
        price[np.abs(price) < 1e-7] = 0.0
        weights = np.where(price < 0, -price * self._up, price * self._down) * self._unit
        return reached, weights


def optimum(system: System, seconds: float, *, gap: float = 0.0) -> Bools | None:
    """The cheapest pattern, or None where it is not found within so many seconds."""
    return Exact(system, seconds, gap=gap).solve()
