"""How sensitive values are spread within classes: distinct and entropy l-diversity, t-closeness.

Every measure works on the table of (class, value, count), so it costs what that table costs and not classes times
values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from desensitise.records.classes import Ints

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a class-by-value table that hold rows, sorted by class, then value. Both are numbered from 0."""

    group: Ints
    value: Ints
    count: Ints
    groups: int
    values: int

    @classmethod
    def of(cls, group: Ints, value: Ints, count: Ints, groups: int, values: int) -> Cells:
        """Cells with equal class and value added up."""
        key = group * values + value
        distinct, at = np.unique(key, return_inverse=True)
        total = np.bincount(at, weights=count, minlength=len(distinct)).astype(np.int64)
        return cls(distinct // values, distinct % values, total, groups, values)

    def sizes(self) -> Ints:
        """Rows of each class."""
        return np.bincount(self.group, weights=self.count, minlength=self.groups).astype(np.int64)

    def whole(self) -> Floats:
        """The share of each value in the whole table."""
        total: Floats = np.zeros(self.values)
        np.add.at(total, self.value, self.count)
        return total / max(1.0, float(total.sum()))

    def without(self, groups: npt.NDArray[np.bool_]) -> Cells:
        """The cells of the classes that are not marked."""
        kept = ~groups[self.group]
        return Cells(self.group[kept], self.value[kept], self.count[kept], self.groups, self.values)


def distinct(cells: Cells) -> Ints:
    """How many values each class has (Machanavajjhala and others 2007)."""
    return np.bincount(cells.group, minlength=cells.groups).astype(np.int64)


def entropy(cells: Cells) -> Floats:
    """The exponential of each class's entropy: as many equally frequent values would be as mixed."""
    share = cells.count / cells.sizes()[cells.group]
    mixed: Floats = np.exp(-_added(cells, share * np.log(share)))
    return mixed


def closeness(cells: Cells, *, ordered: bool) -> Floats:
    """Earth mover's distance of each class from the whole table (Li, Li and Venkatasubramanian 2007).

    ``ordered`` values lie at even steps from the least to the greatest; others are all equally far apart.
    """
    share = cells.count / cells.sizes()[cells.group]
    if not ordered:
        more = np.maximum(share - cells.whole()[cells.value], 0.0)
        return _added(cells, more)
    return _ordered(cells, share)


def _ordered(cells: Cells, share: Floats) -> Floats:
    """The mean, over all steps between values, of how far the two cumulative shares are apart.

    A class's cumulative share is constant between two of its own values, and the table's rises: where they cross is
    found by bisection, and both sides are sums of the table's cumulative shares.
    """
    if cells.values < 2:
        return np.zeros(cells.groups)
    whole = np.cumsum(cells.whole())
    before = np.concatenate([[0.0], np.cumsum(whole)])  # sums of the first so many cumulative shares
    first = np.concatenate([[True], cells.group[1:] != cells.group[:-1]])
    last = np.concatenate([first[1:], [True]])
    running = np.cumsum(share)
    starts = np.flatnonzero(first)
    own = running - np.repeat(running[starts] - share[starts], np.diff([*starts, len(share)]))
    own = np.where(last, 1.0, own)
    end = np.where(last, cells.values, np.concatenate([cells.value[1:], [0]]))
    cross = np.clip(np.searchsorted(whole, own), cells.value, end)
    between = own * (cross - cells.value) - (before[cross] - before[cells.value])
    between += (before[end] - before[cross]) - own * (end - cross)
    ahead = before[cells.value] * first  # up to its first value a class has nothing
    return _added(cells, between + ahead) / (cells.values - 1)


def _added(cells: Cells, each: Floats) -> Floats:
    """Sums over the cells of each class."""
    total: Floats = np.zeros(cells.groups)
    np.add.at(total, cells.group, each)
    return total
