"""The cheapest pattern there is, for small tables: integer programming with cuts (Fischetti and Salazar 2001).

The master programme chooses the cells to hide. For each sensitive cell the attacker's linear programme under that
choice either reaches the protection needed, or its dual prices give a cut: hidden cells weighted by what they would
add must come to the protection. An insider is an attacker who knows more: their own cells do not move, and the
sensitive one need move by no more than a last digit, either way. Cuts are first gathered on the linear relaxation,
then on whole choices, until none is broken; the last choice is optimal.
"""

from __future__ import annotations

import highspy
import numpy as np

from desensitise.disclosure.flow import TOLERANCE
from desensitise.disclosure.insider import LEAST
from desensitise.disclosure.priced import Priced, Reach
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, Longs

ROUNDS = 400
NEAR = 1e-3
"""How nearly a cut must hold to count as kept."""


class Exact:
    """A search for the optimum that can be given up: ``solve`` returns None after so many seconds of the solver."""

    def __init__(self, system: System, seconds: float, *, insiders: bool, gap: float = 0.0) -> None:
        self._system, self._seconds, self._insiders = system, seconds, insiders
        self._domain = np.flatnonzero(~system.fixed)
        self._targets = np.flatnonzero(system.sensitive).tolist()
        free = system.hidden | system.sensitive
        self._attack = Priced(system, self._domain)
        self._master = _master(system, self._domain, free, free | (system.value != 0), gap)

    def solve(self) -> Bools | None:
        """What to hide; exact to the last cent."""
        chosen: Floats | None = None
        for whole in (False, True):
            if whole:
                columns = np.arange(len(self._domain), dtype=np.int32)
                kinds = np.full(len(columns), highspy.HighsVarType.kInteger)
                self._master.changeColsIntegrality(len(columns), columns, kinds)
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
        if self._master.getRunTime() >= self._seconds:
            return None
        self._master.setOptionValue("time_limit", self._seconds)
        self._master.run()
        if self._master.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        found = np.asarray(self._master.getSolution().col_value)
        return np.round(found) if whole else np.clip(found, 0.0, 1.0)

    def _cut(self, chosen: Floats, *, whole: bool) -> int:
        """Add the cuts that a choice breaks; how many there were."""
        system, slack = self._system, TOLERANCE if whole else NEAR
        cuts, on_the_way = 0, dict[int, list[Reach]]()
        self._attack.choose(chosen)
        for target in self._targets:
            for up, need in ((True, system.above[target]), (False, system.below[target])):
                if need <= 0:
                    continue
                found = self._attack.furthest(target, up=up)
                if found.far >= LEAST * (1 - TOLERANCE):
                    on_the_way.setdefault(target, []).append(found)
                if found.far < need * (1 - slack):
                    cuts += self._add(np.minimum(found.weights, need) / need, target, chosen)
        if self._insiders and not cuts:
            cuts += self._cut_insiders(chosen, on_the_way, whole=whole)
        return cuts

    def _cut_insiders(self, chosen: Floats, on_the_way: dict[int, list[Reach]], *, whole: bool) -> int:
        """The same for insiders; only those can learn a cell who own one on every way that it is seen to move."""
        if not whole:
            self._attack.choose(chosen, most=LEAST)
        cuts = 0
        for target in self._targets:
            ways = on_the_way.get(target, []) if whole else [self._attack.furthest(target, up=True)]
            watching = frozenset.intersection(*(way.owners for way in ways)) if ways else self._owners
            for owner in sorted(watching - {int(self._system.sole[target])}):
                with self._attack.known_to(owner):
                    weights = self._stuck(target, TOLERANCE if whole else NEAR)
                if weights is not None:
                    cuts += self._add(self._attack.without(weights, owner), target, chosen)
        return cuts

    @property
    def _owners(self) -> frozenset[int]:
        return frozenset(self._system.sole[self._system.sole >= 0].tolist())

    def _stuck(self, target: int, slack: float) -> Floats | None:
        """The cut against an attacker for whom the target moves neither way; None where it moves."""
        weights = np.zeros(len(self._domain))
        for up, least in ((True, LEAST), (False, min(LEAST, float(self._system.below[target])))):
            if least > 0:
                found = self._attack.furthest(target, up=up)
                if found.far >= least * (1 - slack):
                    return None
                weights = np.maximum(weights, np.minimum(found.weights, least) / least)
        return weights

    def _add(self, weights: Floats, target: int, chosen: Floats) -> int:
        """Ask of every later choice that its weights come to one; nought where this choice does so already."""
        weights[np.searchsorted(self._domain, target)] = 0.0
        if float(weights @ chosen) >= 1 - NEAR:
            return 0
        kept = np.flatnonzero(weights > 1e-7)
        self._master.addRow(1.0, np.inf, len(kept), kept.astype(np.int32), weights[kept])
        return 1


def _master(system: System, domain: Longs, free: Bools, usable: Bools, gap: float) -> highspy.Highs:
    master = highspy.Highs()  # type: ignore[no-untyped-call]
    master.silent()
    for option, setting in (("threads", 1), ("mip_rel_gap", gap), ("random_seed", 1)):
        master.setOptionValue(option, setting)
    cost = np.where(free, 0.0, system.cost)[domain]
    scale = float(cost.max(initial=1.0)) / 1e4
    for price, lower, upper in zip(
        (cost / scale).tolist(), free[domain].astype(float).tolist(), usable[domain].astype(float).tolist(), strict=True
    ):
        master.addCol(price, lower, upper, 0, np.zeros(0, dtype=np.int32), np.zeros(0))
    return master


def optimum(system: System, seconds: float, *, insiders: bool | None = None, gap: float = 0.0) -> Bools | None:
    """The cheapest pattern, or None where it is not found within so many seconds of the solver.

    ``insiders``: whether only contributors must not learn each other's cells; where not given, as the table asks.
    """
    asked = system.cells.spec.attacker.insiders if insiders is None else insiders
    return Exact(system, seconds, insiders=asked, gap=gap).solve()
