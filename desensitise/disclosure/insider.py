"""What an only contributor can work out: who stands alone behind a cell knows it, and must not unpick another.

Contributors of one owner pool what they know. For each insider the hidden cells that are not theirs must still be able
to move when theirs stand still; not far, but none may be exactly known (the singleton problem; τ-ARGUS manual 4.2).
One random movement out of the null space of all rows shows it for all cells of a component at once.
"""

from __future__ import annotations

import numpy as np

from desensitise.disclosure.audit import components
from desensitise.disclosure.flow import Flow
from desensitise.disclosure.reduce import Reduced, reduced
from desensitise.disclosure.search import Finder, Pattern, Step, quiet
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, Longs

ROUNDS = 6
FAINT = 1e-7


def guard(pattern: Pattern, step: Step = quiet) -> None:
    """Make every sensitive cell safe from every insider, hiding more where needed."""
    finder = Finder(pattern.system)
    for turn in range(ROUNDS):
        step("insiders", turn + 1, ROUNDS)
        pattern.insiders.clear()
        pattern.unguarded.clear()
        system = pattern.system
        open_ = (pattern.suppressed | system.hidden) & ~system.fixed
        for group in components(system, open_):
            _look(pattern, group)
        if not pattern.unguarded or not _mended(pattern, finder):
            break
    step("insiders", ROUNDS, ROUNDS)


def _look(pattern: Pattern, group: Longs) -> None:
    """Note, for each insider of the component, a movement that leaves their cells alone, and whom it leaves known."""
    system = pattern.system
    owners = np.unique(system.sole[group])
    sensitive = group[system.sensitive[group]]
    if not len(sensitive) or not (owners >= 0).any():
        return
    small = reduced(system, group)
    space = _null_space(small)
    draw = np.random.default_rng(3)
    for owner in owners[owners >= 0].tolist():
        own = np.flatnonzero(system.sole[group] == owner)
        classes = np.unique(small.of[own][small.of[own] >= 0])
        moved = _random_movement(space, classes, draw)
        amount = np.append(moved, 0.0)[small.of] * small.factor
        amount[np.abs(amount) < FAINT] = 0.0
        flow = _within_bounds(system, group, amount)
        pattern.insiders[owner] = (*pattern.insiders.get(owner, ()), flow)
        still = group[amount == 0]
        known = still[system.sensitive[still] & (system.sole[still] != owner)]
        pattern.unguarded.extend((int(unknown), owner) for unknown in known)


def _null_space(small: Reduced) -> Floats:
    """Columns span all movements of the classes that keep every row."""
    size = len(small.down)
    dense = np.zeros((small.rows, size))
    np.add.at(dense, (small.row, small.column), small.entry)
    values, vectors = np.linalg.eigh(dense.T @ dense)
    return np.asarray(vectors[:, values < 1e-9 * max(1.0, float(values.max(initial=0.0)))])


def _random_movement(space: Floats, held: Longs, draw: np.random.Generator) -> Floats:
    """A random movement that leaves some classes where they are."""
    weights: Floats = np.asarray(draw.standard_normal(space.shape[1]))
    if len(held):
        fixed = space[held]
        weights = np.asarray(weights - np.linalg.lstsq(fixed, fixed @ weights, rcond=None)[0])
    moved = np.asarray(space @ weights)
    moved[held] = 0.0
    return moved


def _within_bounds(system: System, group: Longs, amount: Floats) -> Flow:
    """The movement made so small that no bound is broken; cells at a bound may move one way only and are the limit."""
    kept = np.flatnonzero(amount)
    room = np.where(amount[kept] > 0, system.up[group[kept]], system.down[group[kept]])
    stretch = float(np.min(room / np.abs(amount[kept]), initial=1.0))
    return Flow(group[kept], amount[kept] * stretch)


def _mended(pattern: Pattern, finder: Finder) -> bool:
    """Hide what it takes to move the cells that insiders know; whether anything more was hidden."""
    system, more = pattern.system, False
    first: dict[int, int] = {}
    for unknown, owner in pattern.unguarded:
        first.setdefault(unknown, owner)
    for unknown, owner in first.items():
        banned = system.sole == owner
        banned &= pattern.suppressed
        need = (1.0, min(1.0, float(system.below[unknown])))
        proof = finder.proof(unknown, need, pattern.suppressed, banned)
        if proof is None:
            continue
        fresh = proof.uses[~pattern.suppressed[proof.uses] & ~system.hidden[proof.uses]]
        pattern.suppressed[fresh] = True
        more = more or bool(len(fresh))
    return more
