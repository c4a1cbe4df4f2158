"""Replays the proofs of a pattern without any solver: plain sums decide, and a wrong proof is told.

This module shares no code with the search. A proof is a movement of the table; it holds when every row still adds up,
nothing published moves, everybody's bounds are kept, and the sensitive cell moves as far as it must.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from desensitise.disclosure.search import Pattern
from desensitise.disclosure.system import System

SLACK = 1e-5
"""Of the protection needed: what the solver's rounding may leave."""


def faults(pattern: Pattern) -> list[str]:
    """What is wrong with the proofs, a line each; empty when every sensitive cell is proven safe."""
    return list(_faults(pattern))


def _faults(pattern: Pattern) -> Iterator[str]:
    system = pattern.system
    seen: dict[int, str] = {}
    for unknown in np.flatnonzero(system.sensitive).tolist():
        proof = pattern.proofs.get(unknown)
        if proof is None:
            yield f"{system.place(unknown)}: no proof"
            continue
        for flow, need, sign in (
            (proof.up, float(system.above[unknown]), 1.0),
            (proof.down, float(system.below[unknown]), -1.0),
        ):
            here = np.flatnonzero(flow.at == unknown)
            reached = float(flow.amount[here[0]]) if len(here) else 0.0
            if sign * reached < need * (1 - SLACK):
                yield f"{system.place(unknown)}: moves too little"
            if id(flow) not in seen:
                seen[id(flow)] = _trouble(pattern, _dense(system, flow.at, flow.amount), max(need, 1.0))
            if seen[id(flow)]:
                yield f"{system.place(unknown)}: {seen[id(flow)]}"
    yield from _insider_faults(pattern)


def _insider_faults(pattern: Pattern) -> Iterator[str]:
    """An insider's proof leaves their own cells alone and moves every other sensitive cell of its component."""
    system = pattern.system
    for owner, flows in pattern.insiders.items():
        for flow in flows:
            moved = _dense(system, flow.at, flow.amount)
            if (moved[(system.sole == owner) & pattern.suppressed] != 0).any():
                yield "an insider's proof moves the insider's own cell"
            elif trouble := _trouble(pattern, moved, max(1e-3, float(np.abs(moved).max(initial=0.0)))):
                yield f"an insider's proof does not hold: {trouble}"


def _dense(system: System, at: npt.NDArray[np.int64], amount: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    moved = np.zeros(system.size)
    moved[at] = amount
    return moved


def _trouble(pattern: Pattern, moved: npt.NDArray[np.float64], scale: float) -> str:
    system = pattern.system
    touched = np.flatnonzero(moved)
    if not len(touched):
        return ""
    if (~pattern.suppressed[touched] & ~system.hidden[touched]).any() or system.fixed[touched].any():
        return "its proof moves a published figure"
    down, up = -moved[touched] - system.down[touched], moved[touched] - system.up[touched]
    if max(float(down.max(initial=0.0)), float(up.max(initial=0.0))) > scale * SLACK:
        return "its proof breaks a bound"
    rows = np.unique(
        np.concatenate(
            [system.by_column.column[system.by_column.start[t] : system.by_column.start[t + 1]] for t in touched]
        )
    )
    for row in rows.tolist():
        entries = slice(system.rows.start[row], system.rows.start[row + 1])
        left = float((system.rows.factor[entries] * moved[system.rows.column[entries]]).sum())
        if abs(left) > scale * SLACK:
            return "its proof breaks a sum"
    return ""
