"""Controlled rounding: every figure becomes a multiple of a base, none moves as far as a base, and all sums still hold.

Zero-restricted: what is a multiple already stays (Cox 1987; Salazar, Lowthian, Young, Merola, Bond and Brown 2004).
Each component of the table is an integer programme over 'down' or 'up' that keeps every sum and moves figures as little
as can be. HiGHS solves its relaxation first where two trees are crossed, for it is whole already then.
"""

from __future__ import annotations

from collections.abc import Callable

import highspy
import numpy as np

from catalog.errors import UnsafeRelease
from desensitise.disclosure.audit import components
from desensitise.disclosure.flow import restricted
from desensitise.disclosure.spec import MeasureKind, TableSpec
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, Longs

SECONDS = 60.0
"""After which the best rounding found so far is taken; tables of ten thousand figures end before, by ``GAP``."""
GAP = 0.2
"""Of the least movement there could be: what the rounding of three or more crossed dimensions may move more."""
PLANE = 2
"""Crossed dimensions up to which the relaxation is whole already."""


def rounded(system: System, step: Callable[[str, int, int], None]) -> Floats:
    """Rounded values of a system's unknowns; UnsafeRelease where no such rounding exists."""
    spec = system.cells.spec
    steps = _steps(spec, system)
    free = np.zeros(system.size, dtype=bool)
    below = np.floor(system.value / steps) * steps
    free[: system.told] = (system.value != below)[: system.told]
    # Distinct units do not add up: each is rounded by itself.
    alone = np.zeros(system.size, dtype=bool)
    count = len(system.cells.keys)
    for at, one in enumerate(spec.measures):
        alone[at * count : (at + 1) * count] = one.kind is MeasureKind.UNITS
    nearest = np.where(system.value - below >= steps / 2, below + steps, below)
    value = np.where(alone & free, nearest, system.value)
    parts = components(system, free & ~alone)
    for done, part in enumerate(parts, start=1):
        value[part] = below[part] + steps[part] * _chosen(system, np.sort(part), below, steps)
        step("round", done, len(parts))
    return value


def base_of(spec: TableSpec, measure: int) -> float:
    """The base in last digits of a measure; it counts what is told: units, yuan, or tens of thousands of them."""
    one = spec.measures[measure]
    return float(spec.base * (one.unit if one.unit > 1 else 10**one.decimals))


def _steps(spec: TableSpec, system: System) -> Floats:
    count = len(system.cells.keys)
    found = np.ones(system.size)
    for at in range(len(spec.measures)):
        found[at * count : (at + 1) * count] = base_of(spec, at)
    return found


def _chosen(system: System, part: Longs, below: Floats, steps: Floats) -> Floats:
    """For each figure of a component whether it goes up (1) or down (0)."""
    row, column, factor, count = restricted(system.by_column, part)
    touched = np.unique(
        np.concatenate(
            [system.by_column.column[system.by_column.start[u] : system.by_column.start[u + 1]] for u in part.tolist()]
        )
    )
    gap = _gaps(system, touched, part, below)
    share = (system.value[part] - below[part]) / steps[part]
    size = len(part)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = size, count
    # Movement is share when a figure goes down and 1 - share when it goes up.
    size_of = steps[part] / steps[part].max()
    model.col_cost_, model.offset_ = (1 - 2 * share) * size_of, float(share @ size_of)
    model.col_lower_, model.col_upper_ = np.zeros(size), np.ones(size)
    unit = float(steps[part].min())
    model.row_lower_ = model.row_upper_ = -gap / unit
    starts = np.concatenate(([0], np.cumsum(np.bincount(column, minlength=size))))
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = starts.astype(np.int32)
    model.a_matrix_.index_ = row.astype(np.int32)
    model.a_matrix_.value_ = factor * steps[part][column] / unit
    return _solved(system, part, model)


def _gaps(system: System, rows: Longs, part: Longs, below: Floats) -> Floats:
    """What each row comes to when the component's figures all go down; the others stand as multiples."""
    base = system.value.copy()
    base[part] = below[part]
    return system.rows.products(base)[rows]


def _solved(system: System, part: Longs, model: highspy.HighsLp) -> Floats:
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.silent()
    for option, setting in (("threads", 1), ("random_seed", 1), ("time_limit", SECONDS), ("mip_rel_gap", GAP)):
        highs.setOptionValue(option, setting)
    highs.passModel(model)
    found, whole = np.zeros(0), False
    if len(system.cells.trees) <= PLANE:
        highs.run()
        found = np.asarray(highs.getSolution().col_value)
        whole = len(found) == len(part) and bool(np.all(np.abs(found - np.round(found)) < 1e-6))
        whole = whole and highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    if not whole:
        columns = np.arange(len(part), dtype=np.int32)
        highs.changeColsIntegrality(len(part), columns, np.full(len(part), highspy.HighsVarType.kInteger))
        highs.run()
        found = np.asarray(highs.getSolution().col_value)
        if not highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            raise UnsafeRelease(
                f"Table {system.cells.spec.name}: no rounding to base {system.cells.spec.base} keeps all sums around "
                f"{system.place(int(part[0]))}.",
                left="Nothing was released.",
                todo="Take another base, or publish fewer totals.",
            )
    return np.round(found)
