"""What an only contributor can work out: who stands alone behind a cell knows it, and must not unpick another.

Contributors of one owner pool what they know. For each sensitive cell and each insider whose own cells its proof moves,
a second proof is kept that leaves those cells alone; it need not be wide, but the cell must not be exactly known
(the singleton problem; Jewett 1993, τ-ARGUS manual 4.2).
"""

from __future__ import annotations

import numpy as np

from desensitise.disclosure.clean import Peel
from desensitise.disclosure.flow import Flow
from desensitise.disclosure.search import Finder, Need, Pattern, Proof, Step, quiet
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Longs

ONE: Need = (1.0, 1.0)
"""An insider must stay unsure by a last digit at least."""


def own_cells(pattern: Pattern) -> dict[int, Longs]:
    """The hidden cells of each insider."""
    ids = np.flatnonzero(pattern.suppressed & (pattern.system.sole >= 0))
    owners = pattern.system.sole[ids]
    order = np.argsort(owners, kind="stable")
    cuts = np.flatnonzero(np.diff(owners[order])) + 1
    return {int(owners[one[0]]): ids[one] for one in np.split(order, cuts) if len(one)}


def guard(pattern: Pattern, step: Step = quiet) -> None:
    """Make every sensitive cell safe from every insider, hiding more where needed."""
    system = pattern.system
    finder, own = Finder(system), own_cells(pattern)
    passing = _passing(pattern)
    pairs = sorted(
        (unknown, int(owner))
        for unknown, proof in pattern.proofs.items()
        for owner in np.unique(system.sole[proof.uses])
        if owner >= 0 and owner != system.sole[unknown]
    )
    peel = Peel(system, pattern.suppressed)
    for done, (unknown, owner) in enumerate(pairs, start=1):
        step("insiders", done, len(pairs))
        proof = _known(passing.get(unknown, []), owner, system)
        if proof is None:
            proof, added = _sought(pattern, finder, peel, unknown, own[owner])
            if proof is not None:
                for used in proof.uses.tolist():
                    passing.setdefault(used, []).append(proof.up)
            if added:
                peel = Peel(system, pattern.suppressed)
        if proof is not None:
            pattern.insiders[unknown, owner] = proof
        else:
            pattern.unguarded.append((unknown, owner))


def _passing(pattern: Pattern) -> dict[int, list[Flow]]:
    passing: dict[int, list[Flow]] = {}
    for proof in pattern.proofs.values():
        for flow in (proof.up, proof.down):
            for used in flow.at.tolist():
                passing.setdefault(used, []).append(flow)
    return passing


def _known(flows: list[Flow], owner: int, system: System) -> Proof | None:
    """A flow found before that moves the cell and none of the insider's."""
    for flow in flows:
        if not (system.sole[flow.at] == owner).any():
            return Proof(flow, flow)
    return None


def _sought(pattern: Pattern, finder: Finder, peel: Peel, unknown: int, own: Longs) -> tuple[Proof | None, bool]:
    system = pattern.system
    need = (1.0, min(1.0, float(system.below[unknown])))
    open_ = (pattern.suppressed | system.hidden) & ~system.fixed
    open_[own] = False
    if not peel.uncovers(own.tolist()) and (proof := finder.within(unknown, need, open_)):
        return proof, False
    banned = np.zeros(system.size, dtype=bool)
    banned[own] = True
    proof = finder.proof(unknown, need, pattern.suppressed, banned)
    if proof is None:
        return None, False
    fresh = proof.uses[~pattern.suppressed[proof.uses] & ~system.hidden[proof.uses]]
    pattern.suppressed[fresh] = True
    return proof, bool(len(fresh))
