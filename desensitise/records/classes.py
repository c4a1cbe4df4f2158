"""Combinations of quasi-identifiers and how many rows have each: what millions of rows come down to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

COUNT = "__rows"
_OFTEN = 4_000_000
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Survey:
    """Distinct combinations of ``quasi`` and ``sensitive`` columns with their count in ``COUNT``; each stands once."""

    table: pl.DataFrame
    quasi: tuple[str, ...]
    sensitive: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows were surveyed."""
        return int(self.table[COUNT].sum())


def survey_of(frames: Iterable[pl.DataFrame], quasi: Sequence[str], sensitive: Sequence[str] = ()) -> Survey:
    """The survey of a stream of rows. Null is a value like any other: it equals null only."""
    names = [*quasi, *sensitive]
    parts: list[pl.DataFrame] = []
    waiting = 0
    for frame in frames:
        parts.append(_counted(frame.select(names).with_columns(pl.lit(1, pl.Int64).alias(COUNT)), names))
        waiting += parts[-1].height
        if waiting > _OFTEN:
            parts = [_counted(pl.concat(parts), names)]
            waiting = 0
    if not parts:
        empty = pl.DataFrame(schema={**dict.fromkeys(names, pl.String), COUNT: pl.Int64})
        return Survey(empty, tuple(quasi), tuple(sensitive))
    whole = _counted(pl.concat(parts), names) if len(parts) > 1 else parts[0]
    return Survey(whole, tuple(quasi), tuple(sensitive))


def _counted(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    if not names:
        return frame.select(pl.col(COUNT).sum())
    return frame.group_by(names).agg(pl.col(COUNT).sum())


def numbered(columns: Sequence[Ints], sizes: Sequence[int]) -> tuple[Ints, int]:
    """Rows of codes to the number of their combination, and how many there are. ``sizes`` bound the codes."""
    if not columns:
        raise ValueError("no column")
    key, bound = columns[0].astype(np.int64), max(1, sizes[0])
    for column, size in zip(columns[1:], sizes[1:], strict=True):
        if bound * max(1, size) >= 1 << 62:
            key, bound = _dense(key)
        key, bound = key * max(1, size) + column, bound * max(1, size)
    return _dense(key)


def _dense(key: Ints) -> tuple[Ints, int]:
    distinct, at = np.unique(key, return_inverse=True)
    return at.astype(np.int64), len(distinct)


def codes(column: pl.Series) -> tuple[Ints, pl.Series]:
    """A column as numbers of its distinct values, which come in rising order, null first."""
    distinct = column.unique().sort(nulls_last=False)
    at = column.to_frame("value").join(
        distinct.to_frame("value").with_row_index("at"), on="value", how="left", nulls_equal=True, maintain_order="left"
    )["at"]
    return at.cast(pl.Int64).to_numpy(), distinct
