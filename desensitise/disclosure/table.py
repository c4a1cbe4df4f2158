"""From records to cells: sums, contributors and the largest contributions of every cell of every crossed table.

Batches are first added up per finest cell and contributor, so memory follows the number of those and not of records.
Each (cell, contributor) is summed whole before it is ranked: the top contributions are exact however a contributor's
records are spread. Amounts are whole numbers of their last decimal and exact up to 2**53.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from desensitise.disclosure.hierarchy import Ints, Tree, demand_members, leaf_code, tree_of
from desensitise.disclosure.spec import Dimension, Measure, MeasureKind, TableSpec
from desensitise.disclosure.sums import Source, finest_columns, sums_of

Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MeasureCells:
    """One measure's figures, a row a cell.

    ``top`` holds the largest absolute contributions, falling; ``others`` is what all contributions come to in absolute
    terms; ``guarded`` is the largest contribution of a contributor who signed no waiver, ``guarded_units`` how many
    such there are; ``sole`` numbers the only contributor of a cell, or is -1.
    """

    measure: Measure
    value: Floats
    units: Ints
    top: Floats
    absolute: Floats
    guarded: Floats
    guarded_units: Ints
    sole: Ints


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of all crossed tables, each once: ``keys`` (rising) number its place, ``nodes`` its code per dimension.

    ``present`` counts the contributors with any record in the cell, whatever its value.
    """

    spec: TableSpec
    trees: tuple[Tree, ...]
    keys: Longs
    nodes: Ints
    present: Ints
    measures: tuple[MeasureCells, ...]

    def place(self, cell: int) -> str:
        """A cell's coordinates, for messages: codes only, never a value."""
        codes = [tree.codes[node] for tree, node in zip(self.trees, self.nodes[cell], strict=True)]
        return ", ".join(f"{tree.name}={code}" for tree, code in zip(self.trees, codes, strict=True))


def cells_of(records: Source, spec: TableSpec) -> Cells:
    """All cells of the specification's tables; errors name columns, codes and coordinates only."""
    return cells_from(sums_of(records, spec), spec)


def cells_from(summed: pl.DataFrame, spec: TableSpec, owners: pl.Series | None = None) -> Cells:
    """The cells of such sums; ``owners`` numbers contributors as another table did that holds all of these."""
    summed = summed.drop(set(finest_columns(spec)) - {name for one in spec.dimensions for name in one.columns})
    trees = tuple(_tree(dimension, summed) for dimension in spec.dimensions)
    placed = _placed(summed, spec, trees, owners)
    lifted = pl.concat([_lifted(placed, spec, trees, crossed) for crossed in spec.crossed])
    if len(spec.crossed) > 1:
        lifted = lifted.unique(["_cell", "_owner"], keep="any")
    keys = lifted["_cell"].unique().sort()
    present = lifted.group_by("_cell").len().sort("_cell")["len"].to_numpy().astype(np.int32)
    measures = tuple(_measured(lifted, measure, keys, spec) for measure in spec.measures)
    numbers = keys.to_numpy()
    return Cells(spec, trees, numbers, _nodes(numbers, trees), present, measures)


def shown(cells: Cells) -> npt.NDArray[np.bool_]:
    """Which cells the specification publishes: all, or those of the codes it is cut down to."""
    found = np.ones(len(cells.keys), dtype=bool)
    for only in cells.spec.only:
        axis = next(at for at, tree in enumerate(cells.trees) if tree.name == only.dimension)
        tree = cells.trees[axis]
        inside = np.zeros(len(tree.codes), dtype=bool)
        for at, code in enumerate(tree.codes):
            inside[at] = code in only.codes or (at > 0 and inside[tree.parent[at]])
        found &= inside[cells.nodes[:, axis]]
    return found


def strides(trees: Sequence[Tree]) -> tuple[int, ...]:
    """What a step in each dimension adds to a cell's key."""
    sizes = [len(tree.codes) for tree in trees]
    found = [1]
    for size in reversed(sizes[1:]):
        found.append(found[-1] * size)
    return tuple(reversed(found))


def _nodes(keys: Longs, trees: Sequence[Tree]) -> Ints:
    columns = [(keys // step) % len(tree.codes) for step, tree in zip(strides(trees), trees, strict=True)]
    return np.stack(columns, axis=1).astype(np.int32)


def _tree(dimension: Dimension, summed: pl.DataFrame) -> Tree:
    paths = [tuple(row) for row in summed.select(dimension.columns).unique().sort(dimension.columns).iter_rows()]
    tree = tree_of(dimension, paths)
    demand_members(tree, (leaf_code(dimension, path) for path in paths))
    return tree


def _placed(summed: pl.DataFrame, spec: TableSpec, trees: Sequence[Tree], numbered: pl.Series | None) -> pl.DataFrame:
    """Finest cells and contributors as numbers; contributors are numbered in the order of their codes."""
    frame = summed.with_columns(pl.lit(0, dtype=pl.Int64).alias("_cell"))
    for dimension, tree, step in zip(spec.dimensions, trees, strides(trees), strict=True):
        paths = frame.select(dimension.columns).unique()
        nodes = [tree.index[leaf_code(dimension, tuple(row))] * step for row in paths.iter_rows()]
        paths = paths.with_columns(pl.Series("_node", nodes, dtype=pl.Int64))
        frame = frame.join(paths, on=list(dimension.columns), how="left")
        frame = frame.with_columns(pl.col("_cell") + pl.col("_node")).drop("_node")
    every = frame["_owner"] if numbered is None else numbered
    owners = pl.DataFrame({"_owner": every}).unique().sort("_owner").with_row_index("_number")
    frame = frame.join(owners, on="_owner", how="left").drop("_owner").rename({"_number": "_owner"})
    frame = frame.drop([name for dimension in spec.dimensions for name in dimension.columns])
    return frame.select(sorted(frame.columns))


def _lifted(placed: pl.DataFrame, spec: TableSpec, trees: Sequence[Tree], crossed: Sequence[str]) -> pl.DataFrame:
    """Every (cell, contributor) of one crossed table, one dimension lifted after the other, level by level."""
    frame = placed
    for dimension, tree, step in zip(spec.dimensions, trees, strides(trees), strict=True):
        node = pl.col("_cell") // step % len(tree.codes)
        if dimension.name not in crossed:
            frame = _regrouped(frame.with_columns(pl.col("_cell") - node * step), spec)
            continue
        above = pl.Series(tree.parent.astype(np.int64))
        levels = [frame]
        while (level := levels[-1].filter(node > 0)).height:
            # What a level adds up to is far less than the records, so each level starts from the one below it.
            up = pl.lit(above).gather(node)
            levels.append(_regrouped(level.with_columns(pl.col("_cell") + (up - node) * step), spec))
        frame = pl.concat(levels)
        if not _even(tree):
            frame = _regrouped(frame, spec)
    return frame


def _even(tree: Tree) -> bool:
    """Whether all finest codes are as deep, so that no code is reached at two levels."""
    leaves = np.setdiff1d(np.arange(len(tree.codes)), tree.parent)
    return len(np.unique(tree.level[leaves])) <= 1


def _regrouped(frame: pl.DataFrame, spec: TableSpec) -> pl.DataFrame:
    weight = [pl.col("_weight").max()] if spec.weight else []
    sums = pl.exclude("_cell", "_owner", "_waived", "_weight").sum()
    found = frame.group_by("_cell", "_owner").agg(pl.col("_waived").all(), sums, *weight)
    return found.select(frame.columns)


def _measured(lifted: pl.DataFrame, measure: Measure, keys: pl.Series, spec: TableSpec) -> MeasureCells:
    name = measure.name
    weighted = f"_w_{name}" if spec.weight and measure.kind is not MeasureKind.UNITS else name
    size = pl.col(name).abs()
    own = lifted.select("_cell", "_owner", "_waived", *{name, weighted}, *(["_weight"] if spec.weight else []))
    told = own.group_by("_cell").agg(
        value=pl.col(weighted).sum(),
        units=(pl.col(name) != 0).sum().cast(pl.Int32),
        absolute=pl.col(weighted).abs().sum(),
        guarded=size.filter(~pl.col("_waived")).max().fill_null(0.0),
        guarded_units=((pl.col(name) != 0) & ~pl.col("_waived")).sum().cast(pl.Int32),
        sole=pl.col("_owner").filter(pl.col(name) != 0).first().cast(pl.Int32),
        top=_largest(size, spec),
    )
    told = told.sort("_cell")
    assert told.height == len(keys)  # noqa: S101 - the same cells, grouped the same way
    value = told["units" if measure.kind is MeasureKind.UNITS else "value"].cast(pl.Float64).to_numpy()
    units = told["units"].to_numpy()
    return MeasureCells(
        measure=measure,
        value=value,
        units=units,
        top=told.select(
            pl.col("top").list.get(at, null_on_oob=True).fill_null(0.0).alias(str(at)) for at in range(spec.top)
        ).to_numpy(),
        absolute=value if measure.kind is MeasureKind.UNITS else told["absolute"].to_numpy(),
        guarded=told["guarded"].to_numpy(),
        guarded_units=told["guarded_units"].to_numpy(),
        sole=np.where(units == 1, told["sole"].fill_null(-1).to_numpy(), -1).astype(np.int32),
    )


def _largest(size: pl.Expr, spec: TableSpec) -> pl.Expr:
    """The largest contributions, falling.

    ``top_k`` promises no order, so the whole group is sorted. A contributor with weight w stands for w equal ones.
    """
    if spec.weight:
        size = size.repeat_by(pl.col("_weight").round(0).clip(1, spec.top).cast(pl.UInt32)).explode()
    return size.sort(descending=True).head(spec.top)
