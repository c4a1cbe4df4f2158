"""Giving back what was hidden for nothing: every secondary cell without which all proofs stand or can be mended."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from desensitise.disclosure.flow import Flow
from desensitise.disclosure.insider import hidden_way, watchers
from desensitise.disclosure.peel import Peel
from desensitise.disclosure.search import Finder, Pattern, Proof, Step, need_of, quiet
from desensitise.disclosure.sweep import sweep

MANY = 12
"""Proofs over one cell beyond which they are mended by sweeps rather than one by one."""
PATIENCE = 12
WHOLE = 1500
"""How many cells, the dearest first, are tried by sweeps, which take as long as a good part of the whole search: so
many where no more than ``WHOLE`` cells are hidden, and fewer where more are."""

Demand = tuple[int, int]
"""A sensitive unknown and whom it is to be safe from: an insider, or -1 for everybody else."""
EVERYBODY = -1


def clean(pattern: Pattern, step: Step = quiet, *, sweeps: int = PATIENCE) -> None:
    """Give back every secondary cell that nobody needs, dearest first; cells of many proofs by so many sweeps."""
    system = pattern.system
    finder, peel, users = Finder(system), Peel(system, pattern.suppressed), _Users(pattern)
    order = pattern.secondary[np.argsort(-system.cost[pattern.secondary], kind="stable")]
    patience = sweeps * WHOLE // max(WHOLE, int(pattern.suppressed.sum()))
    for done, cell in enumerate(order.tolist(), start=1):
        if done % 50 == 0 or done == len(order):
            step("clean", done, len(order))
        outsiders = {unknown for unknown, owner in users.of(cell) if owner == EVERYBODY}
        many = len(outsiders) > MANY
        if peel.uncovers([cell]) or (many and not patience):
            continue
        patience -= many
        mended = _mended(pattern, finder, cell, users.of(cell), many=many)
        if mended is None:
            continue
        pattern.suppressed[cell] = False
        peel.give_back(cell)
        users.take(mended)


@dataclass(frozen=True)
class _Mended:
    """New proofs, and new movements against insiders, without one cell."""

    proofs: dict[int, Proof] = field(default_factory=dict)
    insiders: dict[Demand, Flow] = field(default_factory=dict)


class _Users:
    """Who needs which secondary cell."""

    def __init__(self, pattern: Pattern) -> None:
        self._pattern = pattern
        self._given = ~pattern.system.sensitive & ~pattern.system.hidden
        self._users: dict[int, set[Demand]] = {}
        self._cells: dict[int, tuple[Flow, list[int]]] = {}
        for unknown, proof in pattern.proofs.items():
            self._note((unknown, EVERYBODY), proof.up, proof.down)
        for demand, flow in pattern.insiders.items():
            self._note(demand, flow)

    def of(self, cell: int) -> set[Demand]:
        """The demands whose proofs move a cell."""
        return self._users.get(cell, set())

    def take(self, mended: _Mended) -> None:
        """Put new proofs in the place of old ones; what an insider's watch no longer needs is dropped."""
        pattern = self._pattern
        for unknown, proof in mended.proofs.items():
            old = pattern.proofs[unknown]
            self._forget((unknown, EVERYBODY), old.up, old.down)
            pattern.proofs[unknown] = proof
            self._note((unknown, EVERYBODY), proof.up, proof.down)
            watching = set(watchers(pattern.system, unknown, proof)) if pattern.insiders else set()
            for owner in set(watchers(pattern.system, unknown, old)) - watching:
                if (flow := pattern.insiders.pop((unknown, owner), None)) is not None:
                    self._forget((unknown, owner), flow)
        for demand, flow in mended.insiders.items():
            if demand in pattern.insiders:
                self._forget(demand, pattern.insiders[demand])
            pattern.insiders[demand] = flow
            self._note(demand, flow)

    def _note(self, demand: Demand, *flows: Flow) -> None:
        for cell in self._secondary(*flows):
            self._users.setdefault(cell, set()).add(demand)

    def _forget(self, demand: Demand, *flows: Flow) -> None:
        for cell in self._secondary(*flows):
            self._users.get(cell, set()).discard(demand)

    def _secondary(self, *flows: Flow) -> list[int]:
        found: list[int] = []
        for flow in flows:
            # One flow may serve hundreds of demands; it is kept so that its identity is not used again.
            if id(flow) not in self._cells:
                self._cells[id(flow)] = flow, flow.at[self._given[flow.at]].tolist()
            found += self._cells[id(flow)][1]
        return found


def _mended(pattern: Pattern, finder: Finder, cell: int, using: set[Demand], *, many: bool) -> _Mended | None:
    """Everything that moves the cell, done without it; None where something cannot be."""
    outsiders = {unknown for unknown, owner in using if owner == EVERYBODY}
    proofs = (_swept_without if many else _without)(pattern, finder, cell, outsiders)
    if proofs is None:
        return None
    found = _Mended(proofs)
    if not pattern.system.cells.spec.attacker.insiders or not pattern.guarded:
        return found
    for unknown in sorted({one for one, _ in using}):
        proof = proofs.get(unknown, pattern.proofs[unknown])
        owners = []
        for owner in watchers(pattern.system, unknown, proof):
            known = pattern.insiders.get((unknown, owner))
            if (known is None or (unknown, owner) in using) and (unknown, owner) not in pattern.unguarded:
                owners.append(owner)
        if owners and not _guarded(pattern, finder, unknown, owners, cell, found):
            return None
    return found


def _guarded(pattern: Pattern, finder: Finder, unknown: int, owners: list[int], cell: int, found: _Mended) -> bool:
    """Whether the unknown is safe from all these insiders without the cell; the movements are noted in ``found``."""
    flow = hidden_way(pattern, finder, unknown, owners, cell)
    if flow is not None:
        found.insiders.update({(unknown, owner): flow for owner in owners})
        return True
    middle = len(owners) // 2
    return len(owners) > 1 and all(
        _guarded(pattern, finder, unknown, some, cell, found) for some in (owners[:middle], owners[middle:])
    )


def _without(pattern: Pattern, finder: Finder, cell: int, users: set[int]) -> dict[int, Proof] | None:
    """Proofs for all users of a cell over the other hidden ones, or None when one cannot do without it."""
    system = pattern.system
    open_ = (pattern.suppressed | system.hidden) & ~system.fixed
    open_[cell] = False
    mended: dict[int, Proof] = {}
    for unknown in sorted(users, key=lambda one: (-system.above[one], one)):
        proof = finder.within(unknown, need_of(system, unknown), open_)
        if proof is None:
            return None
        mended[unknown] = proof
    return mended


def _swept_without(pattern: Pattern, finder: Finder, cell: int, users: set[int]) -> dict[int, Proof] | None:
    """As ``_without``, for many users at once."""
    system = pattern.system
    suppressed = pattern.suppressed.copy()
    suppressed[cell] = False
    kept = {unknown: proof for unknown, proof in pattern.proofs.items() if unknown not in users}
    trial = Pattern(system, suppressed, kept)
    sweep(trial)
    left = {unknown for unknown in users if unknown not in trial.proofs}
    if len(left) > MANY:
        return None
    mended = _without(pattern, finder, cell, left)
    return None if mended is None else mended | {u: trial.proofs[u] for u in users - left}
