"""Many proofs at once: where most cells are hidden anyway, one movement of the table proves hundreds of them safe.

Each sweep draws a direction for every sensitive cell and lets all move that way as far as they need and can. A cell
that reaches its need is proven in that direction. What a few sweeps leave unproven is sought one by one.
"""

from __future__ import annotations

import highspy
import numpy as np

from desensitise.disclosure.audit import components
from desensitise.disclosure.flow import TOLERANCE, Flow, restricted, solver
from desensitise.disclosure.reduce import Reduced, reduced
from desensitise.disclosure.search import Pattern, Proof
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, Longs

SWEEPS = 12


def sweep(pattern: Pattern) -> None:
    """Prove what can be proven without hiding anything more."""
    system = pattern.system
    open_ = (pattern.suppressed | system.hidden) & ~system.fixed
    draw = np.random.default_rng(1)
    for group in components(system, open_):
        wanted = np.array(
            [u for u in group[system.sensitive[group]].tolist() if u not in pattern.proofs], dtype=np.int64
        )
        if len(wanted):
            _swept(pattern, group, wanted, draw)


FEW = 150
"""Unproven cells of a component up to which each is sought by itself, which finds cheaper ways."""


DENSE = 0.4
"""Share of sensitive unknowns from which a component is protected in batches; below it, single searches are cheaper."""


def widen(pattern: Pattern) -> None:
    """Hide further cells so that many unproven ones move at once; what stays unproven is left to single searches."""
    system = pattern.system
    draw = np.random.default_rng(2)
    for part in components(system, ~system.fixed):
        if system.sensitive[part].mean() < DENSE:
            continue
        part = np.sort(part)  # noqa: PLW2901 - positions are looked up by bisection
        for _ in range(SWEEPS):
            wanted = np.array(
                [u for u in part[system.sensitive[part]].tolist() if u not in pattern.proofs], dtype=np.int64
            )
            if len(wanted) <= FEW or not _widened(pattern, part, wanted, draw):
                break


def _widened(pattern: Pattern, part: Longs, wanted: Longs, draw: np.random.Generator) -> bool:
    """One random direction for all, there and back; whether any cell was proven."""
    system = pattern.system
    signs = draw.choice([-1.0, 1.0], len(wanted))
    found: tuple[dict[int, Flow], dict[int, Flow]] = ({}, {})
    for turned in (signs, -signs):
        flow = _batch(pattern, part, wanted, turned)
        _note(system, flow, wanted, np.searchsorted(part, wanted), part, found)
    proven = [u for u in wanted.tolist() if u in found[0] and u in found[1]]
    for unknown in proven:
        pattern.proofs[unknown] = Proof(found[0][unknown], found[1][unknown])
        pattern.suppressed[found[0][unknown].at] = True
        pattern.suppressed[found[1][unknown].at] = True
    pattern.suppressed[system.hidden] = False
    return bool(proven)


def _batch(pattern: Pattern, part: Longs, wanted: Longs, signs: Floats) -> Flow:
    """The cheapest movement in which as many wanted cells as can move as far as they need."""
    system = pattern.system
    hidden = (pattern.suppressed | system.hidden)[part]
    may = hidden | (system.value[part] != 0)
    size = len(part)
    upper = np.concatenate((np.where(may, system.up[part], 0.0), np.where(may, system.down[part], 0.0)))
    need = np.where(signs > 0, system.above[wanted], system.below[wanted])
    typical = max(1.0, float(np.median(need)))
    reach = np.maximum(np.minimum(np.minimum(system.up[part], system.down[part]), typical), 1e-9)
    price = np.where(hidden, system.cost[part] * 1e-4, system.cost[part]) / reach
    price = price / max(float(price.max(initial=0.0)), 1e-9)
    cost = np.concatenate((price, price))
    at = np.searchsorted(part, wanted)
    toward = np.where(signs > 0, at, at + size)
    upper[np.where(signs > 0, at + size, at)] = 0.0
    upper[toward] = need
    cost[toward] = -100.0 * typical / np.maximum(need, 1e-9)
    row, column, factor, count = restricted(system.by_column, part)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = 2 * size, count
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, np.zeros(2 * size), upper
    model.row_lower_, model.row_upper_ = np.zeros(count), np.zeros(count)
    starts = np.concatenate(([0], np.cumsum(np.bincount(column, minlength=size))))
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.concatenate((starts, starts[1:] + starts[-1])).astype(np.int32)
    model.a_matrix_.index_ = np.concatenate((row, row)).astype(np.int32)
    model.a_matrix_.value_ = np.concatenate((factor, -factor))
    highs = solver()
    highs.passModel(model)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return Flow(part[:0], np.zeros(0))
    solution = np.asarray(highs.getSolution().col_value)
    moved = solution[:size] - solution[size:]
    kept = np.abs(moved) > TOLERANCE * typical
    return Flow(part[kept], moved[kept])


def _swept(pattern: Pattern, group: Longs, wanted: Longs, draw: np.random.Generator) -> None:
    system = pattern.system
    small = reduced(system, group)
    if not len(small.down):
        return
    at = np.searchsorted(group, wanted)
    movable = small.of[at] >= 0
    wanted, at = wanted[movable], at[movable]
    found: tuple[dict[int, Flow], dict[int, Flow]] = ({}, {})
    signs = np.ones(len(wanted))
    for turn in range(SWEEPS):
        if turn % 2:
            signs = -signs
        else:
            signs = draw.choice([-1.0, 1.0], len(wanted))
            # What is still to be proven in one direction only is asked for in that one.
            signs[[one in found[0] and one not in found[1] for one in wanted.tolist()]] = -1.0
            signs[[one in found[1] and one not in found[0] for one in wanted.tolist()]] = 1.0
        flow = _moved(system, small, group, wanted, at, signs)
        _note(system, flow, wanted, at, group, found)
        if all(len(one) == len(wanted) for one in found):
            break
    for unknown in wanted.tolist():
        if unknown in found[0] and unknown in found[1]:
            pattern.proofs[unknown] = Proof(found[0][unknown], found[1][unknown])


def _note(
    system: System, flow: Flow, wanted: Longs, at: Longs, group: Longs, found: tuple[dict[int, Flow], dict[int, Flow]]
) -> None:
    """Which cells the flow proves, and in which direction; a need of nought is met by any."""
    dense = np.zeros(len(group))
    dense[np.searchsorted(group, flow.at)] = flow.amount
    moved = dense[at]
    for direction, reached in enumerate(
        (
            moved >= system.above[wanted] * (1 - TOLERANCE),
            -moved >= system.below[wanted] * (1 - TOLERANCE),
        )
    ):
        for unknown in wanted[reached].tolist():
            found[direction].setdefault(unknown, flow)


def _moved(system: System, small: Reduced, group: Longs, wanted: Longs, at: Longs, signs: Floats) -> Flow:
    """All wanted cells moved in their directions, each at most as far as it needs."""
    size = len(small.down)
    factor, of = small.factor[at], small.of[at]
    need = np.where(signs > 0, system.above[wanted], system.below[wanted]) / np.abs(factor)
    turned = signs * np.sign(factor)
    lower, upper, aim = -small.down.copy(), small.up.copy(), np.zeros(size)
    # Cells of one class may want opposite directions; the last one decides, the others wait for another sweep.
    aim[of] = turned
    farthest = np.zeros(size)
    np.maximum.at(farthest, of, np.where(aim[of] == turned, need, 0.0))
    rising, falling = aim > 0, aim < 0
    upper[rising] = np.minimum(upper[rising], farthest[rising])
    lower[falling] = np.maximum(lower[falling], -farthest[falling])
    scale = np.maximum(farthest, 1e-9)
    highs = solver()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = size, small.rows
    model.col_cost_ = np.where(aim != 0, -aim / scale, 0.0)
    model.col_lower_, model.col_upper_ = lower, upper
    model.row_lower_, model.row_upper_ = np.zeros(small.rows), np.zeros(small.rows)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    starts = np.concatenate(([0], np.cumsum(np.bincount(small.row, minlength=small.rows))))
    model.a_matrix_.start_ = starts.astype(np.int32)
    model.a_matrix_.index_ = small.column.astype(np.int32)
    model.a_matrix_.value_ = small.entry
    highs.passModel(model)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return Flow(group[:0], np.zeros(0))
    classes = np.append(np.asarray(highs.getSolution().col_value), 0.0)
    moved = classes[small.of] * small.factor
    kept = np.abs(moved) > 1e-7
    return Flow(group[kept], moved[kept])
