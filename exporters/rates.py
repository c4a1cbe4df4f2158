"""Exact rates: in whole numbers, so that they agree to the digit with published ones (DOMAIN 7)."""

from __future__ import annotations

import polars as pl


def tenths(numerator: pl.Expr, denominator: pl.Expr) -> pl.Expr:
    """``numerator / denominator`` in tenths of a per cent, rounded half up, as an integer; null where nothing counts.

    DOMAIN 7: rate = failed / inspected batches, one decimal.
    """
    return pl.when(denominator > 0).then((numerator * 2000 + denominator) // (denominator * 2))
