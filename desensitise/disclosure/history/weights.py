"""Weighted tables with a past: the sums of weighted contributions, judged as if they were plain ones.

A weight of 5 says that a respondent stands for five alike, so the rules of a single table let its figure pass sooner.
Over time that does not hold: weights are set anew from release to release, and a difference is then one respondent's
own. So each contributor counts once here, with the whole of its weighted contribution: whatever the weighted rules find
sensitive is sensitive by these as well, and the figures that are told are the same.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from desensitise.disclosure.spec import MeasureKind, TableSpec

DIGITS = 6
"""Decimals of a weighted contribution's last digit: enough that equal ones stay equal."""


def unweighted(sums: pl.DataFrame, spec: TableSpec) -> tuple[pl.DataFrame, TableSpec]:
    """The sums with weighted contributions as amounts, and the specification without a weight."""
    weighted = [one.name for one in spec.measures if one.kind is not MeasureKind.UNITS]
    made = sums.with_columns(pl.col(f"_w_{name}").round(DIGITS).alias(name) for name in weighted)
    return made.drop("_weight", *(f"_w_{one.name}" for one in spec.measures)), replace(spec, weight="")
