"""Tables that somebody turned long, a cell a row: what names the record, the cell's name, its value."""

from __future__ import annotations

import polars as pl

_WIDTHS, _NAMES, _RECORDS = range(3, 9), range(3, 101), 5
_NEARLY_ALL = 0.95


def wide(found: pl.DataFrame) -> pl.DataFrame:
    """The table with a record a row again where it is long, else as it is."""
    if found.width not in _WIDTHS:
        return found
    for value in reversed(found.columns):
        for name in found.columns:
            if name != value and _is_long(found, name, value):
                keys = [one for one in found.columns if one not in {name, value}]
                return found.pivot(name, index=keys, values=value)
    return found


def _is_long(found: pl.DataFrame, name: str, value: str) -> bool:
    """Whether one column holds the names of cells and another one their values."""
    names = found[name].n_unique()
    if names not in _NAMES or found.height < _RECORDS * names or found[name].null_count():
        return False
    keys = found.drop(name, value)
    records = keys.n_unique()
    if records < _RECORDS or found.height != names * records or found.drop(value).is_duplicated().any():
        return False
    # Measurements by record and counts by place look alike, but are not made of every kind, or are all of one sort.
    numbers = pl.col(value).cast(pl.Float64, strict=False).is_not_null()
    shares = found.drop_nulls(value).group_by(name).agg(numbers.mean().alias("share"))["share"]
    return bool((shares >= _NEARLY_ALL).any() and (shares <= 1 - _NEARLY_ALL).any())
