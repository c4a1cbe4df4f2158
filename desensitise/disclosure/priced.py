"""The attacker's programme over all unknowns under a choice of what to hide, with the dual price of every bound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import highspy
import numpy as np

from desensitise.disclosure.flow import TOLERANCE, restricted, solver
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, Longs


class Reach(NamedTuple):
    """How ``far`` a target can move, what each unknown would add if it were hidden whole, and whose cells move."""

    far: float
    weights: Floats
    owners: frozenset[int]


class Priced:
    """Amounts are kept as multiples of a typical protection; what is given and returned is not."""

    def __init__(self, system: System, domain: Longs) -> None:
        self._domain, self._sole = domain, system.sole[domain]
        row, column, factor, count = restricted(system.by_column, domain)
        self._unit = max(1.0, float(np.median(system.above[system.sensitive])) if system.sensitive.any() else 1.0)
        far = 10 * float(np.abs(system.value).sum() + system.above.sum())
        self._down = np.minimum(system.down[domain], far) / self._unit
        self._up = np.minimum(system.up[domain], far) / self._unit
        self._lower, self._upper = -self._down, self._up
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(domain), count
        model.col_cost_ = np.zeros(len(domain))
        model.col_lower_, model.col_upper_ = self._lower, self._upper
        model.row_lower_, model.row_upper_ = np.zeros(count), np.zeros(count)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        starts = np.concatenate(([0], np.cumsum(np.bincount(column, minlength=len(domain)))))
        model.a_matrix_.start_ = starts.astype(np.int32)
        model.a_matrix_.index_ = row.astype(np.int32)
        model.a_matrix_.value_ = factor
        self._highs = solver()
        self._highs.passModel(model)
        self._highs.setOptionValue("simplex_strategy", 4)

    def choose(self, chosen: Floats, most: float = np.inf) -> None:
        """Let each unknown move by as much of its room as is chosen; ``most`` caps the room, which sharpens cuts."""
        columns = np.arange(len(self._domain), dtype=np.int32)
        self._lower = -np.minimum(self._down, most / self._unit) * chosen
        self._upper = np.minimum(self._up, most / self._unit) * chosen
        self._highs.changeColsBounds(len(columns), columns, self._lower, self._upper)

    @contextmanager
    def known_to(self, owner: int) -> Iterator[None]:
        """As the only contributor of some cells sees it: those do not move."""
        own = np.flatnonzero(self._sole == owner).astype(np.int32)
        self._highs.changeColsBounds(len(own), own, np.zeros(len(own)), np.zeros(len(own)))
        yield
        self._highs.changeColsBounds(len(own), own, self._lower[own], self._upper[own])

    def furthest(self, target: int, *, up: bool) -> Reach:
        """How far the target, an unknown, can move. Weights hold for every choice, not just for this one."""
        at = int(np.searchsorted(self._domain, target))
        self._highs.changeColCost(at, -1.0 if up else 1.0)
        self._highs.run()
        found = self._highs.getSolution()
        price, moved = np.asarray(found.col_dual), np.asarray(found.col_value)
        reached = abs(self._highs.getInfo().objective_function_value) * self._unit
        self._highs.changeColCost(at, 0.0)
        price = np.where(np.abs(price) < 1e-7, 0.0, price)
        weights = np.where(price < 0, -price * self._up, price * self._down) * self._unit
        owners = self._sole[np.abs(moved) > TOLERANCE]
        return Reach(reached, weights, frozenset(owners[owners >= 0].tolist()))

    def without(self, weights: Floats, owner: int) -> Floats:
        """Weights with an insider's own cells at nought: hiding those helps nothing against them."""
        return np.where(self._sole == owner, 0.0, weights)
