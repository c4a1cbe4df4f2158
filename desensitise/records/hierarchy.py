"""Hierarchies: coarser and coarser labels for the values of a column, the last of which tells nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from catalog.errors import DeclarationError
from desensitise.records.classes import Ints
from desensitise.treatments import TREATMENTS, WITHHELD


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Labels of a column's distinct values at each level: ``labels[level][i]`` for ``values[i]``; level 0 is itself.

    ``codes`` number the labels of a level, ``loss`` is what a value loses there: how many other values its label could
    stand for, as a share of all other values (Iyengar 2002).
    """

    name: str
    values: pl.Series
    labels: tuple[pl.Series, ...]
    codes: tuple[Ints, ...]
    loss: tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]

    @property
    def levels(self) -> int:
        return len(self.labels)


def hierarchy_of(name: str, values: pl.Series, steps: Sequence[str]) -> Hierarchy:
    """The hierarchy of a column. Without steps it has one level. DeclarationError where labels do not nest."""
    labels = [values]
    if steps:
        texts = values.cast(pl.String)
        labels += [_coarser(texts, step) for step in steps]
        labels.append(pl.Series([WITHHELD] * len(values), dtype=pl.String))
    codes = tuple(_coded(label) for label in labels)
    for fine, coarse in pairwise(codes):
        pairs = np.unique(np.stack([fine, coarse]), axis=1).shape[1] if len(fine) else 0
        if pairs > len(np.unique(fine)):
            raise DeclarationError(
                f"Column {name}: a step of its hierarchy parts what the step before brought together.",
                left="Nothing was released.",
                todo="Order the steps from fine to coarse, so that each is made of whole labels of the one before.",
            )
    return Hierarchy(name, values, tuple(labels), codes, tuple(_loss(one) for one in codes))


def _coarser(texts: pl.Series, step: str) -> pl.Series:
    """Labels of a step; a value that it cannot handle is withheld, and nothing stays nothing."""
    name, _, detail = step.partition(" ")
    column = pl.col("value")
    if name == "first":
        made = column.str.slice(0, int(detail))
    elif name == "band":
        made = TREATMENTS["band"](column.cast(pl.Decimal(38, 6), strict=False), {"width": detail})
    else:
        made = TREATMENTS[name](column, {})
    label = pl.when(column.is_not_null()).then(made.fill_null(WITHHELD))
    return texts.to_frame("value").select(label.alias("value"))["value"]


def _coded(labels: pl.Series) -> Ints:
    return (labels.rank("dense").cast(pl.Int64).fill_null(0)).to_numpy() if len(labels) else np.zeros(0, np.int64)


def _loss(codes: Ints) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    if len(codes) < 2:
        return np.zeros(len(codes))
    stands_for = np.bincount(codes)[codes]
    return (stands_for - 1) / (len(codes) - 1)


def labels_at(hierarchy: Hierarchy, level: int) -> Mapping[str | None, str | None]:
    """Value as text -> label of a level."""
    return dict(zip(hierarchy.values.cast(pl.String), hierarchy.labels[level], strict=True))
