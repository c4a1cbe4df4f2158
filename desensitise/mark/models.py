"""What may have been done to a mark: models of attacks, each turned into weights that average to one.

For a cell whose innocent law is p and whose found symbol is y, a model says how likely its culprit's own symbol equals
y. Weight on a match is that chance over p, on a mismatch the counterpart; under an independent key the weight's mean
is exactly one whatever the chance is, so any number of models may be averaged without touching the bound. The flips'
and mixtures' weights are the likelihood ratios 1 + t(1/p - 1) and 1 - t of every t, negative ones included.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import comb
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from desensitise.mark.prf import Ints, Words

Floats: TypeAlias = npt.NDArray[np.float64]
Rule: TypeAlias = Literal["flip", "mix", "majority", "minority", "max", "min", "none"]
_LEAST = 0.002


@dataclass(frozen=True, slots=True)
class Model:
    """``flip``: a share of marks was changed. The others: so many copies, merged by the rule."""

    rule: Rule
    share: float = 0.0
    copies: int = 1


MODELS = (
    Model("none"),
    *(Model("flip", share) for share in (0.002, 0.05, 0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.9, 0.998)),
    *(Model("mix", copies=n) for n in (2, 3, 5, 8, 12, 20)),
    *(Model("majority", copies=n) for n in (3, 5, 8)),
    *(Model("minority", copies=n) for n in (3, 5, 8)),
    *(Model("max", copies=n) for n in (2, 3, 5, 8)),
    *(Model("min", copies=n) for n in (2, 3, 5, 8)),
)


def chances(modulus: Words, cut: Words, found: Ints) -> Floats:
    """p: how likely an innocent's cell shows the found symbol."""
    whole = modulus.astype(np.float64)
    below = cut / whole
    return np.where(cut > 0, np.where(found == 1, below, 1 - below), 1 / whole)


def log_weights(modulus: Words, cut: Words, found: Ints) -> tuple[Floats, Floats]:
    """Logarithms of the weights on a match and on a mismatch: two arrays (models, cells)."""
    p = chances(modulus, cut, found)
    binary = cut > 0
    hit = np.empty((len(MODELS), len(p)))
    for row, model in enumerate(MODELS):
        q = p.copy()
        q[binary] = _binary(model, (cut / modulus)[binary], found[binary])
        for ways in np.unique(modulus[~binary]):
            q[~binary & (modulus == ways)] = _uniform(model, int(ways))
        hit[row] = np.clip(q, _LEAST * p, 1 - _LEAST * (1 - p))
    return np.log(hit / p), np.log((1 - hit) / (1 - p))


def _binary(model: Model, one: Floats, found: Ints) -> Floats:
    """Chance of the found symbol in a culprit's copy, where a copy shows 1 with chance ``one``."""
    p = np.where(found == 1, one, 1 - one)
    if model.rule == "none":
        return p
    if model.rule == "flip":
        return p * (1 - model.share) / (p * (1 - model.share) + (1 - p) * model.share)
    n = model.copies
    count = np.arange(n + 1)
    law = np.array([comb(n, k) for k in count]) * one[:, None] ** count * (1 - one[:, None]) ** (n - count)
    shown = np.where(found[:, None] == 1, _shown(model, count), 1 - _shown(model, count))
    share = np.where(found[:, None] == 1, count / n, 1 - count / n)
    chance: Floats = (law * shown * share).sum(1) / np.maximum((law * shown).sum(1), 1e-300)
    return chance


def _shown(model: Model, count: Ints) -> Floats:
    """Chance that a merger of ``count`` ones among the copies shows a one."""
    n = model.copies
    fewer = np.where(count == 0, 0.0, np.where(count == n, 1.0, np.sign(n - 2 * count) / 2 + 0.5))
    shown: dict[str, Floats] = {
        "mix": count / n,
        "max": (count > 0).astype(np.float64),
        "min": (count == n).astype(np.float64),
        "majority": np.sign(2 * count - n) / 2 + 0.5,
        "minority": fewer,
    }
    return shown[model.rule]


def _uniform(model: Model, ways: int) -> float:
    """The same where all symbols are equally likely."""
    if model.rule == "none":
        return 1 / ways
    if model.rule == "flip":
        return 1 - model.share
    n = model.copies
    if model.rule in {"mix", "max", "min"}:
        return 1 / n + (1 - 1 / n) / ways
    return _voted(model.rule, n, ways)


@cache
def _voted(rule: str, copies: int, ways: int) -> float:
    """Mean share of copies that show the most (or least) frequent symbol among them; a fixed draw of 4,000."""
    drawn = np.random.default_rng(20_260_101).integers(0, ways, (4000, copies))
    count = (drawn[:, :, None] == drawn[:, None, :]).sum(2)
    return float((count.max(1) if rule == "majority" else count.min(1)).mean() / copies)
