"""Counts of inspections added up to the thirty indicators by region, month, product group and role."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from exporters.rates import tenths
from exporters.rules.outcomes.counts import AMOUNTS, KEYS, MEASURES, UNIT, cell_keys, counts
from exporters.rules.outcomes.indicators import Indicator, IndicatorKind, indicators


def outcomes(inspections: pl.DataFrame, keys: Sequence[str] = KEYS) -> pl.DataFrame:
    """The indicators of every cell that holds an inspection, exact and not for publication.

    ``inspections`` has the columns ``READS`` (typed, live records); ``keys`` are those of ``KEYS`` to tell apart;
    without any there is one row for all.
    """
    return told(counts(inspections), keys)


def update(known: pl.DataFrame, inspections: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """What ``outcomes(inspections)`` gives, for the cells of ``changed`` inspections (as they were and are) alone."""
    cells = changed.select(*cell_keys()).unique()
    marked = inspections.with_columns(one.alias(f"_{name}") for name, one in zip(KEYS, cell_keys(), strict=True))
    names = [f"_{name}" for name in KEYS]
    near = marked.join(cells, left_on=names, right_on=KEYS, how="semi", nulls_equal=True).drop(names)
    kept = known.join(cells, on=KEYS, how="anti", nulls_equal=True)
    return pl.concat([kept, outcomes(near)]).sort(*KEYS, nulls_last=True)


def told(counted: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """The indicators of ``counts`` by ``keys``."""
    every = indicators().indicator
    units = [one for one in every if one.kind is IndicatorKind.UNITS]
    distinct = [
        pl.col(UNIT).filter(pl.col(one.of[0]) > 0).n_unique().cast(pl.Int64).alias(f"_{one.name}") for one in units
    ]
    sums = [*(pl.col(name).sum() for name in MEASURES), *distinct]
    summed = counted.group_by(*keys).agg(sums).sort(*keys, nulls_last=True) if keys else counted.select(sums)
    return summed.select(*keys, *(_indicator(one) for one in every))


def _indicator(one: Indicator) -> pl.Expr:
    of = [pl.col(name) for name in one.of]
    match one.kind:
        case IndicatorKind.SUM:
            made = of[0]
        case IndicatorKind.UNITS:
            made = pl.col(f"_{one.name}")
        case IndicatorKind.AMOUNT:
            assert one.of[0] in AMOUNTS  # noqa: S101 - the shipped list names no other
            made = _decimal((of[0] * 2 + 10_000) // 20_000, 2)
        case IndicatorKind.RATE:
            made = _decimal(tenths(of[0], of[1]), 1)
        case IndicatorKind.CHANGE:
            made = _decimal(tenths(of[0], of[1]) - tenths(of[2], of[3]), 1)
    return made.alias(one.name)


def _decimal(whole: pl.Expr, places: int) -> pl.Expr:
    kind = pl.Decimal(20, places)
    scale: int = 10**places
    return (whole.cast(kind) / scale).cast(kind)
