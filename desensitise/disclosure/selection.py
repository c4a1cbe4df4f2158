"""Tables of some records only: a selection is a dimension with two codes, of which one is published.

So "large firms only" and "without this product group" are tied to the whole by an ordinary sum, and what protects a
table and its totals protects a release against another one over other records.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import polars as pl

from desensitise.disclosure.spec import IN, OUT, Condition, Dimension, Only, TableSpec


def selected_by(spec: TableSpec, where: Sequence[Condition]) -> TableSpec:
    """The specification cut down to the records that meet all conditions."""
    if not where:
        return spec
    ordered = tuple(sorted(where, key=_words))
    name = " and ".join(_words(one) for one in ordered)
    return replace(
        spec,
        dimensions=(*spec.dimensions, Dimension(name, (name,), where=ordered)),
        tables=tuple((*one, name) for one in spec.crossed),
        only=(*spec.only, Only(name, (IN,))),
    )


def with_selections(frame: pl.DataFrame, dimensions: Iterable[Dimension]) -> pl.DataFrame:
    """The records with a column for each selection; a record without a value meets ``without`` only."""
    made = []
    for one in dimensions:
        if one.where:
            meets = pl.all_horizontal(*(_meets(condition) for condition in one.where))
            made.append(pl.when(meets).then(pl.lit(IN)).otherwise(pl.lit(OUT)).alias(one.name))
    return frame.with_columns(made)


def asked_columns(spec: TableSpec) -> list[str]:
    """The columns of records that dimensions, selections and other tables of the source are made of."""
    found = list(spec.keep)
    for one in spec.dimensions:
        found += [condition.column for condition in one.where] if one.where else one.columns
    return list(dict.fromkeys(found))


def _meets(condition: Condition) -> pl.Expr:
    text = pl.col(condition.column).cast(pl.String)
    number = pl.col(condition.column).cast(pl.Float64, strict=False)
    asked = [
        text.is_in(condition.codes).fill_null(value=False) if condition.codes else None,
        text.is_in(condition.without).fill_null(value=False).not_() if condition.without else None,
        (number >= condition.least).fill_null(value=False) if condition.least is not None else None,
        (number < condition.below).fill_null(value=False) if condition.below is not None else None,
    ]
    return pl.all_horizontal(*(one for one in asked if one is not None))


def _words(condition: Condition) -> str:
    parts = [
        f"in {', '.join(condition.codes)}" if condition.codes else "",
        f"not in {', '.join(condition.without)}" if condition.without else "",
        f"at least {condition.least:g}" if condition.least is not None else "",
        f"below {condition.below:g}" if condition.below is not None else "",
    ]
    return f"{condition.column} {' and '.join(one for one in parts if one)}"
