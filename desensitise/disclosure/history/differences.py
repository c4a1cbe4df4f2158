"""Differences between editions that do not follow one another: what a reader of the first and the third can take off.

The difference of two editions of a cell is an unknown of its own where few stand behind it; who changed it is added up
over all changes in between, so that one firm correcting itself twice counts once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from desensitise.disclosure.history.extra import Extra, extended
from desensitise.disclosure.history.joint import Joint, changes_of_codes, few_units, keys_at
from desensitise.disclosure.history.union import EDITION
from desensitise.disclosure.primary import primary_of
from desensitise.disclosure.spec import Dimension, MeasureKind
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Cells, Longs, cells_from

Names = npt.NDArray[Any]


def with_differences(joint: Joint) -> System:
    """The joint system with an unknown for each sensitive difference of editions that are further than one apart."""
    changed, spec = joint.changed, joint.spec
    last = max(changed[EDITION].to_list(), default=1)
    spans = [(first, after) for after in range(3, last + 1) for first in range(1, after - 1)]
    parts = [
        changed.filter((pl.col(EDITION) > first) & (pl.col(EDITION) <= after)).with_columns(
            pl.lit(f"{first}-{after}").alias(EDITION)
        )
        for first, after in spans
    ]
    parts = [part for part in parts if part.height]
    if not parts:
        return joint.system
    keys = [*(column for dimension in spec.dimensions for column in dimension.columns), EDITION, "_owner"]
    summed = pl.concat(parts).group_by(keys).agg(pl.col("_waived").all(), pl.exclude(*keys, "_waived").sum())
    made = replace(
        spec,
        dimensions=(*spec.dimensions, Dimension(EDITION, (EDITION,))),
        tables=tuple((*one, EDITION) for one in spec.crossed),
        relations=(),
    )
    return _added(joint.system, cells_from(summed, made, joint.owners))


def _added(system: System, spans: Cells) -> System:
    whole, count = system.cells, len(system.cells.keys)
    codes = pl.DataFrame(
        [
            pl.Series(tree.name, np.asarray(tree.codes, dtype=object)[spans.nodes[:, axis]], dtype=pl.String)
            for axis, tree in enumerate(spans.trees[:-1])
        ]
    )
    names = np.asarray(spans.trees[-1].codes, dtype=object)[spans.nodes[:, -1]]
    first, after = _ends(whole, codes, names)
    changes = _changes(whole, codes, names)
    # Where one edition of the span changed the cell, its change is the difference itself.
    several = np.flatnonzero(((changes >= 0).sum(axis=1) > 1) & (first >= 0) & (after >= 0))
    for at, (one, why) in enumerate(zip(spans.measures, primary_of(spans), strict=True)):
        begin, end = first[several] + at * count, after[several] + at * count
        moved, above = system.value[end] - system.value[begin], why.above[several]
        grown = one.value[several] >= one.absolute[several]
        if one.measure.kind is MeasureKind.UNITS:
            above, grown = few_units(moved, one.measure.rules.threshold)
        # Where both editions told the figure, its difference is known already and past protecting.
        hot = (above > 0) & ~(system.fixed[begin] & system.fixed[end])
        down = np.where(grown, moved, np.inf)[hot]
        sole = np.where(one.sole[several] >= 0, one.sole[several], _sole(system, changes[several], at))[hot]
        extra = Extra(moved[hot], down, above[hot], np.minimum(above[hot], down), sole, sensitive=True)
        system = extended(system, np.stack((end[hot], begin[hot]), axis=1), np.array([1.0, -1.0]), extra)
    return system


def _ends(whole: Cells, codes: pl.DataFrame, names: Names) -> tuple[Longs, Longs]:
    """The cells in the first and the last edition of each span."""
    first, after = np.full(len(names), -1, dtype=np.int64), np.full(len(names), -1, dtype=np.int64)
    for name in sorted({str(one) for one in names} - {"_T"}):
        mine = np.flatnonzero(names == name)
        begin, end = name.split("-")
        here = codes[mine.tolist()]
        first[mine], after[mine] = keys_at(whole, here, f"={begin}"), keys_at(whole, here, f"={end}")
    return first, after


def _changes(whole: Cells, codes: pl.DataFrame, names: Names) -> Longs:
    """The cells of the changes within each span, a column an edition, -1 where nothing changed."""
    ends = {str(name): [int(end) for end in str(name).split("-")] for name in set(names.tolist()) - {"_T"}}
    found = []
    for code in np.asarray(whole.trees[-1].codes, dtype=object)[changes_of_codes(whole.trees[-1].codes)].tolist():
        inside = [name for name, (begin, end) in ends.items() if begin < int(code[1:]) <= end]
        mine = np.flatnonzero(np.isin(names.astype(str), inside))
        column = np.full(len(names), -1, dtype=np.int64)
        column[mine] = keys_at(whole, codes[mine.tolist()], code)
        found.append(column)
    return np.stack(found, axis=1)


def _sole(system: System, changes: Longs, measure: int) -> Longs:
    """Who alone stands behind all that is sensitive in a span, or -1: the rest of the difference is nobody's secret."""
    unknown = np.maximum(changes, 0) + measure * len(system.cells.keys)
    open_ = (changes >= 0) & ~system.fixed[unknown] & system.sensitive[unknown]
    who = np.where(open_, system.sole[unknown], -2)
    most = who.max(axis=1)
    alone = (who == most[:, None]) | (who == -2)
    return np.where(alone.all(axis=1) & (most >= 0), most, -1).astype(np.int64)
