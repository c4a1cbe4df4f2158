"""Flows of earlier releases led on through the new edition's cells: one small programme, with other sides each."""

from __future__ import annotations

import highspy
import numpy as np

from desensitise.disclosure.flow import TOLERANCE, Flow, entries_of, restricted, solver, two_sided
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, Longs


class Leader:
    """The unknowns that only the new edition has, and the sums they stand in."""

    def __init__(self, system: System, fresh: Longs) -> None:
        self._system, self._fresh = system, fresh
        entries = restricted(system.by_column, fresh)
        size, count = len(fresh), entries[-1]
        # ``restricted`` numbers the rows that are touched in their order.
        touched = np.unique(system.by_column.column[entries_of(system.by_column, fresh)[0]])
        self._row = np.full(len(system.rows), -1, dtype=np.int64)
        self._row[touched] = np.arange(count)
        self._highs = solver()
        two_sided(self._highs, entries, size)
        self._columns = np.arange(2 * size, dtype=np.int32)
        self._rows = np.arange(count, dtype=np.int32)

    def led(self, flow: Flow, far: float, turned: float, hidden: Bools, banned: Bools) -> Flow | None:
        """The flow with the cheapest movement of new cells that keeps all sums, when it goes ``far`` times as far.

        ``turned`` is how far it must go turned round. Cells that are not ``hidden`` may be asked for, ``banned`` not.
        """
        system, fresh = self._system, self._fresh
        left = self._broken(flow)
        if left is None:
            return None
        unit = max(far, turned)
        may = ~system.fixed[fresh] & ~banned[fresh] & (hidden[fresh] | (system.value[fresh] != 0))
        # The movement is told for the flow as it is: room shrinks by as many times as it is to go.
        with np.errstate(divide="ignore"):
            up = np.minimum(_over(system.up[fresh], far), _over(system.down[fresh], turned))
            down = np.minimum(_over(system.down[fresh], far), _over(system.up[fresh], turned))
        upper = np.concatenate((np.where(may, up, 0.0), np.where(may, down, 0.0)))
        price = np.where(hidden[fresh], system.cost[fresh] * 1e-4, system.cost[fresh])
        price = price / np.maximum(np.minimum(np.minimum(system.up[fresh], system.down[fresh]), unit), 1e-9)
        price = price / max(float(price.max(initial=0.0)), 1e-9) * 1e4
        self._highs.changeColsBounds(len(upper), self._columns, np.zeros_like(upper), upper)
        self._highs.changeColsCost(len(upper), self._columns, np.concatenate((price, price)))
        self._highs.changeRowsBounds(len(left), self._rows, -left, -left)  # type: ignore[attr-defined]
        self._highs.run()
        if self._highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self._highs.clearSolver()
            return None
        solution = np.asarray(self._highs.getSolution().col_value)
        moved = solution[: len(fresh)] - solution[len(fresh) :]
        kept = np.abs(moved) > TOLERANCE * 1e-2
        at = np.concatenate((flow.at, fresh[kept]))
        order = np.argsort(at, kind="stable")
        return Flow(at[order], np.concatenate((flow.amount, moved[kept]))[order])

    def _broken(self, flow: Flow) -> Floats | None:
        """What the flow leaves of each sum over new cells; None where it breaks one without them."""
        columns = self._system.by_column
        entry, counts = entries_of(columns, flow.at)
        rows, place = np.unique(columns.column[entry], return_inverse=True)
        left = np.bincount(place, columns.factor[entry] * np.repeat(flow.amount, counts), len(rows))
        here = self._row[rows]
        if np.any(np.abs(left[here < 0]) > TOLERANCE):
            return None
        found = np.zeros(len(self._rows))
        found[here[here >= 0]] = left[here >= 0]
        return found


def _over(room: Floats, times: float) -> Floats:
    return room / times if times > 0 else np.full_like(room, np.inf)
