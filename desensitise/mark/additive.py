"""Weights for additions on aggregates: how a found difference speaks for each addition a copy may have drawn.

Tables of five ways to merge copies are drawn once, with fixed randomness; tilts exp(b d x) hear everything else that
keeps some of the sum (averages, rounding, added noise). Each row of weights averages to one over the copies' law.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from desensitise.mark.models import Floats
from desensitise.mark.prf import Ints

_DRAWS = 30_000
_COPIES = (1, 2, 3, 5, 8)
_TILTS = (-1.0, -0.3, 0.1, 0.25, 0.5, 0.8, 1.2, 2.0, 4.0)
_SHARES = (0.9, 0.7, 0.5, 1 / 3, 0.2, 1 / 8, 1 / 12)
_MERGES: tuple[Callable[[Ints], Floats], ...] = (
    lambda drawn: drawn[:, 0].astype(np.float64),
    lambda drawn: drawn.max(1).astype(np.float64),
    lambda drawn: drawn.min(1).astype(np.float64),
    lambda drawn: np.median(drawn, axis=1),
    lambda drawn: (drawn.max(1) + drawn.min(1)) / 2,
    lambda drawn: np.rint(drawn.mean(1)),
)


def log_weights(size: int, found: Floats) -> Floats:
    """Logarithms of weights: (models, cells, 2 size + 1) for differences ``found``, additions ascending."""
    additions = np.arange(-size, size + 1)
    tables = _tables(size)
    half = np.clip(np.rint(found * 2).astype(np.int64) + 4 * size, 0, 8 * size)
    tabled = tables[:, half, :]
    spread = size * (size + 1) / 3
    centred = np.clip(found - found.mean(), -2 * size, 2 * size)
    tilts = np.array(_TILTS)[:, None, None] / spread * centred[None, :, None] * additions
    tilts -= np.log(np.exp(tilts).mean(2, keepdims=True))
    # A mixture of copies shows the culprit's own addition in so many cells and anybody's in the rest.
    same = np.rint(found)[:, None] == additions
    whole = np.abs(found - np.rint(found)) < 1e-9
    ways = 2 * size + 1
    shares = np.array([*_SHARES, -0.9 / ways])[:, None, None]
    mixed = np.where(same & whole[:, None] & (np.abs(found) <= size)[:, None], 1 + shares * (ways - 1), 1 - shares)
    mixed = np.where((whole & (np.abs(found) <= size))[:, None], mixed, 1.0)
    return np.concatenate([np.zeros((1, len(found), ways)), tilts, tabled, np.log(mixed)])


@cache
def _tables(size: int) -> Floats:
    """Logarithms of weights by half steps of the difference, -2 size to 2 size: (merges, 8 size + 1, 2 size + 1)."""
    draw = np.random.default_rng(20_260_102)
    made = []
    for copies in _COPIES:
        drawn = draw.integers(-size, size + 1, (_DRAWS, copies))
        for merge in _MERGES if copies > 1 else _MERGES[:1]:
            seen = np.rint(merge(drawn) * 2).astype(np.int64) + 4 * size
            counts = np.zeros((8 * size + 1, 2 * size + 1))
            np.add.at(counts, (seen, drawn[:, 0] + size), 1)
            weights = counts + 0.02 * counts.sum(1, keepdims=True) / (2 * size + 1) + 1e-9
            made.append(np.log(weights / weights.mean(1, keepdims=True)))
    return np.array(made)
