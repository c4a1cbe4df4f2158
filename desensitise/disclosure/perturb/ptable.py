"""Perturbation tables: with what chance a count moves by how much.

The distribution of largest entropy without bias, within the greatest noise and variance, in which no count below nought
and none from 1 to ``js`` is made, and in which falling further is never likelier than falling less (Giessing 2016;
R package ptable 1.0.0 with ``mono = TRUE``, whose published tables are reproduced by the tests).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catalog.errors import DeclarationError
from desensitise.disclosure.spec import CellKey
from desensitise.disclosure.table import Floats


@dataclass(frozen=True, slots=True)
class PTable:
    """Row ``i`` (the last one for all larger counts): rising shares of keys up to each of ``noise[i]``."""

    noise: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[float, ...], ...]


def p_table(settings: CellKey) -> PTable:
    """The p-table; DeclarationError where no such distribution exists.

    Where a small count leaves too few values, its variance is the least that has no bias, or less than asked for.
    """
    if settings.d < 1 or settings.variance <= 0 or settings.js < 0:
        raise DeclarationError("Cell key: D and the variance must be above nought.", todo="Correct [cell_key].")
    noise: list[tuple[int, ...]] = [(0,)]
    shares: list[tuple[float, ...]] = [(1.0,)]
    # From the last row on nothing is blocked, and the distribution stays the same.
    for count in range(1, settings.d + settings.js + 1 + (settings.js > 0)):
        allowed = [v for v in range(-settings.d, settings.d + 1) if count + v == 0 or count + v > settings.js]
        if not (allowed[0] < 0 < allowed[-1]):
            raise DeclarationError("Cell key: a count has no noise of mean nought.", todo="Raise D or lower js.")
        chances = _chances(np.array(allowed, dtype=np.float64), settings.variance)
        noise.append(tuple(allowed))
        shares.append(tuple(np.cumsum(chances).tolist()))
    return PTable(tuple(noise), tuple(shares))


def _chances(values: Floats, variance: float) -> Floats:
    """The chance of each value: those that would fall the wrong way share one chance."""
    groups = [[at] for at in range(len(values))]
    while True:
        weights = _weights(values, groups, variance)
        wrong = [
            at
            for at in range(len(groups) - 1)
            if values[groups[at + 1][-1]] <= 0 and weights[at] > weights[at + 1] * (1 + 1e-12)
        ]
        if not wrong:
            return np.repeat(weights, [len(group) for group in groups])
        groups[wrong[0] : wrong[0] + 2] = [groups[wrong[0]] + groups[wrong[0] + 1]]


def _weights(values: Floats, groups: list[list[int]], variance: float) -> Floats:
    """Chances by group; the variance binds only where the freest distribution exceeds it."""
    size = np.array([len(group) for group in groups], dtype=np.float64)
    moments = np.array([[values[g].mean() for g in groups], [(values[g] ** 2).mean() for g in groups]])
    free = _newton(moments[:1], size, np.zeros(1))
    if (free * size * moments[1]).sum() <= variance:
        return free
    least = -float(values[values < 0].max() * values[values >= 0].min())
    return _newton(moments, size, np.array([0.0, max(variance, 1.05 * least)]))


def _newton(moments: Floats, size: Floats, target: Floats) -> Floats:
    """Weights of the form exp(a · moments) that meet the targets."""
    angle = np.zeros(len(moments))
    for _ in range(500):
        weights = np.exp(angle @ moments - (angle @ moments).max())
        weights /= (weights * size).sum()
        mass = weights * size
        gap = moments @ mass - target
        if np.abs(gap).max() < 1e-13:
            break
        spread = (moments * mass) @ moments.T - np.outer(moments @ mass, moments @ mass)
        step = np.linalg.solve(spread + 1e-13 * np.eye(len(moments)), gap)
        angle -= step * min(1.0, 0.5 / max(float(np.abs(step).max()), 1e-13))
    return np.asarray(weights)
