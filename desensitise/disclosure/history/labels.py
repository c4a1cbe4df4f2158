"""Unknowns of a joint system by what they stand for, so that what was found in one system is found again in the next.

A cell is told apart by its codes, its place in the chain of editions and its measure; what is no cell (a rest, a
difference) by the first two cells of the only sum that it stands in.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from desensitise.disclosure.history.edition import MEASURE
from desensitise.disclosure.history.union import EDITION
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Cells, Longs, strides

FIRST = "=1"
"""The place of a table that has no past."""


def pairs_of(system: System) -> Longs:
    """For each unknown that is no cell, the first two of its only sum; -1 where it stands in none."""
    start = system.by_column.start[system.told :]
    found = np.full((system.size - system.told, 2), -1, dtype=np.int64)
    some = np.flatnonzero(np.diff(start))
    first = system.rows.start[system.by_column.column[start[some]]]
    found[some] = np.stack((system.rows.column[first], system.rows.column[first + 1]), axis=1)
    return found


def editions_of(cells: Cells, pairs: Longs) -> Longs:
    """The number of each unknown's edition; of what is no cell, the later one of its pair."""
    codes = np.array([int(code[1:]) for code in cells.trees[-1].codes], dtype=np.int64)
    own = np.tile(codes[cells.nodes[:, -1]], len(cells.measures))
    both = np.where(pairs >= 0, own[np.maximum(pairs, 0)], 0)
    return np.concatenate((own, both.max(axis=1, initial=0)))


def cells_at(cells: Cells, unknowns: Longs) -> pl.DataFrame:
    """Codes, edition and measure of such unknowns."""
    cell, measure = unknowns % len(cells.keys), unknowns // len(cells.keys)
    names = np.array([one.measure.name for one in cells.measures], dtype=object)
    columns = [
        pl.Series(tree.name, np.asarray(tree.codes, dtype=object)[cells.nodes[cell, axis]], dtype=pl.String)
        for axis, tree in enumerate(cells.trees)
    ]
    frame = pl.DataFrame([*columns, pl.Series(MEASURE, names[measure], dtype=pl.String)])
    return frame if EDITION in frame.columns else frame.with_columns(pl.lit(FIRST).alias(EDITION))


def unknowns_at(cells: Cells, frame: pl.DataFrame) -> Longs:
    """The unknowns of ``cells_at``; -1 where there is none. Dimensions that the frame does not name are whole."""
    names = {one.measure.name: at for at, one in enumerate(cells.measures)}
    measure = frame[MEASURE].replace_strict(names, default=-1, return_dtype=pl.Int64).to_numpy()
    keys, missing = np.zeros(frame.height, dtype=np.int64), measure < 0
    for tree, step in zip(cells.trees, strides(cells.trees), strict=True):
        if tree.name in frame.columns:
            known = frame[tree.name].replace_strict(dict(tree.index), default=-1, return_dtype=pl.Int64)
            nodes = known.to_numpy()
            missing = missing | (nodes < 0)
            keys += np.maximum(nodes, 0) * step
    at = np.searchsorted(cells.keys, keys)
    at[at == len(cells.keys)] = 0
    return np.where(missing | (cells.keys[at] != keys), -1, at + np.maximum(measure, 0) * len(cells.keys))
