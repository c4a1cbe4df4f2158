"""Replays the proofs of a pattern without any solver: plain sums decide, and a wrong proof is told.

This module shares no code with the search. A proof is a movement of the table; it holds when every row still adds up,
nothing published moves, everybody's bounds are kept, and the sensitive cell moves as far as it must. Against an only
contributor it must also leave all hidden cells alone that they know.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from desensitise.disclosure.flow import Flow
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.search import Pattern
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, Longs

SLACK = 1e-5
"""Of the protection needed: what the solver's rounding may leave."""
LEAST = 1.0
"""How far a cell must be able to move, up or down, in the eyes of an insider: one last digit."""
AT_ONCE = 2000
"""Flows checked together, which bounds memory."""


def faults(pattern: Pattern) -> list[str]:
    """What is wrong with the proofs, a line each; empty when every sensitive cell is proven safe."""
    return [*_outsider_faults(pattern), *_insider_faults(pattern)]


def _outsider_faults(pattern: Pattern) -> Iterator[str]:
    system = pattern.system
    asked: list[tuple[int, Flow, float, float]] = []
    for unknown in np.flatnonzero(system.sensitive).tolist():
        proof = pattern.proofs.get(unknown)
        if proof is None:
            yield f"{system.place(unknown)}: no proof"
            continue
        asked.append((unknown, proof.up, float(system.above[unknown]), 1.0))
        asked.append((unknown, proof.down, float(system.below[unknown]), -1.0))
    wrong = _troubles(pattern, [flow for _, flow, _, _ in asked], [max(1.0, need) for _, _, need, _ in asked])
    for unknown, flow, need, sign in asked:
        if sign * flow.of(unknown) < need * (1 - SLACK):
            yield f"{system.place(unknown)}: moves too little"
        if trouble := wrong.get(id(flow)):
            yield f"{system.place(unknown)}: {trouble}"


def _insider_faults(pattern: Pattern) -> Iterator[str]:
    """Where a cell's own proof moves what an insider knows, another movement must show that they cannot compute it."""
    system = pattern.system
    if not system.cells.spec.attacker.insiders:
        return
    told = set(pattern.unguarded)
    flows = list(pattern.insiders.values())
    wrong = _troubles(pattern, flows, [max(LEAST, float(np.abs(flow.amount).max(initial=0.0))) for flow in flows])
    for unknown, proof in pattern.proofs.items():
        for owner in sorted(_owners(system, proof.up) - {int(system.sole[unknown])}):
            own = pattern.insiders.get((unknown, owner))
            if own is None:
                if not _keeps(system, proof.down, unknown, owner) and (unknown, owner) not in told:
                    yield f"{system.place(unknown)}: no proof against an insider"
            elif not _keeps(system, own, unknown, owner):
                yield f"{system.place(unknown)}: its proof against an insider moves what the insider knows"
            elif trouble := wrong.get(id(own)):
                yield f"{system.place(unknown)}: against an insider, {trouble}"


def _owners(system: System, flow: Flow) -> set[int]:
    return {owner for owner in system.sole[flow.at].tolist() if owner >= 0}


def _keeps(system: System, flow: Flow, unknown: int, owner: int) -> bool:
    """Whether a flow moves the unknown far enough and leaves the owner's cells alone."""
    return owner not in _owners(system, flow) and abs(flow.of(unknown)) >= LEAST * (1 - SLACK)


def _troubles(pattern: Pattern, flows: Sequence[Flow], scales: Sequence[float]) -> dict[int, str]:
    """What is wrong with each flow, by its identity; one flow that serves many is judged once, by the finest scale."""
    least: dict[int, float] = {}
    for flow, scale in zip(flows, scales, strict=True):
        least[id(flow)] = min(scale, least.get(id(flow), np.inf))
    once = {id(flow): flow for flow in flows}
    found: dict[int, str] = {}
    open_ = (pattern.suppressed | pattern.system.hidden) & ~pattern.system.fixed
    names = list(once)
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        found |= _judged(pattern.system, open_, {one: once[one] for one in some}, np.array([least[o] for o in some]))
    return found


def _judged(system: System, open_: Bools, flows: dict[int, Flow], scale: Floats) -> dict[int, str]:
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
    beyond = np.maximum(-amount - system.down[at], amount - system.up[at])
    note(~(beyond <= scale[of] * SLACK), of, "its proof breaks a bound")
    columns = system.by_column
    counts = columns.start[at + 1] - columns.start[at]
    first = np.concatenate(([0], np.cumsum(counts)[:-1]))
    entry = np.repeat(columns.start[at] - first, counts) + np.arange(int(counts.sum()))
    key = np.repeat(of, counts) * len(system.rows) + columns.column[entry]
    keys, where = np.unique(key, return_inverse=True)
    left = np.bincount(where, weights=columns.factor[entry] * np.repeat(amount, counts), minlength=len(keys))
    whose = keys // max(1, len(system.rows))
    note(~(np.abs(left) <= scale[whose] * SLACK), whose, "its proof breaks a sum")
    return found
