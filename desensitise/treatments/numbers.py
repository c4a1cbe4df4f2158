"""Numbers made coarser, exactly: all arithmetic is done on whole millionths."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from catalog.treatment_options import MOST_DECIMALS, number
from desensitise.treatments.common import Options

MILLION = 10**MOST_DECIMALS
_EXACT = pl.Decimal(38, MOST_DECIMALS)


def in_millionths(column: pl.Expr) -> pl.Expr:
    """The numbers as whole millionths."""
    return (column.cast(_EXACT) * pl.lit(MILLION)).cast(pl.Int128)


def _as_number(millionths: pl.Expr) -> pl.Expr:
    return millionths.cast(pl.Decimal(38, 0)).cast(_EXACT) * pl.lit(Decimal(1).scaleb(-MOST_DECIMALS))


def _stated(options: Options, name: str) -> pl.Expr:
    stated = number(options[name])
    return pl.lit(None if stated is None else int(stated * MILLION), dtype=pl.Int128)


def rounded(column: pl.Expr, options: Options) -> pl.Expr:
    """A number to the nearest multiple of ``to``; halves go to the even multiple (GB/T 8170-2008, 3.2)."""
    exact, step = in_millionths(column), _stated(options, "to")
    times, rest = exact // step, exact % step
    up = (rest * 2 > step) | ((rest * 2 == step) & (times % 2 == 1))
    return _as_number((times + up.cast(pl.Int128)) * step)


def top_code(column: pl.Expr, options: Options) -> pl.Expr:
    """Numbers above ``at`` become ``at``."""
    exact, most = in_millionths(column), _stated(options, "at")
    return _as_number(pl.when((exact > most).not_() | exact.is_null()).then(exact).otherwise(most))


def bottom_code(column: pl.Expr, options: Options) -> pl.Expr:
    """Numbers below ``at`` become ``at``."""
    exact, least = in_millionths(column), _stated(options, "at")
    return _as_number(pl.when((exact < least).not_() | exact.is_null()).then(exact).otherwise(least))


def withhold_small(column: pl.Expr, options: Options) -> pl.Expr:
    """Counts below ``threshold`` (default 5) but not nought are withheld; see also ``disclosure``."""
    threshold = int(options.get("threshold", 5))
    return pl.when(~column.is_between(1, threshold - 1)).then(column)
