"""Secondary suppression and audit on generated provinces: seconds per stage, violations, distance from the optimum.

``python -m benchmarks.disclosure [NAME ...] [--exact]``; names as in ``SHAPES``, all when none is given. ``--exact``
also looks for the optimum, without the guard against insiders, as the known tools do, and with it; that takes minutes
for S1. ``python -m benchmarks.disclosure --small`` holds the search against the optimum on many small tables,
``--middle`` what is done by default on tables of 200 to 450 figures, and ``--round`` rounds the shapes to base 5.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from catalog.errors import UnsafeRelease
from desensitise.disclosure.audit import Intervals, intervals
from desensitise.disclosure.certificate import faults
from desensitise.disclosure.claim import claim_of
from desensitise.disclosure.clean import clean
from desensitise.disclosure.exact import Effort, optimum
from desensitise.disclosure.insider import guard
from desensitise.disclosure.primary import primary_of
from desensitise.disclosure.protect import protect
from desensitise.disclosure.search import Pattern, search
from desensitise.disclosure.secondary import TWICE, protect_system
from desensitise.disclosure.spec import (
    Dimension,
    HierarchyKind,
    Measure,
    MeasureKind,
    Method,
    Relation,
    Rules,
    Search,
    TableSpec,
)
from desensitise.disclosure.sweep import sweep, widen
from desensitise.disclosure.system import System, system_of
from desensitise.disclosure.table import Cells, cells_of
from desensitise.disclosure.ties import Tied, tied

EXACT_SECONDS = 900.0
"""By the clock, after which an optimum is given up."""
MIDDLE_SECONDS = 120.0


@dataclass(frozen=True)
class Shape:
    """Branches per level of each hierarchy, how many records fill them, and how unevenly codes are used."""

    name: str
    regions: tuple[int, ...]
    products: tuple[int, ...]
    periods: tuple[int, ...]
    records: int
    spread: float


SHAPES = (
    Shape("S0", (4, 8), (4, 3), (), 8_000, 0.8),
    Shape("S1", (5, 5), (3, 3), (6,), 20_000, 0.9),
    Shape("S3", (8, 8), (3, 3, 3), (3,), 110_000, 0.9),
    Shape("S2", (2, 2, 2, 2), (2, 2, 2, 2), (2, 2, 3), 40_000, 1.1),
    Shape("S4", (10, 11), (4, 11), (6,), 900_000, 0.75),
    # The same with codes used very unevenly, so that half of all figures are sensitive.
    Shape("S0-sparse", (4, 8), (4, 3), (), 12_000, 0.0),
    Shape("S1-sparse", (5, 5), (3, 3), (6,), 60_000, 0.0),
    Shape("S3-sparse", (8, 8), (3, 3, 3), (3,), 250_000, 0.0),
)
NAMES = ("region", "product", "period")


def codes(widths: tuple[int, ...]) -> list[str]:
    """The finest codes of a hierarchy with these branches."""
    level = [""]
    for width in widths:
        level = [f"{up}{at:02d}" for up in level for at in range(1, width + 1)]
    return level


def province(shape: Shape, seed: int = 1) -> tuple[pl.DataFrame, TableSpec]:
    """Records of invented firms, each at home in one region, and the specification of their table."""
    rng = np.random.default_rng(seed)
    firms = max(200, shape.records // 6)
    size = rng.lognormal(8, 1.2 if shape.spread else 1.6, firms)
    widths = [one for one in (shape.regions, shape.products, shape.periods) if one]
    firm = rng.integers(0, firms, shape.records)
    frame: dict[str, object] = {}
    for name, leaves in zip(NAMES, map(codes, widths), strict=False):
        weights = rng.lognormal(0, shape.spread, len(leaves)) if shape.spread else rng.pareto(1.2, len(leaves)) + 0.15
        weights /= weights.sum()
        if name == "region":
            at = rng.choice(len(leaves), firms, p=weights)[firm]
        else:
            at = rng.choice(len(leaves), shape.records, p=weights)
        frame[name] = np.array(leaves)[at]
    frame["firm"] = np.char.add("F", firm.astype(str))
    frame["value"] = np.ceil(size[firm] * rng.lognormal(0, 0.5, shape.records))
    dimensions = tuple(
        Dimension(name, (name,), HierarchyKind.PREFIX, widths=tuple(range(2, 2 * len(width) + 1, 2)))
        for name, width in zip(NAMES, widths, strict=False)
    )
    measure = Measure("value", "value", MeasureKind.VALUE, Rules(threshold=3, p=15.0))
    return pl.DataFrame(frame), TableSpec(shape.name, dimensions, (measure,), contributor="firm")


def related(records: int = 60, seed: int = 1) -> tuple[pl.DataFrame, TableSpec]:
    """Checks sampled, failed and passed, of so few firms that most figures are sensitive."""
    rng = np.random.default_rng(seed)
    firm = rng.integers(0, 400, records)
    home = rng.choice([f"{one}{two}" for one in "1234" for two in "123456"], 400)
    failed = (rng.random(records) < 0.15).astype(int)
    frame = {"region": home[firm], "firm": np.char.add("F", firm.astype(str)), "sampled": np.ones(records, int)}
    frame |= {"failed": failed, "passed": 1 - failed}
    frame["period"] = rng.choice([f"{year}{half}" for year in "56" for half in "12"], records)
    frame["product"] = rng.choice([f"{one}{two}" for one in "ABC" for two in "xyz"], records)
    dimensions = tuple(Dimension(name, (name,), HierarchyKind.PREFIX, widths=(1, 2)) for name in NAMES)
    measures = tuple(
        Measure(name, name, MeasureKind.COUNT, Rules(threshold=3, p=15.0)) for name in ("sampled", "failed", "passed")
    )
    whole = (Relation("sampled", ("failed", "passed")),)
    return pl.DataFrame(frame), TableSpec(
        f"related-{records}", dimensions, measures, contributor="firm", relations=whole
    )


class Clock:
    """CPU seconds and seconds of the clock, stage by stage."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._start, self._wall = time.process_time(), time.perf_counter()

    def run(self, stage: str, what: Callable[..., object], *args: object) -> object:
        """Run a stage and note what it took."""
        before = time.process_time()
        found = what(*args)
        self.stages[stage] = time.process_time() - before
        return found

    def __str__(self) -> str:
        told = " ".join(f"{name} {seconds:.2f}" for name, seconds in self.stages.items())
        cpu, wall = time.process_time() - self._start, time.perf_counter() - self._wall
        return f"CPU {cpu:.2f} s ({told}), clock {wall:.2f} s"


def measured(records: pl.DataFrame, spec: TableSpec, *, exact: bool) -> str:
    """One table protected and audited, as a line."""
    clock = Clock()
    cells = clock.run("cells", cells_of, records, spec)
    assert isinstance(cells, Cells)
    system = clock.run("system", lambda: system_of(cells, primary_of(cells)))
    assert isinstance(system, System)
    joined = clock.run("ties", tied, system)
    assert isinstance(joined, Tied)
    pattern = Pattern(joined.system, joined.system.sensitive.copy())
    for stage in (sweep, widen, search, clean):
        clock.run(stage.__name__, stage, pattern)
    plain = joined.system.cost[pattern.secondary].sum()
    clock.run("insiders", guard, pattern)
    if system.size <= TWICE:
        clock.run("again", clean, pattern)
    pattern = joined.untied(pattern)
    found = clock.run("audit", intervals, system, pattern.suppressed)
    assert isinstance(found, Intervals)
    wrong = clock.run("replay", lambda: faults(claim_of(pattern)))
    guarded = system.cost[pattern.secondary].sum()
    line = (
        f"{spec.name}: {system.told} figures, {int(system.sensitive.sum())} sensitive, "
        f"{len(pattern.secondary)} secondary; violations {len(found.violations(system))}, "
        f"faults {len(wrong)}, unguarded {len(pattern.unguarded)}; {clock}"  # type: ignore[arg-type]
    )
    for name, cost, insiders in (("plain", plain, False), ("guarded", guarded, True)) if exact else ():
        best = optimum(joined.system, Effort(EXACT_SECONDS), insiders=insiders)
        if best is not None:
            line += f"; {name} {cost / joined.system.cost[best & ~joined.system.sensitive].sum():.3f} of its optimum"
    return line


SMALL = tuple(
    Shape("small", regions, products, periods, records, spread)
    for regions, products, periods, records in (
        ((12,), (10,), (), 600),
        ((6,), (5,), (4,), 600),
        ((4, 4), (4, 3), (), 1500),
        ((12,), (10,), (), 2500),
        ((6,), (5,), (4,), 2500),
        ((4, 4), (4, 3), (), 4000),
    )
    for spread in (0.0, 0.9)
)


MIDDLE = tuple(
    Shape("middle", regions, products, periods, records, spread)
    for regions, products, periods, records, spread in (
        ((16,), (14,), (), 3000, 0.9),
        ((4, 5), (9,), (), 4000, 0.9),
        ((4, 5), (3, 3), (), 1500, 0.9),
        ((5,), (5,), (6,), 5000, 0.5),
        ((20,), (20,), (), 6000, 0.9),
        ((4, 4), (4, 4), (), 6000, 0.9),
    )
)


def compare(shapes: tuple[Shape, ...], seeds: tuple[int, ...], how: Search, seconds: float) -> None:
    """Tables whose optimum can be known, insiders guarded: the value of the secondary cells over it, a line each."""
    found: list[float] = []
    for shape, seed in ((shape, seed) for shape in shapes for seed in seeds):
        cells = cells_of(*province(shape, seed))
        system = system_of(cells, primary_of(cells))
        begun = time.process_time()
        pattern, joined = protect_system(system, how), tied(system)
        spent = time.process_time() - begun
        known = np.zeros(joined.system.size, dtype=bool)
        np.logical_or.at(known, joined.of, pattern.suppressed)
        best = optimum(joined.system, Effort(seconds), known=known)
        line = f"{system.size} figures, {int(system.sensitive.sum())} sensitive, {spent:.2f} CPU s"
        if best is None or pattern.unguarded:
            print(f"{line}: optimum not found", flush=True)
            continue
        whole = best[joined.of] & ~system.hidden & ~system.fixed & ~system.sensitive
        found.append(float(system.cost[pattern.secondary].sum() / max(system.cost[whole].sum(), 1e-9)))
        print(f"{line}: {found[-1]:.3f}", flush=True)
    within = sum(one <= 1.15 for one in found)
    told = f"mean {np.mean(found):.3f}, median {np.median(found):.3f}, largest {max(found):.3f}"
    print(f"{len(found)} tables: {told}, {within} within 1.15")


def rounding(records: pl.DataFrame, spec: TableSpec) -> str:
    """One table under controlled rounding, as a line."""
    before = time.process_time()
    try:
        outcome = f"{protect(records, replace(spec, method=Method.ROUND, base=5)).table.height} figures, all sums kept"
    except UnsafeRelease as refused:
        outcome = f"refused: {refused.happened}"
    return f"{spec.name}: {outcome}; CPU {time.process_time() - before:.2f} s"


def main() -> None:
    """Measure the shapes that are named."""
    if "--small" in sys.argv:
        compare(SMALL, (1, 2, 3), Search.MODULAR, EXACT_SECONDS)
        return
    if "--middle" in sys.argv:
        compare(MIDDLE, (1, 3), Search.AUTO, MIDDLE_SECONDS)
        return
    wanted = [one for one in sys.argv[1:] if not one.startswith("-")]
    if "--round" in sys.argv:
        for shape in SHAPES:
            if not wanted or shape.name in wanted:
                print(rounding(*province(shape)), flush=True)
        return
    for shape in SHAPES:
        if not wanted or shape.name in wanted:
            print(measured(*province(shape), exact="--exact" in sys.argv), flush=True)
    for count in (60, 100, 200):
        if not wanted or f"related-{count}" in wanted:
            print(measured(*related(count), exact=False), flush=True)


if __name__ == "__main__":
    main()
