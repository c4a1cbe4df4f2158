"""Movements of hidden cells that change no published figure, found by linear programming (HiGHS).

A flow is a vector over the unknowns of a system that every row maps to nought and that leaves published cells alone:
the table could as well be ``value + flow``. A flow that moves a sensitive cell far enough up, and one that moves it
down, prove that it is protected (Kelly, Golden and Assad 1992; Castro 2012).
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np

from desensitise.disclosure.primary import Bools
from desensitise.disclosure.system import Rows, System
from desensitise.disclosure.table import Floats, Longs

TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Flow:
    """``amount`` by which the unknowns ``at`` (rising) move; all others stay."""

    at: Longs
    amount: Floats

    def scaled(self, factor: float) -> Flow:
        return Flow(self.at, self.amount * factor)

    def of(self, unknown: int) -> float:
        """How far the flow moves an unknown."""
        place = int(self.at.searchsorted(unknown))
        return float(self.amount[place]) if place < len(self.at) and self.at[place] == unknown else 0.0


def solver() -> highspy.Highs:
    """A quiet, single-threaded simplex solver, the same from run to run."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.silent()
    for option, setting in (
        ("threads", 1),
        ("presolve", "off"),
        ("solver", "simplex"),
        ("random_seed", 1),
        ("simplex_scale_strategy", 0),
    ):
        highs.setOptionValue(option, setting)
    return highs


def entries_of(rows: Rows, which: Longs) -> tuple[Longs, Longs]:
    """The positions of the entries of some rows (or columns), one after the other, and how many each has."""
    counts = rows.start[which + 1] - rows.start[which]
    entry = np.repeat(rows.start[which] - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
    return entry + np.arange(int(counts.sum())), counts


def restricted(by_column: Rows, domain: Longs) -> tuple[Longs, Longs, Floats, int]:
    """The rows' entries within some columns: row, position in ``domain``, factor; rows are numbered anew."""
    entry, counts = entries_of(by_column, domain)
    touched, row = np.unique(by_column.column[entry], return_inverse=True)
    return row, np.repeat(np.arange(len(domain)), counts), by_column.factor[entry], len(touched)


def two_sided(highs: highspy.Highs, entries: tuple[Longs, Longs, Floats, int], size: int) -> None:
    """Pass the programme over ``size`` unknowns with a column for the rise of each, then one for the fall of each.

    ``entries`` are as ``restricted`` gives them. Costs and bounds of columns are nought until they are set.
    """
    row, column, factor, count = entries
    starts = np.concatenate(([0], np.cumsum(np.bincount(column, minlength=size))))
    none, free = np.zeros(2 * size), np.zeros(count)
    highs.passModel(
        2 * size,
        count,
        2 * len(row),
        int(highspy.MatrixFormat.kColwise),
        int(highspy.ObjSense.kMinimize),
        0.0,
        *(none, none, none, free, free),
        np.concatenate((starts, starts[1:] + starts[-1])).astype(np.int32),
        np.concatenate((row, row)).astype(np.int32),
        np.concatenate((factor, -factor)),
        np.zeros(2 * size, dtype=np.int32),
    )


class CheapestFlow:
    """Finds the cheapest flow through a sensitive cell, within a domain of the system's unknowns.

    Amounts are given to the solver as multiples of the protection needed, so tolerances mean the same everywhere.
    """

    def __init__(self, system: System, domain: Longs, highs: highspy.Highs | None = None) -> None:
        """``highs`` is a solver that nobody else needs any more; making one takes as long as a small programme."""
        self._system = system
        self.domain = domain
        self._highs = highs or solver()
        size = len(domain)
        two_sided(self._highs, restricted(system.by_column, domain), size)
        self._columns = np.arange(2 * size, dtype=np.int32)

    def find(
        self, target: int, need: float, open_: Bools, price: Floats, *, both: bool, up: bool = True
    ) -> Flow | None:
        """The cheapest flow that moves ``target`` by ``need``; None where there is none.

        ``open_`` unknowns may move, ``price`` is what hiding each costs (nought where it is hidden already). ``both``
        asks for a flow that can be turned round; otherwise ``up`` says which way the target goes.
        """
        system, domain = self._system, self.domain
        sign = 1.0 if up else -1.0
        rise, fall = (system.up[domain], system.down[domain]) if up else (system.down[domain], system.up[domain])
        if both:
            rise = fall = np.minimum(rise, fall)
        may = open_[domain]
        upper = np.concatenate((np.where(may, rise, 0.0), np.where(may, fall, 0.0))) / need
        lower = np.zeros_like(upper)
        at = int(np.searchsorted(domain, target))
        if rise[at] < need * (1 - TOLERANCE):
            return None
        lower[at] = upper[at] = 1.0
        upper[at + len(domain)] = 0.0
        reach = np.maximum(np.minimum(np.where(np.isinf(rise), need, rise), need), 1e-9)
        cost = price[domain] * need / reach
        cost = cost / max(float(cost.max(initial=0.0)), 1e-9) * 1e4
        self._highs.changeColsBounds(len(upper), self._columns, lower, upper)
        self._highs.changeColsCost(len(upper), self._columns, np.concatenate((cost, cost)))
        # From where nothing moves the dual simplex can start at once; the last basis fits neither new costs nor bounds.
        self._highs.clearSolver()
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = np.asarray(self._highs.getSolution().col_value)
        moved = solution[: len(domain)] - solution[len(domain) :]
        kept = np.abs(moved) > TOLERANCE
        return Flow(domain[kept], moved[kept] * need * sign)
