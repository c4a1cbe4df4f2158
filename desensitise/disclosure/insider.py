"""What an only contributor can work out: who stands alone behind a cell knows it, and must not unpick another.

Contributors of one owner pool what they know. For each sensitive cell and each insider there must be a movement of the
table that leaves all of the insider's own cells alone and moves the sensitive one by a last digit or more (the
singleton problem; τ-ARGUS manual 4.2). A cell's own proof is that movement for everybody whose cells it does not
touch, so only those on its way are asked about.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from desensitise.disclosure.flow import TOLERANCE, Flow
from desensitise.disclosure.search import Finder, Pattern, Proof, Step, quiet
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Longs

LEAST = 1.0
"""How far a cell must be able to move in an insider's eyes: one last digit."""

Pair = tuple[int, int]
"""A sensitive unknown, and the owner who must not learn it."""


def guard(pattern: Pattern, step: Step = quiet, *, keep: bool = False) -> None:
    """Make every sensitive cell safe from every insider, hiding more where needed.

    With ``keep``, movements against insiders that are at hand stand, and only those that are missing are sought.
    """
    if not keep:
        pattern.insiders.clear()
    pattern.unguarded.clear()
    pattern.guarded = True
    known = Insiders(pattern.system)
    finder, movers = Finder(pattern.system), _Movers(pattern, known)
    for done, unknown in enumerate(sorted(pattern.proofs), start=1):
        owners = known.watching(unknown, pattern.proofs[unknown])
        left = []
        for owner in owners:
            if (unknown, owner) in pattern.insiders:
                continue
            if found := movers.without(unknown, owner):
                pattern.insiders[unknown, owner] = found
            else:
                left.append(owner)
        _guard_from(pattern, finder, movers, unknown, left)
        if done % 100 == 0 or done == len(pattern.proofs):
            step("insiders", done, len(pattern.proofs))


def _guard_from(pattern: Pattern, finder: Finder, movers: _Movers, unknown: int, owners: list[int]) -> None:
    """One movement against many insiders where there is one; otherwise half of them at a time."""
    if not owners:
        return
    found = hidden_way(pattern, finder, unknown, owners)
    if found is None and len(owners) > 1:
        middle = len(owners) // 2
        _guard_from(pattern, finder, movers, unknown, owners[:middle])
        _guard_from(pattern, finder, movers, unknown, owners[middle:])
        return
    found = found or _hide_more(pattern, finder, unknown, owners[0])
    if found is None:
        pattern.unguarded.append((unknown, owners[0]))
    else:
        pattern.insiders.update({(unknown, owner): found for owner in owners})
        movers.add(found)


class Insiders:
    """Whose own cells flows move; looked up once for all multiples of a flow."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._known: dict[int, tuple[Longs, frozenset[int]]] = {}

    def of(self, flow: Flow) -> frozenset[int]:
        """The owners of cells that the flow moves."""
        # Places are kept with what was found, so that their identity is not used again.
        found = self._known.get(id(flow.at))
        if found is None:
            owners = frozenset(owner for owner in self._system.sole[flow.at].tolist() if owner >= 0)
            found = self._known[id(flow.at)] = flow.at, owners
        return found[1]

    def watching(self, unknown: int, proof: Proof) -> list[int]:
        """Insiders whom neither side of a cell's own proof convinces."""
        owners = self.of(proof.up)
        if owners and abs(proof.down.of(unknown)) >= LEAST * (1 - TOLERANCE):
            owners &= self.of(proof.down)
        return sorted(owners - {int(self._system.sole[unknown])})


def watchers(system: System, unknown: int, proof: Proof) -> list[int]:
    """As ``Insiders.watching``, for a single proof."""
    return Insiders(system).watching(unknown, proof)


def hidden_way(pattern: Pattern, finder: Finder, unknown: int, owners: Sequence[int], without: int = -1) -> Flow | None:
    """A movement of what is hidden already, but for the insiders' cells and one more."""
    system = pattern.system
    open_ = (pattern.suppressed | system.hidden) & ~system.fixed & ~np.isin(system.sole, owners)
    if without >= 0:
        open_[without] = False
    proof = finder.within(unknown, (LEAST, min(LEAST, float(system.below[unknown]))), open_, one_side=True)
    return None if proof is None else proof.up


def _hide_more(pattern: Pattern, finder: Finder, unknown: int, owner: int) -> Flow | None:
    system = pattern.system
    banned = (system.sole == owner) & (pattern.suppressed | system.sensitive)
    proof = finder.proof(unknown, (LEAST, min(LEAST, float(system.below[unknown]))), pattern.suppressed, banned)
    if proof is None:
        return None
    # A cell of the insider's own that was told so far may be on the way; hiding it would be of no use against them.
    if owner in system.sole[proof.up.at]:
        proof = finder.proof(
            unknown, (LEAST, min(LEAST, float(system.below[unknown]))), pattern.suppressed, system.sole == owner
        )
    if proof is None:
        return None
    pattern.suppressed[proof.up.at] = True
    pattern.suppressed[system.hidden] = False
    return proof.up


class _Movers:
    """All flows at hand, by the sensitive unknowns that they move far enough."""

    def __init__(self, pattern: Pattern, known: Insiders) -> None:
        self._system, self._known = pattern.system, known
        self._flows: list[Flow] = []
        self._moving: dict[int, list[int]] = {}
        once: dict[int, Flow] = {}
        for proof in pattern.proofs.values():
            for flow in (proof.up, proof.down):
                # Multiples of one flow share their places.
                if flow.amount.any():
                    once.setdefault(id(flow.at), flow)
        for flow in once.values():
            self.add(flow)

    def add(self, flow: Flow) -> None:
        """One more flow at hand."""
        far = np.abs(flow.amount) * _stretch(self._system, flow) >= LEAST
        for unknown in flow.at[far & self._system.sensitive[flow.at]].tolist():
            self._moving.setdefault(unknown, []).append(len(self._flows))
        self._flows.append(flow)

    def without(self, unknown: int, owner: int) -> Flow | None:
        """A flow at hand that moves the unknown and nothing of the owner's."""
        for one in self._moving.get(unknown, ()):
            flow = self._flows[one]
            if owner not in self._known.of(flow):
                times = LEAST / max(abs(flow.of(unknown)), 1e-12)
                return flow if times <= 1 else flow.scaled(times)
        return None


def _stretch(system: System, flow: Flow) -> float:
    """How many times as far the flow can go."""
    moving = flow.amount != 0
    room = np.where(flow.amount > 0, system.up[flow.at], system.down[flow.at])[moving]
    return float(np.min(room / np.abs(flow.amount[moving]), initial=1e6))
