"""The attacker's programme over all unknowns under a choice of what to hide, with the dual price of every bound."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import highspy
import numpy as np

from desensitise.disclosure.flow import TOLERANCE, restricted, solver
from desensitise.disclosure.insider import LEAST
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, Longs


class Reach(NamedTuple):
    """How ``far`` a target can move (no further than asked for), what each unknown would add, and the movement."""

    far: float
    weights: Floats
    moved: Floats


class Watchers:
    """Who owns a cell on every movement of a target that was seen: only they might learn it."""

    def __init__(self, system: System, domain: Longs, targets: Longs) -> None:
        self._sole = system.sole[domain]
        self._targets, self._at = targets, np.searchsorted(domain, targets)
        self._of: dict[int, frozenset[int]] = {}
        self._everybody = frozenset(system.sole[system.sole >= 0].tolist())

    def note(self, reach: Reach, slack: float = TOLERANCE) -> None:
        """Take what a movement shows of all targets that it moves by a last digit."""
        size = np.abs(reach.moved)
        owners = self._sole[size > TOLERANCE]
        seen = frozenset(owners[owners >= 0].tolist())
        for target in self._targets[size[self._at] >= LEAST * (1 - slack)].tolist():
            self._of[target] = self._of.get(target, seen) & seen

    def of(self, target: int) -> frozenset[int] | None:
        """None where the target was not seen to move."""
        return self._of.get(target)

    def all_of(self, target: int) -> frozenset[int]:
        """Everybody where it was not."""
        return self._of.get(target, self._everybody)


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
        self.programmes = 0
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

    def furthest(self, target: int, need: float, *, up: bool) -> Reach:
        """How far the target, an unknown, can move, up to what is needed. Weights hold for every choice."""
        at = int(np.searchsorted(self._domain, target))
        # With all that is needed in reach the programme ends at once, and fewer others move.
        near = need / self._unit
        lower, upper = self._bounds(at)
        self._highs.changeColBounds(at, max(lower, -near), min(upper, near))
        self._highs.changeColCost(at, -1.0 if up else 1.0)
        self._highs.run()
        self.programmes += 1
        found = self._highs.getSolution()
        price, moved = np.asarray(found.col_dual), np.asarray(found.col_value) * self._unit
        self._highs.changeColCost(at, 0.0)
        self._highs.changeColBounds(at, lower, upper)
        price = np.where(np.abs(price) < 1e-7, 0.0, price)
        weights = np.where(price < 0, -price * self._up, price * self._down) * self._unit
        return Reach(float(moved[at]) if up else -float(moved[at]), weights, moved)

    def _bounds(self, at: int) -> tuple[float, float]:
        return float(self._lower[at]), float(self._upper[at])

    def without(self, weights: Floats, owner: int) -> Floats:
        """Weights with an insider's own cells at nought: hiding those helps nothing against them."""
        return np.where(self._sole == owner, 0.0, weights)
