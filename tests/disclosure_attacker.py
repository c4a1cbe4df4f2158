"""An attacker who holds every release and shares nothing with the library.

Unknowns are the finest cells of each release, every published figure is a sum of them, and it is known which finest cells
changed and whether they only grew, as finely as the house noted them at the time.
"""

from collections.abc import Iterator
from itertools import product

import highspy
import numpy as np
import polars as pl

from tests.disclosure_year import DIMENSIONS, Told

THRESHOLD, RANGE = 3, 0.15
Cell = tuple[str, ...]


class Attacker:
    """Linear programmes over everything that was told."""

    def __init__(self, told: list[Told], dimensions: tuple[str, ...] = DIMENSIONS) -> None:
        self.dimensions = dimensions
        codes = [sorted(told[-1].records[name].unique().to_list()) for name in dimensions]
        self.leaves: list[Cell] = list(product(*codes))
        self.cells: list[Cell] = list(product(*([*one, "_T"] for one in codes)))
        self.told = told
        self.sums = [self._by_firm(one.records) for one in told]
        self._highs = highspy.Highs()
        self._highs.silent()
        for _ in range(len(told) * len(self.leaves)):
            self._highs.addVar(0.0, highspy.kHighsInf)
        for release, one in enumerate(told):
            for row in one.table.filter(pl.col("count").is_not_null()).iter_rows(named=True):
                cell = tuple(one.only.get(name, row.get(name, "_T")) for name in dimensions)
                self._demand([(release, cell, 1.0)], row["count"], row["count"])
            for first in range(release):
                self._unchanged(first, release)

    def _unchanged(self, first: int, after: int) -> None:
        """What is known of changes from one release to the next, or past others that noted less."""
        both = set(self.told[first].noted) & set(self.told[after].noted)
        if any(both <= set(one.noted) for one in self.told[first + 1 : after]):
            return
        for cell in self.cells:
            if any((code == "_T") == (name in both) for name, code in zip(self.dimensions, cell, strict=True)):
                continue
            moved = self.moved(first, after, cell)
            least = 0.0 if all(by > 0 for by in moved.values()) else -highspy.kHighsInf
            most = highspy.kHighsInf if moved else 0.0
            self._demand([(after, cell, 1.0), (first, cell, -1.0)], least, most)

    def _by_firm(self, records: pl.DataFrame) -> dict[Cell, dict[str, int]]:
        found: dict[Cell, dict[str, int]] = {leaf: {} for leaf in self.leaves}
        for *cell, firm, count in records.group_by(*self.dimensions, "firm").len().iter_rows():
            found[tuple(cell)][firm] = count
        return found

    def within(self, cell: Cell) -> list[int]:
        return [
            at
            for at, leaf in enumerate(self.leaves)
            if all(code == "_T" or own in code.split("|") for code, own in zip(cell, leaf, strict=True))
        ]

    def held(self, release: int, cell: Cell) -> dict[str, int]:
        """Who stands behind a cell; release -1 is before everything."""
        found: dict[str, int] = {}
        for at in self.within(cell) if release >= 0 else ():
            for firm, count in self.sums[release][self.leaves[at]].items():
                found[firm] = found.get(firm, 0) + count
        return found

    def moved(self, first: int, after: int, cell: Cell) -> dict[str, int]:
        """By how much each firm's figure changed between two releases."""
        before, now = self.held(first, cell), self.held(after, cell)
        changes = {firm: now.get(firm, 0) - before.get(firm, 0) for firm in before | now}
        return {firm: by for firm, by in changes.items() if by}

    def _demand(self, terms: list[tuple[int, Cell, float]], least: float, most: float) -> None:
        columns = [release * len(self.leaves) + at for release, cell, _ in terms for at in self.within(cell)]
        factors = [factor for _, cell, factor in terms for _ in self.within(cell)]
        self._highs.addRow(least, most, len(columns), np.array(columns, dtype=np.int32), np.array(factors))

    def reach(self, first: int, after: int, cell: Cell) -> tuple[float, float]:
        """The least and the most that the change of a cell (or, from -1 on, the cell) may be for all that is told."""
        size = len(self.told) * len(self.leaves)
        aim = np.zeros(size)
        for at in self.within(cell):
            aim[after * len(self.leaves) + at] += 1.0
            if first >= 0:
                aim[first * len(self.leaves) + at] -= 1.0
        ends = []
        for sign in (1.0, -1.0):
            self._highs.changeColsCost(size, np.arange(size, dtype=np.int32), sign * aim)
            self._highs.run()
            status = self._highs.getModelStatus()
            unbounded = status in {highspy.HighsModelStatus.kUnbounded, highspy.HighsModelStatus.kUnboundedOrInfeasible}
            assert unbounded or status == highspy.HighsModelStatus.kOptimal
            ends.append(-sign * np.inf if unbounded else sign * self._highs.getInfo().objective_function_value)
        return ends[0], ends[1]

    def secret(self, first: int, after: int, cell: Cell) -> bool:
        """Whether the house could know of the cell, or of its change, that few stand behind it."""
        ends = [self.told[at].noted for at in (first, after) if at >= 0]
        return (
            all(
                code == "_T" or all(name in noted for noted in ends)
                for name, code in zip(self.dimensions, cell, strict=True)
            )
            and 0 < len(self.moved(first, after, cell)) < THRESHOLD
        )

    def protected(self) -> Iterator[tuple[int, int, Cell]]:
        """All cells, and all changes between any two releases, that fewer firms than the threshold stand behind."""
        for after in range(len(self.told)):
            for first, cell in product(range(-1, after), self.cells):
                if self.secret(first, after, cell):
                    yield first, after, cell


def violations(told: list[Told], sample: int, dimensions: tuple[str, ...] = DIMENSIONS) -> list[str]:
    """What the attacker learns too closely, among so many of the protected cells."""
    attacker = Attacker(told, dimensions)
    targets = sorted(set(attacker.protected()))
    chosen = np.random.default_rng(1).permutation(len(targets))[:sample]
    found = []
    for first, after, cell in (targets[at] for at in chosen.tolist()):
        moved = attacker.moved(first, after, cell)
        value = sum(moved.values())
        above = max(np.ceil(RANGE * abs(value)), THRESHOLD - len(moved), 1)
        grew = all(by > 0 for by in moved.values())
        least, most = attacker.reach(first, after, cell)
        if most - value < above - 1e-6 or value - least < (min(above, value) if grew else above) - 1e-6:
            found.append(f"{cell} between {first} and {after}: {least} to {most} around {value}")
    return found
