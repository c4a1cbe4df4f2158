"""What an outsider can compute with: all cells of a release as unknowns, and every sum that ties them together.

One unknown a cell and measure. Hierarchies, linked tables (cells with equal coordinates are one unknown) and relations
between measures become rows of one sparse system ``rows @ value = 0``. What is known to exist but is never published,
such as the rest of a relation, is a hidden unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from desensitise.disclosure.hierarchy import Ints
from desensitise.disclosure.primary import Bools, Primary
from desensitise.disclosure.spec import Cost, MeasureKind
from desensitise.disclosure.table import Cells, Floats, Longs, strides


@dataclass(frozen=True)
class Rows:
    """Sparse rows: entries of row r are ``column[start[r]:start[r + 1]]`` with their ``factor``."""

    start: Longs
    column: Longs
    factor: Floats

    def __len__(self) -> int:
        return len(self.start) - 1

    @cached_property
    def of_entry(self) -> Longs:
        """The row of each entry."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.start))

    def products(self, flow: Floats) -> Floats:
        """``rows @ flow``."""
        return np.bincount(self.of_entry, weights=self.factor * flow[self.column], minlength=len(self)).astype(
            np.float64
        )

    def products_of_sizes(self, flow: Floats) -> Floats:
        """What the entries of each row come to in absolute terms."""
        sizes = np.abs(self.factor * flow[self.column])
        return np.bincount(self.of_entry, weights=sizes, minlength=len(self)).astype(np.float64)

    def transposed(self, columns: int) -> Rows:
        """The same entries, column by column."""
        order = np.argsort(self.column, kind="stable")
        start = np.concatenate(([0], np.cumsum(np.bincount(self.column, minlength=columns)))).astype(np.int64)
        return Rows(start, self.of_entry[order], self.factor[order])


@dataclass(frozen=True)
class System:
    """Unknowns and what is known of them.

    ``down`` and ``up``: how far below and above its value an unknown may be as far as anybody knows beforehand.
    ``below`` and ``above``: protection that sensitive ones need. ``fixed`` ones are known to all (published earlier,
    or nought with nobody behind it) and can be neither hidden nor moved. ``sole`` numbers an only contributor.
    """

    cells: Cells
    rows: Rows
    value: Floats
    down: Floats
    up: Floats
    below: Floats
    above: Floats
    cost: Floats
    sensitive: Bools
    hidden: Bools
    fixed: Bools
    sole: Ints

    @property
    def size(self) -> int:
        return len(self.value)

    @cached_property
    def by_column(self) -> Rows:
        return self.rows.transposed(self.size)

    @property
    def told(self) -> int:
        """How many unknowns are cells that could be told; hidden ones follow them."""
        return len(self.cells.keys) * len(self.cells.measures)

    def at(self, measure: int, cell: int) -> int:
        """The unknown of a measure's cell."""
        return measure * len(self.cells.keys) + cell

    def place(self, unknown: int) -> str:
        """Measure and coordinates of an unknown, for messages."""
        if unknown >= self.told:
            return "a rest"
        measure, cell = divmod(unknown, len(self.cells.keys))
        return f"{self.cells.measures[measure].measure.name} at {self.cells.place(cell)}"


def system_of(cells: Cells, primary: Sequence[Primary]) -> System:
    """The system of one release."""
    sums = _Sums(cells)
    for axis in range(len(cells.trees)):
        sums.add_axis(axis)
    for relation in cells.spec.relations:
        sums.add_relation(relation.total, relation.parts, rest=relation.rest)
    value = np.concatenate([*(one.value for one in cells.measures), *sums.slack]) if sums.slack else _joined(cells)
    hidden = np.zeros(len(value), dtype=bool)
    hidden[len(cells.keys) * len(cells.measures) :] = True
    extra = np.zeros(int(hidden.sum()))
    sensitive = np.concatenate([*(one.sensitive for one in primary), extra.astype(bool)])
    attacker = cells.spec.attacker
    signed = np.concatenate([*(np.full(len(c.value), c.measure.signed) for c in cells.measures), extra.astype(bool)])
    size = np.abs(value)
    down = np.where(signed & (attacker.below >= 1), np.inf, np.where(hidden, size, size * attacker.below))
    up = np.full(len(value), np.inf) if attacker.above is None else np.where(hidden, np.inf, size * attacker.above)
    nobody = np.concatenate([*(one.absolute == 0 for one in cells.measures), extra.astype(bool)])
    return System(
        cells=cells,
        rows=sums.rows(),
        value=value,
        down=down,
        up=up,
        below=np.concatenate([*(one.below for one in primary), extra]),
        above=np.concatenate([*(one.above for one in primary), extra]),
        cost=np.concatenate([_cost(cells), extra]),
        sensitive=sensitive,
        hidden=hidden,
        fixed=nobody & ~sensitive & ~hidden,
        sole=np.concatenate([*(one.sole for one in cells.measures), np.full(len(extra), -1)]).astype(np.int32),
    )


def _joined(cells: Cells) -> Floats:
    return np.concatenate([one.value for one in cells.measures])


def _cost(cells: Cells) -> Floats:
    """What hiding a cell costs; at least a little, so that nothing is hidden for nothing."""
    kinds = {
        Cost.VALUE: [np.abs(one.value) for one in cells.measures],
        Cost.CELLS: [np.ones_like(one.value) for one in cells.measures],
        Cost.CONTRIBUTORS: [one.units.astype(np.float64) for one in cells.measures],
    }
    times = np.ones(len(cells.keys))
    for dear in cells.spec.dear:
        for axis, tree in enumerate(cells.trees):
            if tree.name == dear.dimension:
                meant = np.isin(np.array(tree.codes, dtype=str), dear.codes)
                times[meant[cells.nodes[:, axis]]] *= dear.times
    return np.concatenate([np.maximum(one, 1e-3) * times for one in kinds[cells.spec.cost]])


class _Sums:
    """Collects rows: a group (factor -1) and its members (factor 1)."""

    def __init__(self, cells: Cells) -> None:
        self._cells = cells
        self._entries: list[tuple[Longs, Longs, Floats]] = []
        self._count = 0
        self.slack: list[Floats] = []
        self._size = len(cells.keys) * len(cells.measures)

    def add_axis(self, axis: int) -> None:
        """Members of a dimension add up to their group, with the other coordinates held."""
        cells = self._cells
        tree, step = cells.trees[axis], strides(cells.trees)[axis]
        node = cells.nodes[:, axis]
        members = np.flatnonzero(tree.parent[node] >= 0)
        upper = cells.keys[members] + (tree.parent[node[members]] - node[members]).astype(np.int64) * step
        groups, row = np.unique(np.searchsorted(cells.keys, upper), return_inverse=True)
        for at, one in enumerate(cells.measures):
            offset = at * len(cells.keys)
            columns = [groups + offset, members + offset]
            rest = None
            if one.measure.kind is MeasureKind.UNITS:
                # Contributors that several members share are counted once in the group.
                rest = np.bincount(row, weights=one.value[members], minlength=len(groups)) - one.value[groups]
            self._add(len(groups), columns[0], row, columns[1], rest, -1.0)

    def add_relation(self, total: str, parts: Sequence[str], *, rest: bool) -> None:
        """Parts add up to their total within each cell; a rest is what they leave."""
        cells = self._cells
        names = [one.measure.name for one in cells.measures]
        count = len(cells.keys)
        base = np.arange(count, dtype=np.int64)
        row = np.tile(base, len(parts))
        columns = np.concatenate([base + names.index(part) * count for part in parts])
        left = cells.measures[names.index(total)].value - sum(cells.measures[names.index(p)].value for p in parts)
        if not rest and np.any(left != 0):
            self._refuse(total, int(np.flatnonzero(left)[0]), "is not the sum of its parts")
        if rest and np.any(left < 0):
            self._refuse(total, int(np.flatnonzero(left < 0)[0]), "is less than its parts")
        if rest:
            self._add_rest(names.index(total), [names.index(part) for part in parts], left)
        else:
            self._add(count, base + names.index(total) * count, row, columns, None, 1.0)

    def _add_rest(self, total: int, parts: list[int], left: Floats) -> None:
        """Parts may not outgrow their total: what they leave is an unknown that cannot fall below nought."""
        count = len(self._cells.keys)
        base = np.arange(count, dtype=np.int64)
        columns = np.concatenate([base + part * count for part in parts])
        self._add(count, base + total * count, np.tile(base, len(parts)), columns, left, 1.0)

    def _add(self, count: int, groups: Longs, row: Longs, members: Longs, rest: Floats | None, sign: float) -> None:
        ids = np.arange(count, dtype=np.int64)
        parts = [(ids, groups, np.full(count, -1.0)), (row, members, np.ones(len(members)))]
        if rest is not None:
            parts.append((ids, self._size + ids, np.full(count, sign)))
            self.slack.append(np.asarray(rest, dtype=np.float64))
            self._size += count
        rows, columns, factors = (np.concatenate(part) for part in zip(*parts, strict=True))
        self._entries.append((rows + self._count, columns.astype(np.int64), factors))
        self._count += count

    def rows(self) -> Rows:
        if not self._entries:
            return Rows(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0))
        row, column, factor = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        order = np.lexsort((column, row))
        start = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=self._count)))).astype(np.int64)
        return Rows(start, column[order], factor[order])

    def _refuse(self, total: str, cell: int, what: str) -> None:
        from catalog.errors import UnsafeRelease

        raise UnsafeRelease(
            f"Table {self._cells.spec.name}: {total} at {self._cells.place(cell)} {what}.",
            left="Nothing was released.",
            todo="Correct the input or the specification's relations.",
        )
