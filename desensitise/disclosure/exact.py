"""The cheapest pattern there is, for small tables: integer programming with cuts (Fischetti and Salazar 2001).

The master programme chooses the cells to hide. For each sensitive cell the attacker's linear programme under that
choice either reaches the protection needed, or its dual prices give a cut: hidden cells weighted by what they would
add must come to the protection. An insider is an attacker who knows more: their own cells do not move, and the
sensitive one need move by no more than a last digit, either way. Cuts are first gathered on the linear relaxation,
then on whole choices, until none is broken; the last choice is optimal.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np

from desensitise.disclosure.flow import TOLERANCE
from desensitise.disclosure.insider import LEAST
from desensitise.disclosure.priced import Priced, Watchers
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, Longs

ROUNDS = 400
NEAR = 1e-3
"""How nearly a cut must hold to count as kept."""


@dataclass(frozen=True)
class Effort:
    """When to give up: seconds of the solver, or, the same on every machine, programmes and branches solved."""

    seconds: float = np.inf
    programmes: float = np.inf
    nodes: float = np.inf


class Exact:
    """A search for the optimum that can be given up: ``solve`` returns None when the effort is spent.

    ``known`` is a pattern that is safe already, from which the master programme knows what is too dear.
    """

    def __init__(
        self, system: System, effort: Effort, *, insiders: bool, gap: float = 0.0, known: Bools | None = None
    ) -> None:
        self._system, self._effort, self._insiders = system, effort, insiders
        self._domain = np.flatnonzero(~system.fixed)
        self._targets = np.flatnonzero(system.sensitive)
        free = system.hidden | system.sensitive
        self._attack = Priced(system, self._domain)
        self._known = None if known is None else (known | free)[self._domain]
        self._master = _master(system, self._domain, free, free | (system.value != 0), gap)
        self._nodes = 0
        self._broken: list[int] = []
        self.relaxed = np.zeros(system.size)
        """How far each unknown is hidden in the last solution of the relaxation: where a good pattern may lie."""

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
                if not whole:
                    self.relaxed[self._domain] = chosen
                if not self._cut(chosen, whole=whole):
                    break
            else:
                return None
        suppressed = np.zeros(self._system.size, dtype=bool)
        if chosen is not None:
            suppressed[self._domain[chosen > 0.5]] = True
        return suppressed & ~self._system.hidden

    def _chosen(self, *, whole: bool) -> Floats | None:
        effort, master = self._effort, self._master
        if (
            master.getRunTime() >= effort.seconds
            or self._nodes >= effort.nodes
            or self._attack.programmes >= effort.programmes
        ):
            return None
        if np.isfinite(effort.seconds):
            master.setOptionValue("time_limit", effort.seconds)
        if whole and np.isfinite(effort.nodes):
            master.setOptionValue("mip_max_nodes", int(effort.nodes) - self._nodes)
        if whole and self._known is not None:
            # What is known to be safe breaks no cut, so it bounds every later choice.
            at = np.arange(len(self._known), dtype=np.int32)
            master.setSolution(len(at), at, self._known.astype(np.float64))
        master.run()
        if whole:
            self._nodes += max(1, int(master.getInfo().mip_node_count))
        if master.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        found = np.asarray(master.getSolution().col_value)
        return np.round(found) if whole else np.clip(found, 0.0, 1.0)

    def _cut(self, chosen: Floats, *, whole: bool) -> int:
        """Add the cuts that a choice breaks; how many there were.

        On the relaxation only those are asked who had a cut the last time, until none of them has one any more.
        """
        self._attack.choose(chosen)
        watchers = Watchers(self._system, self._domain, self._targets)
        for targets in (self._broken, self._targets.tolist()) if not whole else (self._targets.tolist(),):
            counts = {target: self._cut_of(target, chosen, watchers, whole=whole) for target in targets}
            self._broken = [target for target, count in counts.items() if count]
            if self._broken:
                return sum(counts.values())
        return self._cut_insiders(chosen, watchers, whole=whole) if self._insiders else 0

    def _cut_of(self, target: int, chosen: Floats, watchers: Watchers, *, whole: bool) -> int:
        """The cuts of one target, either way."""
        system, slack, cuts = self._system, TOLERANCE if whole else NEAR, 0
        for up, need in ((True, float(system.above[target])), (False, float(system.below[target]))):
            if need > 0:
                found = self._attack.furthest(target, need, up=up)
                watchers.note(found)
                if found.far < need * (1 - slack):
                    cuts += self._add(np.minimum(found.weights, need) / need, target, chosen)
        return cuts

    def _cut_insiders(self, chosen: Floats, watchers: Watchers, *, whole: bool) -> int:
        """The same for insiders; only those can learn a cell who own one on every way that it is seen to move."""
        if not whole:
            self._attack.choose(chosen, most=LEAST)
            watchers = Watchers(self._system, self._domain, self._targets)
        cuts, slack = 0, TOLERANCE if whole else NEAR
        for target in self._targets.tolist():
            asked = {int(self._system.sole[target])}
            if watchers.of(target) is None:
                watchers.note(self._attack.furthest(target, LEAST, up=True), slack)
            while left := sorted(watchers.all_of(target) - asked):
                asked.add(left[0])
                with self._attack.known_to(left[0]):
                    weights = self._stuck(target, watchers, slack)
                if weights is not None:
                    cuts += self._add(self._attack.without(weights, left[0]), target, chosen)
        return cuts

    def _stuck(self, target: int, watchers: Watchers, slack: float) -> Floats | None:
        """The cut against an attacker for whom the target moves neither way; None where it moves."""
        weights = np.zeros(len(self._domain))
        for up, least in ((True, LEAST), (False, min(LEAST, float(self._system.below[target])))):
            if least > 0:
                found = self._attack.furthest(target, least, up=up)
                if found.far >= least * (1 - slack):
                    watchers.note(found, slack)
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
    # The search before this one was the heuristic; what is left is to prove.
    quick = (("mip_heuristic_effort", 0.0), ("mip_allow_restart", False), ("mip_detect_symmetry", False))
    for option, setting in (("threads", 1), ("mip_rel_gap", gap), ("random_seed", 1), *quick):
        master.setOptionValue(option, setting)
    cost = np.where(free, 0.0, system.cost)[domain]
    scale = float(cost.max(initial=1.0)) / 1e4
    for price, lower, upper in zip(
        (cost / scale).tolist(), free[domain].astype(float).tolist(), usable[domain].astype(float).tolist(), strict=True
    ):
        master.addCol(price, lower, upper, 0, np.zeros(0, dtype=np.int32), np.zeros(0))
    return master


def optimum(
    system: System,
    effort: Effort,
    *,
    insiders: bool | None = None,
    gap: float = 0.0,
    known: Bools | None = None,
) -> Bools | None:
    """The cheapest pattern, or None where it is not found with this effort.

    ``insiders``: whether only contributors must not learn each other's cells; where not given, as the table asks.
    """
    asked = system.cells.spec.attacker.insiders if insiders is None else insiders
    return Exact(system, effort, insiders=asked, gap=gap, known=known).solve()
