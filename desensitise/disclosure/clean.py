"""Giving back what was hidden for nothing: every secondary cell without which all proofs stand or can be mended."""

from __future__ import annotations

import numpy as np

from desensitise.disclosure.primary import Bools
from desensitise.disclosure.search import Finder, Pattern, Proof, Step, need_of, quiet
from desensitise.disclosure.sweep import sweep
from desensitise.disclosure.system import System

MANY = 12
"""Proofs over one cell beyond which they are mended by sweeps rather than one by one."""


PATIENCE = 12
"""How many cells, the dearest first, are tried by sweeps; each takes as long as a good part of the whole search."""


class Peel:
    """What a row gives away: a hidden cell that is alone in a row is computed at once, and may uncover the next."""

    def __init__(self, system: System, suppressed: Bools) -> None:
        self._system = system
        self._open = (suppressed | system.hidden) & ~system.fixed
        rows, self._rows = system.rows, system.by_column
        self._members = [
            rows.column[rows.start[row] : rows.start[row + 1]][
                self._open[rows.column[rows.start[row] : rows.start[row + 1]]]
            ].tolist()
            for row in range(len(rows))
        ]

    def uncovers(self, cells: list[int]) -> bool:
        """Whether a sensitive cell follows by itself, row after row, once these cells are known."""
        known, waiting = set(cells), list(cells)
        while waiting:
            cell = waiting.pop()
            for row in self._rows.column[self._rows.start[cell] : self._rows.start[cell + 1]].tolist():
                left = [one for one in self._members[row] if one not in known]
                if len(left) == 1:
                    if self._system.sensitive[left[0]]:
                        return True
                    known.add(left[0])
                    waiting.append(left[0])
        return False

    def give_back(self, cell: int) -> None:
        """The cell is published from here on."""
        for row in self._rows.column[self._rows.start[cell] : self._rows.start[cell + 1]].tolist():
            self._members[row].remove(cell)


def clean(pattern: Pattern, step: Step = quiet) -> None:
    """Give back every secondary cell that nobody needs, dearest first."""
    system = pattern.system
    finder, peel, users = Finder(system), Peel(system, pattern.suppressed), _users(pattern)
    order = pattern.secondary[np.argsort(-system.cost[pattern.secondary], kind="stable")]
    patience = PATIENCE
    for done, cell in enumerate(order.tolist(), start=1):
        step("clean", done, len(order))
        using = users.get(cell, set())
        if peel.uncovers([cell]) or (len(using) > MANY and not patience):
            continue
        patience -= len(using) > MANY
        mended = (_swept_without if len(using) > MANY else _without)(pattern, finder, cell, using)
        if mended is None:
            continue
        pattern.suppressed[cell] = False
        peel.give_back(cell)
        for unknown, proof in mended.items():
            for used in _given(system, pattern.proofs[unknown]):
                users.get(used, set()).discard(unknown)
            for used in _given(system, proof):
                users.setdefault(used, set()).add(unknown)
        pattern.proofs.update(mended)


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


def _given(system: System, proof: Proof) -> list[int]:
    """The secondary cells that a proof moves; only those can be given back."""
    uses = np.concatenate((proof.up.at, proof.down.at))
    return uses[~system.sensitive[uses] & ~system.hidden[uses]].tolist()  # type: ignore[no-any-return]


def _users(pattern: Pattern) -> dict[int, set[int]]:
    users: dict[int, set[int]] = {}
    flows: dict[int, list[int]] = {}
    given = ~pattern.system.sensitive & ~pattern.system.hidden
    for unknown, proof in pattern.proofs.items():
        for flow in (proof.up, proof.down):
            # Sweeps share one flow among hundreds of proofs.
            if id(flow) not in flows:
                flows[id(flow)] = flow.at[given[flow.at]].tolist()
            for used in flows[id(flow)]:
                users.setdefault(used, set()).add(unknown)
    return users
