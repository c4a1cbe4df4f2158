"""All editions of a source as one table: a further dimension says in which edition a figure stood, or changed.

Edition j of a cell is edition j - 1 and what changed since: a chain in which ``=3`` groups ``=2`` and ``+3``. Changes
are cells like any other, so one that few stand behind is sensitive and must not follow from figures told before and
after it, whatever else is told: nothing that protects a single table has to be written anew for a year of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from desensitise.disclosure.history.edition import Edition
from desensitise.disclosure.history.extra import Extra, extended
from desensitise.disclosure.history.labels import pairs_of
from desensitise.disclosure.history.places import changes_of_codes, keys_at, told_in
from desensitise.disclosure.history.restate import restated
from desensitise.disclosure.history.standing import kept_of
from desensitise.disclosure.history.union import EDITION, chained
from desensitise.disclosure.history.unlike import by_anybody
from desensitise.disclosure.primary import Bools, Primary, primary_of
from desensitise.disclosure.spec import MeasureKind, TableSpec
from desensitise.disclosure.system import Rows, System, system_of
from desensitise.disclosure.table import Cells, Floats, Longs, cells_from, shown


@dataclass(frozen=True, slots=True)
class Joint:
    """The system of all editions, and where the new one stands in it.

    ``here`` maps the unknowns of the new table's figures (measures, then cells) to those of the system. ``kept``
    marks the figures among them that did not change since the table's last edition and were withheld there.
    ``changed`` are the changes of the sums, ``owners`` how contributors are numbered, ``spec`` all tables. ``pairs``
    tell unknowns apart that are no cells (``labels``); unknown ``u`` moves by ``factor[u]`` times ``root[u]``.
    ``spans`` are the sensitive differences of editions further apart. ``unlike`` are the editions whose contributors
    are not told apart as those before were.
    """

    system: System
    here: Longs
    kept: Bools
    changed: pl.DataFrame
    owners: pl.Series
    spec: TableSpec
    pairs: Longs
    root: Longs
    factor: Floats
    spans: pl.DataFrame
    unlike: frozenset[int] = frozenset()

    @property
    def free(self) -> Bools:
        """Which of the new figures are still to be decided on."""
        return np.asarray(~self.system.fixed[self.here] & ~self.kept)


def changes_of(sums: Sequence[pl.DataFrame], spec: TableSpec) -> pl.DataFrame:
    """What each contributor's figures changed by, edition by edition (numbered from 1 in ``_edition``).

    A measure that an edition does not hold is taken for unchanged in it. Unchanged sums leave no row.
    """
    columns = [column for dimension in spec.dimensions for column in dimension.columns]
    names = [one.name for one in spec.measures]
    found = []
    for name in names:
        before: pl.DataFrame | None = None
        for number, frame in enumerate(sums, start=1):
            if name not in frame.columns:
                continue
            now = frame.select(*columns, "_owner", "_waived", name)
            stacked = now if before is None else pl.concat((now, before.with_columns(-pl.col(name))))
            found.append(stacked.with_columns(pl.lit(number).alias(EDITION)))
            before = now
    whole = pl.concat(found, how="diagonal").with_columns(pl.col(name).fill_null(0.0) for name in names)
    keys = [*columns, "_owner", EDITION]
    added = whole.group_by(keys).agg(pl.col("_waived").all(), *(pl.col(name).sum() for name in names))
    return added.filter((pl.col(EDITION) == 1) | pl.any_horizontal(pl.col(name) != 0 for name in names))


def joined(cells: Cells, sums: pl.DataFrame, past: Sequence[Edition]) -> Joint:
    """The new table (its cells, and the sums behind them) with all earlier editions of its source, oldest first."""
    again = restated(cells.spec, past, sums)
    spec, past = again.spec, again.past
    changed = changes_of([*(one.sums for one in past), again.sums], spec)
    owners = changed["_owner"].unique()
    first = pl.when(pl.col(EDITION) == 1).then(pl.lit("=1")).otherwise(pl.format("+{}", EDITION)).alias(EDITION)
    whole = cells_from(changed.with_columns(first), chained(spec, len(past) + 1), owners)
    primary = tuple(_primary(one, whole, at) for at, one in enumerate(primary_of(whole)))
    system = _chained(whole, system_of(replace(whole, spec=replace(whole.spec, relations=())), primary), again.unlike)
    here = _here(whole, cells)
    given = np.tile(shown(cells), len(cells.measures))
    system = _published(with_relations(system, again.held), here[given], told_in(whole, past))
    kept = kept_of(system, here, cells, past)
    hidden = system.hidden.copy()
    hidden[here[kept & ~system.sensitive[here]]] = True
    itself = np.arange(system.size)
    whole_system = replace(system, hidden=hidden)
    pairs, same = pairs_of(whole_system), np.ones(len(itself))
    return Joint(whole_system, here, kept, changed, owners, spec, pairs, itself, same, pl.DataFrame(), again.unlike)


def _primary(judged: Primary, whole: Cells, measure: int) -> Primary:
    """Where nothing changed there is nothing to protect, however many moved about inside.

    Units are told as their number, so what differencing tells is the difference of numbers; ``_chained`` has it.
    """
    one = whole.measures[measure]
    none = changes_of_codes(whole.trees[-1].codes)[whole.nodes[:, -1]]
    if one.measure.kind is not MeasureKind.UNITS:
        none = none & (one.absolute == 0)
    above, below = (np.where(none, 0.0, level) for level in (judged.above, judged.below))
    return Primary(np.where(none, 0, judged.reason).astype(np.int8), above, below)


def _chained(whole: Cells, system: System, unlike: frozenset[int]) -> System:
    """Sums of changes follow from those of editions, and a number of units is its predecessor's and the change."""
    tree, rows = whole.trees[-1], system.rows
    node = np.concatenate((np.tile(whole.nodes[:, -1], len(whole.measures)), np.full(system.size - system.told, -1)))
    changes = np.append(changes_of_codes(tree.codes), False)[node]
    row, column = rows.of_entry, rows.column
    cell = column < system.told
    least, most = np.full(len(rows), len(tree.codes)), np.full(len(rows), -1)
    np.minimum.at(least, row[cell], node[column[cell]])
    np.maximum.at(most, row[cell], node[column[cell]])
    along = least != most
    needless = ~along & np.append(changes_of_codes(tree.codes), False)[np.minimum(least, len(tree.codes))]
    keep = ~needless[row] & ~(along[row] & ~cell)
    start = np.concatenate(([0], np.cumsum(np.bincount(row[keep], minlength=len(rows))))).astype(np.int64)
    rows = Rows(start, column[keep], rows.factor[keep])
    value, excess = system.value.copy(), rows.products(system.value)
    ids = np.flatnonzero(along[rows.of_entry] & changes[rows.column])
    value[rows.column[ids]] -= excess[rows.of_entry[ids]]
    system = _judged(replace(system, rows=rows, value=value, up=np.where(changes, np.inf, system.up)), changes)
    return by_anybody(system, unlike) if unlike else system


def _judged(system: System, changes: Bools) -> System:
    """Bounds and needs of changes: one may be below nought, unless everybody behind it added."""
    whole, count = system.cells, len(system.cells.keys)
    down, sensitive = system.down.copy(), system.sensitive.copy()
    above, below, fixed = system.above.copy(), system.below.copy(), system.fixed.copy()
    for at, one in enumerate(whole.measures):
        cell = np.flatnonzero(changes[at * count : (at + 1) * count])
        mine = cell + at * count
        grown = one.value[cell] >= one.absolute[cell]
        if one.measure.kind is MeasureKind.UNITS:
            above[mine], grown = few_units(system.value[mine], one.measure.rules.threshold)
            sensitive[mine], fixed[mine] = above[mine] > 0, system.value[mine] == 0
            below[mine] = above[mine]
        down[mine] = np.where(grown, system.value[mine], np.inf)
        below[mine] = np.where(sensitive[mine], np.minimum(above[mine], down[mine]), 0.0)
    return replace(system, down=down, sensitive=sensitive, above=above, below=below, fixed=fixed & ~sensitive)


def few_units(moved: Floats, threshold: int) -> tuple[Floats, Bools]:
    """The protection that differences of numbers of units need, nought where none, and which of them are gains."""
    few = (moved != 0) & (np.abs(moved) < threshold)
    return np.where(few, np.maximum(threshold - np.abs(moved), 1.0), 0.0), np.asarray(moved > 0)


def with_relations(system: System, held: Sequence[frozenset[str]]) -> System:
    """Relations between measures, in every edition of a cell that ``held`` them all; a rest is a hidden unknown."""
    whole, count = system.cells, len(system.cells.keys)
    names = [one.measure.name for one in whole.measures]
    for relation in whole.spec.relations:
        asked = {relation.total, *relation.parts}
        there = {f"={at}" for at, one in enumerate(held, start=1) if asked <= one}
        cell = np.flatnonzero(np.array([code in there for code in whole.trees[-1].codes])[whole.nodes[:, -1]])
        ids = [cell + names.index(name) * count for name in (relation.total, *relation.parts)]
        factor = np.array([1.0, *(-1.0 for _ in relation.parts)])
        left = np.stack([system.value[one] for one in ids], axis=1) @ factor
        system = extended(system, np.stack(ids, axis=1), factor, Extra.rests(left) if relation.rest else None)
    return system


def _here(whole: Cells, cells: Cells) -> Longs:
    """The unknowns of the new edition that stand for the new table's figures."""
    codes = pl.DataFrame(
        [
            pl.Series(tree.name, np.asarray(tree.codes, dtype=object)[cells.nodes[:, axis]], dtype=pl.String)
            for axis, tree in enumerate(cells.trees)
        ]
    )
    found = keys_at(whole, codes, whole.trees[-1].codes[0])
    assert (found >= 0).all()  # noqa: S101 - the new sums are among the changes
    return np.concatenate([found + at * len(whole.keys) for at in range(len(whole.measures))])


def _published(system: System, here: Longs, told: Bools) -> System:
    """What earlier editions told is known to all; what they withheld, and all changes, nobody will ever be told.

    A sensitive figure that follows from earlier editions alone is past protecting.
    """
    known = np.concatenate((told, np.zeros(system.size - system.told, dtype=bool)))
    fixed = implied(system, system.fixed | known)
    open_ = np.zeros(system.size, dtype=bool)
    open_[here] = True
    sensitive = system.sensitive & ~fixed
    return replace(system, fixed=fixed, sensitive=sensitive, hidden=system.hidden | ~(open_ | sensitive))


def implied(system: System, fixed: Bools) -> Bools:
    """The known unknowns with all that follow from them one sum at a time."""
    fixed = fixed.copy()
    row, column = system.rows.of_entry, system.rows.column
    while True:
        open_ = ~fixed[column]
        single = np.bincount(row[open_], minlength=len(system.rows)) == 1
        fresh = column[open_ & single[row]]
        if not len(fresh):
            return fixed
        fixed[fresh] = True
