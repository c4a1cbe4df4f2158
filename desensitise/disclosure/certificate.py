"""Replays the proofs of a claim without any solver: plain sums decide, and a wrong proof is told.

This module shares no code with the search. A proof is a movement of the table; it holds when every row still adds up,
nothing published moves, everybody's bounds are kept, and the sensitive cell moves as far as it must. Against an only
contributor it must also leave all hidden cells alone that they know.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from desensitise.disclosure.claim import Claim
from desensitise.disclosure.flow import Flow
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.table import Floats, Longs

SLACK = 1e-5
"""Of the protection needed: what the solver's rounding may leave."""
LEAST = 1.0
"""How far a cell must be able to move, up or down, in the eyes of an insider: one last digit."""
AT_ONCE = 2000
"""Flows checked together, which bounds memory."""


def faults(claim: Claim) -> list[str]:
    """What is wrong with a claim, a line each; empty when every sensitive cell is proven safe."""
    return [*_table_faults(claim), *_outsider_faults(claim), *_insider_faults(claim)]


def _table_faults(claim: Claim) -> Iterator[str]:
    """The figures must add up, and what is sensitive must be withheld."""
    left = np.abs(claim.rows.products(claim.value))
    if (left > SLACK * np.maximum(1.0, claim.rows.products_of_sizes(claim.value))).any():
        yield "the table does not add up"
    for unknown in np.flatnonzero(claim.sensitive & ~claim.suppressed & ~claim.hidden).tolist():
        yield f"{claim.places[unknown]}: is told"


def _outsider_faults(claim: Claim) -> Iterator[str]:
    asked: list[tuple[int, Flow, float, float]] = []
    for unknown in np.flatnonzero(claim.sensitive).tolist():
        proof = claim.proofs.get(unknown)
        if proof is None:
            yield f"{claim.places[unknown]}: no proof"
            continue
        asked.append((unknown, proof.up, float(claim.above[unknown]), 1.0))
        asked.append((unknown, proof.down, float(claim.below[unknown]), -1.0))
    wrong = troubles(claim, [flow for _, flow, _, _ in asked], [max(1.0, need) for _, _, need, _ in asked])
    for unknown, flow, need, sign in asked:
        if not sign * flow.of(unknown) >= need * (1 - SLACK):
            yield f"{claim.places[unknown]}: moves too little"
        if trouble := wrong.get(id(flow)):
            yield f"{claim.places[unknown]}: {trouble}"


def _insider_faults(claim: Claim) -> Iterator[str]:
    """Where a cell's own proof moves what an insider knows, another movement must show that they cannot compute it.

    Noughts are asked of outsiders only: who is alone in a line knows by that that the others in it reported nothing.
    """
    if not claim.insiders_asked:
        return
    flows = list(claim.insiders.values())
    wrong = troubles(claim, flows, [max(LEAST, float(np.abs(flow.amount).max(initial=0.0))) for flow in flows])
    owners = _Owners(claim)
    for unknown, proof in claim.proofs.items():
        falling = owners.of(proof.down) if abs(proof.down.of(unknown)) >= LEAST * (1 - SLACK) else None
        for owner in sorted(owners.of(proof.up) - {int(claim.sole[unknown])}):
            own = claim.insiders.get((unknown, owner))
            if own is None:
                if claim.value[unknown] != 0 and (falling is None or owner in falling):
                    yield f"{claim.places[unknown]}: no proof against an insider"
            elif owner in owners.of(own) or abs(own.of(unknown)) < LEAST * (1 - SLACK):
                yield f"{claim.places[unknown]}: its proof against an insider moves what the insider knows"
            elif trouble := wrong.get(id(own)):
                yield f"{claim.places[unknown]}: against an insider, {trouble}"


class _Owners:
    """Whose own cells flows move; looked up once a flow."""

    def __init__(self, claim: Claim) -> None:
        self._sole = claim.sole
        self._known: dict[int, frozenset[int]] = {}

    def of(self, flow: Flow) -> frozenset[int]:
        """Owners of cells at the flow's places, which the claim keeps alive while this is asked."""
        if id(flow.at) not in self._known:
            self._known[id(flow.at)] = frozenset(owner for owner in self._sole[flow.at].tolist() if owner >= 0)
        return self._known[id(flow.at)]


def troubles(claim: Claim, flows: Sequence[Flow], scales: Sequence[float]) -> dict[int, str]:
    """What is wrong with each flow, by its identity; one flow that serves many is judged once, by the finest scale."""
    least: dict[int, float] = {}
    for flow, scale in zip(flows, scales, strict=True):
        least[id(flow)] = min(scale, least.get(id(flow), np.inf))
    once = {id(flow): flow for flow in flows}
    found: dict[int, str] = {}
    open_ = (claim.suppressed | claim.hidden) & ~claim.fixed
    names = list(once)
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        found |= _judged(claim, open_, {one: once[one] for one in some}, np.array([least[o] for o in some]))
    return found


def _judged(claim: Claim, open_: Bools, flows: dict[int, Flow], scale: Floats) -> dict[int, str]:
    """A few thousand flows at once: the first thing wrong with each."""
    names = list(flows)
    of = np.repeat(np.arange(len(names)), [len(flow.at) for flow in flows.values()])
    at = np.concatenate([flow.at for flow in flows.values()])
    amount = np.concatenate([flow.amount for flow in flows.values()])
    found: dict[int, str] = {}

    def note(broken: Bools, whose: Longs, what: str) -> None:
        for one in np.unique(whose[broken]).tolist():
            found.setdefault(names[one], what)

    note(~open_[at] & (amount != 0), of, "its proof moves a published figure")
    beyond = np.maximum(-amount - claim.down[at], amount - claim.up[at])
    note(~(beyond <= scale[of] * SLACK), of, "its proof breaks a bound")
    columns = claim.by_column
    counts = columns.start[at + 1] - columns.start[at]
    first = np.concatenate(([0], np.cumsum(counts)[:-1]))
    entry = np.repeat(columns.start[at] - first, counts) + np.arange(int(counts.sum()))
    key = np.repeat(of, counts) * len(claim.rows) + columns.column[entry]
    keys, where = np.unique(key, return_inverse=True)
    left = np.bincount(where, weights=columns.factor[entry] * np.repeat(amount, counts), minlength=len(keys))
    whose = keys // max(1, len(claim.rows))
    note(~(np.abs(left) <= scale[whose] * SLACK), whose, "its proof breaks a sum")
    return found
