"""Figures that stand as they stood: what was withheld stays withheld for as long as nothing in it changes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from desensitise.disclosure.history.edition import Edition
from desensitise.disclosure.history.places import changes_of_codes, figures_at
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Cells, Longs


def kept_of(system: System, here: Longs, cells: Cells, past: Sequence[Edition]) -> Bools:
    """Figures that stand as they did in the table's last edition, and were withheld there."""
    last = max((at for at, one in enumerate(past, start=1) if one.table == cells.spec.name), default=0)
    if not last or not past[last - 1].withheld.height:
        return np.zeros(len(here), dtype=bool)
    whole, size = system.cells, len(cells.keys)
    codes = whole.trees[-1].codes
    later = changes_of_codes(codes) & (np.array([int(code[1:]) for code in codes]) > last)
    # A cell's key without its place in the chain of editions, whose steps are of one.
    base = whole.keys - whole.nodes[:, -1]
    same = np.ones(len(here), dtype=bool)
    for at, one in enumerate(whole.measures):
        moved = later[whole.nodes[:, -1]] & (one.absolute > 0)
        mine = here[at * size : (at + 1) * size] - at * len(whole.keys)
        same[at * size : (at + 1) * size] = ~np.isin(base[mine], base[moved])
    withheld = figures_at(whole, past[last - 1].withheld, last)
    return np.asarray(same & np.isin(_before(whole, here, last), withheld[withheld >= 0]) & ~system.fixed[here])


def _before(whole: Cells, here: Longs, edition: int) -> Longs:
    """The same figures' unknowns in an earlier edition, -1 where there were none."""
    count = len(whole.keys)
    cell, measure = here % count, here // count
    node = whole.trees[-1].index.get(f"={edition}", -1)
    if node < 0:
        return np.full(len(here), -1, dtype=np.int64)
    keys = whole.keys[cell] - whole.nodes[cell, -1] + node
    at = np.searchsorted(whole.keys, keys)
    at[at == count] = 0
    return np.where(whole.keys[at] == keys, at + measure * count, -1)
