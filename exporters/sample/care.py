"""How carefully makers work. Careless ones fail checks, let rights run out and are punished; cities differ in them.

So areas come out in all four colours (S3 区域分色): most makers keep the rules, and the share that does not depends on
the city. Each judgement has a stream of its own, so that no other cell depends on it.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from exporters.sample import draw

_SHARES = (0.005, 0.01, 0.02, 0.04, 0.07, 0.12, 0.3)
"""Shares of careless firms, of which each city has one."""
_FAILS, _SLIPS = 0.55, 0.12
"""A sample fails at a careless maker; one that chance let fail does so at a careful maker."""
_BLAMED = 0.9


def careless(seed: int, places: pl.DataFrame, place: draw.Ints) -> pl.Series:
    """Which firms are careless; ``place`` is each firm's row of ``places``."""
    rng = draw.stream(seed, "care")
    cities = places["city"].unique(maintain_order=True).to_list()
    # Dealt, not drawn: whatever the seed, every share is there at least twice.
    dealt = rng.permutation(np.resize(np.array(_SHARES), len(cities)))
    share = places["city"].replace_strict(cities, dealt).to_numpy()[place]
    return pl.Series(rng.random(len(place)) < share)


def judged(seed: int, loose: draw.Mask, verdict: draw.Ints, first: int) -> draw.Ints:
    """Verdicts (0 conforming, 1 failing …) as the makers' care makes them."""
    luck = draw.stream(seed, "care", "verdict", first).random(len(loose))
    fails = loose & (luck < _FAILS)
    slips = ~loose & (verdict == 1) & (luck < _SLIPS)
    return np.where(verdict < 2, (fails | slips).astype(np.int64), verdict)


def kept(seed: int, loose: draw.Mask, what: str, first: int, lapses: float) -> draw.Mask:
    """Where a right stands whatever chance says: at careful firms, but for a share of ``lapses``."""
    luck = draw.stream(seed, "care", what, first).random(len(loose))
    mask: draw.Mask = ~loose & (luck >= lapses)
    return mask


def blamed(seed: int, loose: draw.Mask, good: draw.Ints, what: str) -> draw.Ints:
    """The goods that authorities act against: those of careless makers (``loose``, by good), nine times in ten."""
    theirs = np.flatnonzero(loose).astype(np.int64)
    luck = draw.stream(seed, "care", what).random(len(good))
    return np.where(luck < _BLAMED, theirs[good % len(theirs)], good) if len(theirs) else good
