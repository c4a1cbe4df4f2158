"""Editions whose contributors are told apart by another column than before: nobody can say who changed what.

All that left and all that came are seen, under names that have nothing to do with each other. A change that is not a
gain alone is therefore taken for one contributor's, and what comes to nought for no change at all, as a reader would.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from desensitise.disclosure.primary import Bools
from desensitise.disclosure.spec import MeasureKind
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats, MeasureCells

SHARE = 0.15
"""How much of a change stays open at least that a single contributor may have made, as in the default rules."""


def by_anybody(system: System, unlike: frozenset[int]) -> System:
    """Where contributors were told apart otherwise before, any change beside a gain may be a single one's."""
    whole, codes = system.cells, {f"+{at}" for at in unlike}
    mine = np.array([code in codes for code in whole.trees[-1].codes])[whole.nodes[:, -1]]
    mixed = np.concatenate([mine & is_mixed(one) for one in whole.measures])
    mixed = np.concatenate((mixed, np.zeros(system.size - system.told, dtype=bool)))
    rules = np.repeat([one.measure.rules.threshold for one in whole.measures], len(whole.keys))
    least = np.append(np.array(rules, dtype=np.float64), np.zeros(system.size - system.told))
    moved = system.value != 0
    need = by_one(system.value, least)
    return replace(
        system,
        sensitive=np.where(mixed, moved, system.sensitive),
        fixed=np.where(mixed, ~moved, system.fixed),
        above=np.where(mixed, np.where(moved, need, 0.0), system.above),
        below=np.where(mixed, np.where(moved, need, 0.0), system.below),
        down=np.where(mixed, np.inf, system.down),
        sole=np.where(mixed, -1, system.sole).astype(np.int32),
    )


def by_one(moved: Floats, threshold: Floats) -> Floats:
    """The protection of changes that a single contributor may have made."""
    return np.maximum(np.ceil(SHARE * np.abs(moved)), np.maximum(threshold - 1.0, 1.0))


def is_mixed(cells: MeasureCells) -> Bools:
    """Where some contributions fell, or numbers of contributors were counted by two names."""
    if cells.measure.kind is MeasureKind.UNITS:
        return np.ones(len(cells.value), dtype=bool)
    return np.asarray(cells.value < cells.absolute)
