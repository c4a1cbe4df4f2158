"""Evidence of row order: how well a download's keyed order agrees with the order in which rows were found.

Found rows are cut into groups. Within a group the i-th row stands after all before it with chance 1/i under a key that
is independent of the found order, and these events are independent, so they are cells like those of any channel. After
a sort, groups are the runs of equal values; which column was sorted by is tried out on the found rows alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from desensitise.mark.embed import ORDER_LANE, WINDOW
from desensitise.mark.evidence import mixed
from desensitise.mark.models import Floats
from desensitise.mark.prf import Ints, Prf, blocks, many

_TRUST = np.array([0.98, 0.8, 0.5, 0.2])
_LARGE, _SMALL = 24, 6
_AT_ONCE = 64
_MOST_COLUMNS = 6


def order_evidence(ordinals: Ints, facts: pl.DataFrame, ciphers: Sequence[Prf]) -> Floats:
    """Evidence (ln E) of every download for rows found in this order, each ordinal once: (downloads,)."""
    if len(ordinals) < 2 or not ciphers:
        return np.zeros(len(ciphers))
    made = blocks(ordinals.astype(np.uint64), ORDER_LANE)
    plans = _plans(ordinals, facts)
    found = []
    for start in range(0, len(ciphers), _AT_ONCE):
        words = many(ciphers[start : start + _AT_ONCE], made)
        # The highest 31 bits and one for gaps: half the memory, and a tie once in 2^31.
        ranks = (words >> np.uint64(33)).astype(np.int32)
        ranks = np.concatenate([ranks, np.full((len(ranks), 1), -1, np.int32)], axis=1)
        found.append(np.stack([_agreement(ranks, plan) for plan in plans], axis=1))
    table = np.concatenate(found)
    halved: Floats = np.logaddexp(mixed(table), 0.0) - np.log(2)
    return halved


def _plans(ordinals: Ints, facts: pl.DataFrame) -> list[Ints]:
    """Ways to cut the rows into groups: arrays (groups, size) of places in the found order, -1 for gaps."""
    window = ordinals // WINDOW
    rows = len(ordinals)
    plans = [_groups(window, _LARGE), _groups(window, _SMALL), _groups(window[::-1], _LARGE)]
    plans[2] = np.where(plans[2] >= 0, rows - 1 - plans[2], -1)
    ties = []
    for name in facts.columns:
        runs = facts[name].rle_id().to_numpy().astype(np.int64)
        together = facts[name].n_unique()
        if 1 < together < rows and runs[-1] + 1 <= 1.02 * together:
            ties.append((together, name, runs))
    for _, _, runs in sorted(ties, key=lambda tie: tie[:2])[:_MOST_COLUMNS]:
        plans.append(_groups(runs * (int(window.max()) + 1) + window, _LARGE))
    return plans


def _groups(labels: Ints, size: int) -> Ints:
    """Places of consecutive equal labels, cut into rows of ``size`` at most."""
    begins = np.flatnonzero(np.concatenate([[True], labels[1:] != labels[:-1]]))
    begin = np.repeat(begins, np.diff(np.append(begins, len(labels))))
    within = np.arange(len(labels)) - begin
    first = np.cumsum((within % size) == 0) - 1
    made = np.full((first[-1] + 1, size), -1, np.int64)
    made[first, within % size] = np.arange(len(labels))
    return made[(made[:, 1] >= 0)]


def _agreement(ranks: npt.NDArray[np.int32], plan: Ints) -> Floats:
    """Evidence (ln E) of one way to cut: (downloads,)."""
    if not len(plan):
        return np.zeros(len(ranks))
    size = plan.shape[1]
    last = ranks[:, plan[:, 0]]
    gains = np.zeros((len(ranks), len(_TRUST)))
    base = np.zeros(len(_TRUST))
    for place in range(1, size):
        there = plan[:, place] >= 0
        if not there.any():
            break
        here = ranks[:, plan[:, place]]
        p = 1 / (place + 1)
        hits = ((here > last) & there).sum(1)
        miss = np.log(1 - _TRUST)
        gains += hits[:, None] * (np.log(1 + _TRUST * (1 / p - 1)) - miss)
        base += int(there.sum()) * miss
        last = np.maximum(last, here)
    return mixed(gains + base)
