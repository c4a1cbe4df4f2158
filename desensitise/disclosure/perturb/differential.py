"""Differential privacy: discrete Laplace noise on the finest cells, drawn by OpenDP (optional extra ``dp``).

Each contributor counts for at most ``most`` over the whole table and measure; what they have beyond that is cut off.
So one contributor moves the finest cells by at most ``most`` together, and noise of scale ``most / epsilon`` makes each
measure epsilon-private; the specification's epsilon is shared out among the measures. Totals are sums of noisy cells
and cost nothing more. Which cells there are must not depend on the records: all codes are declared (Dwork and Roth
2014; Ghosh, Roughgarden and Sundararajan 2012 for the discrete form).
"""

from __future__ import annotations

from itertools import product
from typing import Any

import polars as pl

from catalog.errors import DeclarationError
from desensitise.disclosure.spec import Dimension, HierarchyKind, MeasureKind, TableSpec
from desensitise.disclosure.table import Cells, cells_from


def private_cells(sums: pl.DataFrame, spec: TableSpec) -> tuple[Cells, Cells]:
    """The true cells, and the noisy ones; DeclarationError for a table that cannot be made private."""
    _demand_public(spec, sums)
    names = [one.name for one in spec.dimensions]
    grid = _grid(spec)
    cut = sums.select(*names, "_owner", *(one.name for one in spec.measures))
    for one in spec.measures:
        cut = _cut_off(cut, one.name, names, float(spec.privacy.most * 10**one.decimals))
    leaves = pl.concat((cut, grid.select(cut.columns))).group_by(names).agg(pl.exclude("_owner").sum()).sort(names)
    share = spec.privacy.epsilon / len(spec.measures)
    for one in spec.measures:
        most = spec.privacy.most * 10**one.decimals
        exact = leaves[one.name].round(0).cast(pl.Int64).to_list()
        noisy = pl.Series(one.name, noise_on(exact, most, share), dtype=pl.Float64)
        leaves = leaves.with_columns(noisy)
    made = leaves.with_columns(pl.lit("").alias("_owner"), pl.lit(value=False).alias("_waived"))
    whole = pl.concat((sums.select(made.columns), grid.select(made.columns)))
    return cells_from(whole, spec), cells_from(made, spec)


def noise_on(values: list[int], most: int, epsilon: float) -> list[float]:
    """Whole numbers with discrete Laplace noise, epsilon-private where one contributor moves them by ``most``."""
    dp = _opendp()
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64")
    mechanism = dp.m.make_laplace(*space, scale=most / epsilon)
    # OpenDP's own account of the loss, not ours, decides.
    if mechanism.map(most) > epsilon * (1 + 1e-9):
        raise DeclarationError("The noise is not as private as asked for.", todo="Raise epsilon, or lower 'most'.")
    return [float(value) for value in mechanism(values)]


def _opendp() -> Any:
    try:
        import opendp.prelude as dp
    except ImportError:
        raise DeclarationError(
            "Differential privacy needs OpenDP, which is not installed.",
            left="Nothing was released.",
            todo="pip install 'quality-open-data-hub[dp]'",
        ) from None
    dp.enable_features("contrib")
    return dp


def _cut_off(sums: pl.DataFrame, measure: str, names: list[str], most: float) -> pl.DataFrame:
    """The measure with each contributor's total cut off at ``most``, in the order of the cells."""
    return (
        sums.sort("_owner", *names)
        .with_columns(pl.col(measure).cum_sum().over("_owner").clip(0, most).alias("_sum"))
        .with_columns((pl.col("_sum") - pl.col("_sum").shift(1, fill_value=0).over("_owner")).alias(measure))
        .drop("_sum")
    )


def _grid(spec: TableSpec) -> pl.DataFrame:
    """A row of noughts for every cell that the declaration knows."""
    leaves = [_leaves(one) for one in spec.dimensions]
    rows = pl.DataFrame(list(product(*leaves)), schema=[one.name for one in spec.dimensions], orient="row")
    noughts = [pl.lit(0.0).alias(one.name) for one in spec.measures]
    return rows.with_columns(pl.lit("").alias("_owner"), pl.lit(value=False).alias("_waived"), *noughts)


def _leaves(dimension: Dimension) -> list[str]:
    groups = set(dimension.parents.values())
    return sorted(set(dimension.parents) - groups)


def _demand_public(spec: TableSpec, sums: pl.DataFrame) -> None:
    def refuse(what: str, todo: str) -> None:
        raise DeclarationError(f"Table {spec.name}: {what}.", left="Nothing was released.", todo=todo)

    for one in spec.dimensions:
        if one.kind is not HierarchyKind.PARENTS or one.columns != (one.name,):
            refuse(f"the codes of {one.name} are not declared", "Declare them all under [dimension.parents].")
        if not set(sums[one.name].unique().to_list()) <= set(_leaves(one)):
            refuse(f"a code of {one.name} is not declared", "Declare it, or leave those records out.")
    if any(one.kind is MeasureKind.UNITS or one.signed for one in spec.measures) or spec.weight or spec.tables:
        refuse("only plain counts and amounts of one crossed table are made private", "Leave the rest out.")
    if spec.privacy.epsilon <= 0 or spec.privacy.most < 1:
        refuse("[privacy] needs epsilon above nought and most of 1 or more", "Correct [privacy].")
