"""Failing rates of few batches: Wilson's upper bound (E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209-212)."""

from __future__ import annotations

import polars as pl


def wilson_upper(failed: pl.Expr, batches: pl.Expr, z: float) -> pl.Expr:
    """Upper bound of the failing share at ``z`` standard errors; null where there are no batches."""
    n, share = batches.cast(pl.Float64), failed / batches
    middle = share + z * z / (2 * n)
    spread = z * (share * (1 - share) / n + z * z / (4 * n * n)).sqrt()
    # Rounding may carry the bound of an all-failing series a trace beyond one.
    return pl.when(batches > 0).then(pl.min_horizontal((middle + spread) / (1 + z * z / n), 1.0))
