"""Which further cells to hide so that no sensitive one can be worked out, at little cost.

Sensitive cells are protected one after the other by the cheapest flow through them: first within the sub-table of
their neighbours (their siblings in every dimension, what these consist of, and their parents), then, where that is too
narrow, within the whole system. Cells on the way are hidden. A flow protects every sensitive cell on its way as far as
it can be stretched, so most are proven by somebody else's.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from catalog.errors import UnsafeRelease
from desensitise.disclosure.domain import Domains, ball
from desensitise.disclosure.flow import TOLERANCE, CheapestFlow, Flow, solver
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, Longs

NEAR = (60, 400)
"""How many hidden unknowns near by a proof is looked for among, when one is to stand over what is hidden already."""

Step = Callable[[str, int, int], None]
Need = tuple[float, float]


def quiet(what: str, done: int, total: int) -> None:
    """No progress."""
    del what, done, total


@dataclass(frozen=True, slots=True)
class Proof:
    """Two flows by which a sensitive unknown moves up and down as far as it must."""

    up: Flow
    down: Flow

    @property
    def uses(self) -> Longs:
        return np.union1d(self.up.at, self.down.at)


@dataclass
class Pattern:
    """The search's state: what is hidden, the proof of every sensitive unknown, and those against insiders.

    ``unguarded`` are pairs of unknown and insider for which hiding everything would not be enough; ``guarded`` tells
    whether insiders were looked at.
    """

    system: System
    suppressed: Bools
    proofs: dict[int, Proof] = field(default_factory=dict)
    insiders: dict[tuple[int, int], Flow] = field(default_factory=dict)
    unguarded: list[tuple[int, int]] = field(default_factory=list)
    guarded: bool = False

    @property
    def secondary(self) -> Longs:
        return np.flatnonzero(self.suppressed & ~self.system.sensitive)


def need_of(system: System, unknown: int) -> Need:
    """How far up and down a sensitive unknown must be able to move."""
    return float(system.above[unknown]), float(system.below[unknown])


class Finder:
    """Cheapest flows, with solvers kept for the domains used last."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._domains = Domains(system)
        self._kept: OrderedDict[tuple[int, ...], CheapestFlow] = OrderedDict()
        self._spare = solver()

    def proof(self, unknown: int, need: Need, suppressed: Bools, banned: Bools) -> Proof | None:
        """The cheapest proof of a sensitive unknown, without moving the banned; None where there is none."""
        system = self._system
        hidden = suppressed | system.hidden
        open_ = ~system.fixed & ~banned & (hidden | (system.value != 0))
        # A flow over hidden cells costs a little too, so that proofs stay short.
        price = np.where(hidden, system.cost * 1e-4, system.cost)
        for domain in self._domains.around(unknown):
            if found := _both_ways(self._solver(domain), system, unknown, need, open_, price):
                return found
        return None

    def within(
        self, unknown: int, need: Need, open_: Bools, *, one_side: bool = False, sizes: tuple[int, ...] = NEAR
    ) -> Proof | None:
        """A short proof over open unknowns near by; with ``one_side`` only its upper flow is to be used."""
        price = self._system.cost
        before = 0
        for size in sizes:
            inside = ball(self._system, open_, unknown, size)
            if len(inside) == before:
                return None
            before = len(inside)
            flows = CheapestFlow(self._system, inside, self._spare)
            find = _one_way if one_side else _both_ways
            if found := find(flows, self._system, unknown, need, open_, price):
                return found
        return None

    def _solver(self, domain: Longs) -> CheapestFlow:
        key = (len(domain), int(domain[0]), int(domain[-1]), int(domain.sum()))
        flows = self._kept.pop(key, None) or CheapestFlow(self._system, domain)
        self._kept[key] = flows
        if len(self._kept) > 8:
            self._kept.popitem(last=False)
        return flows


def _both_ways(
    flows: CheapestFlow, system: System, unknown: int, need: Need, open_: Bools, price: Floats
) -> Proof | None:
    above, below = need
    if turning := flows.find(unknown, above, open_, price, both=True):
        return Proof(turning, turning.scaled(-below / above))
    rising = flows.find(unknown, above, open_, price, both=False)
    if rising is None:
        return None
    price = price.copy()
    price[rising.at] = system.cost[rising.at] * 1e-4
    falling = flows.find(unknown, below, open_, price, both=False, up=False) if below > 0 else rising.scaled(0.0)
    return None if falling is None else Proof(rising, falling)


def _one_way(
    flows: CheapestFlow, system: System, unknown: int, need: Need, open_: Bools, price: Floats
) -> Proof | None:
    """A flow in either direction, given as the upper one."""
    del system
    above, below = need
    found = flows.find(unknown, above, open_, price, both=False)
    if found is None and below > 0:
        found = flows.find(unknown, below, open_, price, both=False, up=False)
    return None if found is None else Proof(found, found)


def search(pattern: Pattern, step: Step = quiet) -> None:
    """Hide until every sensitive unknown is proven; UnsafeRelease where one cannot be protected."""
    system = pattern.system
    finder = Finder(system)
    banned = np.zeros(system.size, dtype=bool)
    todo = in_order(system)
    halves = _Halves(pattern)
    for done, unknown in enumerate(todo.tolist(), start=1):
        if unknown not in pattern.proofs:
            proof = finder.proof(unknown, need_of(system, unknown), pattern.suppressed, banned)
            if proof is None:
                raise _infeasible(system, unknown)
            add(pattern, unknown, proof)
            halves.note(proof)
        step("protect", done, len(todo))


class _Halves:
    """Flows that move sensitive unknowns far enough one way; with one for each way, an unknown is proven."""

    def __init__(self, pattern: Pattern) -> None:
        self._pattern = pattern
        self._ways: tuple[dict[int, Flow], dict[int, Flow]] = ({}, {})

    def note(self, proof: Proof) -> None:
        """Take what a new proof shows of others."""
        system, proofs = self._pattern.system, self._pattern.proofs
        for flow in (proof.up, proof.down):
            for way, (need, sign) in enumerate(((system.above, 1.0), (system.below, -1.0))):
                far = sign * flow.amount >= need[flow.at] * (1 - TOLERANCE)
                for other in flow.at[far & system.sensitive[flow.at]].tolist():
                    if other in proofs:
                        continue
                    self._ways[way].setdefault(other, flow)
                    if other in self._ways[1 - way]:
                        proofs[other] = Proof(self._ways[0][other], self._ways[1][other])


def add(pattern: Pattern, unknown: int, proof: Proof) -> None:
    """Hide what a proof moves, and let it prove whom else it can."""
    system = pattern.system
    pattern.proofs[unknown] = proof
    pattern.suppressed[proof.uses] = True
    pattern.suppressed[system.hidden] = False
    for other, shared in _shared(system, proof.up):
        if other not in pattern.proofs:
            pattern.proofs[other] = shared


def _shared(system: System, flow: Flow) -> list[tuple[int, Proof]]:
    """The sensitive unknowns that a flow proves when it is stretched or turned round within everybody's bounds."""
    reach = np.minimum(system.up[flow.at], system.down[flow.at])
    stretch = float(np.min(reach / np.abs(flow.amount), initial=np.inf))
    found = []
    for other, moved in zip(flow.at.tolist(), flow.amount.tolist(), strict=True):
        if system.sensitive[other] and abs(moved) * stretch >= system.above[other] * (1 - TOLERANCE):
            up = flow.scaled(system.above[other] / moved)
            found.append((other, Proof(up, flow.scaled(-system.below[other] / moved))))
    return found


def in_order(system: System) -> Longs:
    """Finest cells first, neighbours together, those that need most before the others."""
    ids = np.flatnonzero(system.sensitive)
    cells = system.cells
    depth = sum(tree.level[cells.nodes[:, axis]] for axis, tree in enumerate(cells.trees))
    home = np.stack([tree.parent[cells.nodes[:, axis]] for axis, tree in enumerate(cells.trees)])
    cell = ids % len(cells.keys)
    keys = (-system.above[ids], *(axis[cell] for axis in home), ids // len(cells.keys), -np.asarray(depth)[cell])
    return ids[np.lexsort(keys)]


def _infeasible(system: System, unknown: int) -> UnsafeRelease:
    return UnsafeRelease(
        f"Table {system.cells.spec.name}: {system.place(unknown)} cannot be protected, whatever else is withheld.",
        left="Nothing was released.",
        todo="Ask for less protection, publish fewer totals, or waive what is known already.",
    )
