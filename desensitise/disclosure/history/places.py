"""Where codes, figures and changes stand among the cells of all editions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from catalog.errors import ProofError
from desensitise.disclosure.history.edition import MEASURE, Edition
from desensitise.disclosure.history.union import EDITION
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.table import Cells, Longs, strides


def keys_at(whole: Cells, codes: pl.DataFrame, edition: str) -> Longs:
    """The joint cells at rows of codes in an edition; -1 where there is none. Dimensions not named are whole."""
    keys = np.zeros(codes.height, dtype=np.int64)
    missing = np.zeros(codes.height, dtype=bool)
    for tree, step in zip(whole.trees, strides(whole.trees), strict=True):
        if tree.name == EDITION:
            nodes = np.full(codes.height, tree.index.get(edition, -1), dtype=np.int64)
        elif tree.name in codes.columns:
            known = codes[tree.name].replace_strict(dict(tree.index), default=-1, return_dtype=pl.Int64)
            nodes = known.to_numpy()
        else:
            nodes = np.zeros(codes.height, dtype=np.int64)
        missing |= nodes < 0
        keys += np.maximum(nodes, 0) * step
    at = np.searchsorted(whole.keys, keys)
    at[at == len(whole.keys)] = 0
    return np.where(missing | (whole.keys[at] != keys), -1, at)


def told_in(whole: Cells, past: Sequence[Edition]) -> Bools:
    """Which unknowns readers of earlier editions were given; ProofError where one has no place any more."""
    told = np.zeros(len(whole.keys) * len(whole.measures), dtype=bool)
    for number, edition in enumerate(past, start=1):
        found = figures_at(whole, edition.told, number)
        if (found < 0).any():
            raise ProofError(
                f"{edition.name} told figures that are not found among all that was told of its source.",
                left="Nothing was released.",
                todo="Undo what changed in the declaration's dimensions, and tell the maintainers how it read.",
            )
        told[found] = True
    return told


def figures_at(whole: Cells, figures: pl.DataFrame, number: int) -> Longs:
    """The unknowns of figures of an edition, measure by measure; -1 where there is none."""
    found = [np.zeros(0, dtype=np.int64)]
    for at, one in enumerate(whole.measures if figures.height else ()):
        cells = keys_at(whole, figures.filter(pl.col(MEASURE) == one.measure.name), f"={number}")
        found.append(np.where(cells >= 0, cells + at * len(whole.keys), -1))
    return np.concatenate(found)


def changes_of_codes(codes: Sequence[str]) -> Bools:
    """Which codes of the chain stand for changes."""
    return np.array([code.startswith("+") for code in codes], dtype=bool)
