"""Secondary suppression and audit on generated provinces."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from desensitise.disclosure.audit import intervals
from desensitise.disclosure.certificate import faults
from desensitise.disclosure.clean import clean
from desensitise.disclosure.insider import guard
from desensitise.disclosure.primary import primary_of
from desensitise.disclosure.search import Pattern, search
from desensitise.disclosure.spec import Dimension, HierarchyKind, Measure, MeasureKind, Rules, TableSpec
from desensitise.disclosure.sweep import sweep, widen
from desensitise.disclosure.system import system_of
from desensitise.disclosure.table import cells_of


@dataclass(frozen=True)
class Shape:
    """Branches per level of each hierarchy, and how many records fill them."""

    name: str
    regions: tuple[int, ...]
    products: tuple[int, ...]
    periods: tuple[int, ...]
    records: int


SHAPES = (
    Shape("S0", (4, 8), (4, 3), (), 12000),
    Shape("S1", (5, 5), (3, 3), (6,), 60000),
    Shape("S3", (8, 8), (3, 3, 3), (3,), 250000),
    Shape("S2", (2, 2, 2, 2), (2, 2, 2, 2), (2, 2, 3), 400000),
    Shape("S4", (10, 11), (4, 11), (6,), 900000),
)


def codes(widths: tuple[int, ...]) -> list[str]:
    level = [""]
    for width in widths:
        level = [f"{up}{at:02d}" for up in level for at in range(1, width + 1)]
    return level


def province(shape: Shape, seed: int = 1) -> tuple[pl.DataFrame, TableSpec]:
    rng = np.random.default_rng(seed)
    firms = max(200, shape.records // 6)
    size = rng.lognormal(8, 1.6, firms)
    trees = [codes(w) for w in (shape.regions, shape.products, shape.periods) if w]
    names = ["region", "product", "period"][: len(trees)]
    frame = {}
    firm = rng.integers(0, firms, shape.records)
    for name, leaves in zip(names, trees, strict=True):
        weights = rng.pareto(1.2, len(leaves)) + 0.15
        weights /= weights.sum()
        if name == "region":
            home = rng.choice(len(leaves), firms, p=weights)
            frame[name] = np.array(leaves)[home[firm]]
        else:
            frame[name] = np.array(leaves)[rng.choice(len(leaves), shape.records, p=weights)]
    frame["firm"] = np.char.add("F", firm.astype(str))
    frame["value"] = np.ceil(size[firm] * rng.lognormal(0, 0.5, shape.records))
    dims = tuple(
        Dimension(n, (n,), HierarchyKind.PREFIX, widths=tuple(range(2, 2 * len(w) + 1, 2)))
        for n, w in zip(names, (shape.regions, shape.products, shape.periods), strict=False)
    )
    rules = Rules(threshold=3, p=15.0)
    spec = TableSpec(shape.name, dims, (Measure("value", "value", MeasureKind.VALUE, rules),), contributor="firm")
    return pl.DataFrame(frame), spec


def main() -> None:
    for shape in SHAPES:
        if len(sys.argv) > 1 and shape.name not in sys.argv[1:]:
            continue
        records, spec = province(shape)
        t = [time.process_time()]
        cells = cells_of(records, spec)
        t.append(time.process_time())
        system = system_of(cells, primary_of(cells))
        t.append(time.process_time())
        pattern = Pattern(system, system.sensitive.copy())
        sweep(pattern)
        widen(pattern)
        search(pattern)
        t.append(time.process_time())
        before = len(pattern.secondary), system.cost[pattern.secondary].sum()
        clean(pattern)
        t.append(time.process_time())
        mid = len(pattern.secondary), system.cost[pattern.secondary].sum()
        guard(pattern)
        t.append(time.process_time())
        found = intervals(system, pattern.suppressed)
        t.append(time.process_time())
        wrong = faults(pattern)
        t.append(time.process_time())
        print(
            shape.name,
            len(cells.keys),
            "primary",
            int(system.sensitive.sum()),
            before,
            mid,
            len(pattern.secondary),
            system.cost[pattern.secondary].sum(),
            "pairs",
            len(pattern.insiders),
            len(pattern.unguarded),
            "viol",
            len(found.violations(system)),
            "exposed",
            len(found.exposed(system, pattern.suppressed)),
            "lps",
            found.solved,
            "faults",
            wrong[:2],
            "s",
            [round(b - a, 2) for a, b in pairwise(t)],
            flush=True,
        )


if __name__ == "__main__":
    main()
