"""One specification for all tables of a source: every dimension, reading and crossed table that any release of it had.

A dimension that a declaration reads otherwise than an earlier one did stands in the union twice, once by each reading.
Dimensions of which one tells the other (two readings of a column, cities and their provinces, a selection and what it
selects by) are crossed wherever one of them is, so that figures of either are sums of the same finest cells.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import polars as pl

from desensitise.disclosure.hierarchy import REST
from desensitise.disclosure.history.edition import Edition
from desensitise.disclosure.spec import Dimension, HierarchyKind, TableSpec

EDITION = "_edition"
_CUTS = {HierarchyKind.FLAT, HierarchyKind.COLUMNS}


@dataclass(frozen=True, slots=True)
class United:
    """All tables as one specification; ``names`` says what each edition's dimensions are called in it, oldest first.

    ``readings`` are the dimensions that read another one's columns a second time, and those columns.
    """

    spec: TableSpec
    names: tuple[Mapping[str, str], ...]
    readings: Mapping[str, tuple[str, ...]]


def united(spec: TableSpec, past: Sequence[Edition]) -> United:
    """The new table's specification with all that earlier releases crossed."""
    own: dict[str, Dimension] = {one.name: one for one in spec.dimensions}
    others: dict[str, Dimension] = {}
    readings: dict[str, tuple[str, ...]] = {}
    found = []
    for edition in past:
        for one in edition.dimensions:
            own[one.name] = merged(own.get(one.name, one), one) or own[one.name]
    for edition in past:
        names = {}
        for one in edition.dimensions:
            names[one.name] = one.name
            if merged(own[one.name], one) is None:
                names[one.name] = second = _second(one)
                others[second] = replace(one, name=second, columns=tuple(f"{second}: {name}" for name in one.columns))
                readings[second] = one.columns
        found.append(names)
    dimensions = (*own.values(), *others.values())
    tables = tuple(dict.fromkeys((*spec.crossed, *(table for edition in past for table in edition.crossed))))
    return United(replace(spec, dimensions=dimensions, tables=tables, keep=(), only=()), tuple(found), readings)


def crossed_together(spec: TableSpec, frames: Sequence[pl.DataFrame]) -> TableSpec:
    """The union with every table crossed by all that its dimensions are tied to in these sums."""
    group = {one.name: {one.name} for one in spec.dimensions}
    for first, second in combinations(spec.dimensions, 2):
        if _tied(first, second, frames):
            merged_group = group[first.name] | group[second.name]
            group |= dict.fromkeys(merged_group, merged_group)
    names = [one.name for one in spec.dimensions]
    tables = [tuple(name for name in names if any(name in group[one] for one in table)) for table in spec.crossed]
    return replace(spec, tables=tuple(dict.fromkeys(tables)))


def _tied(first: Dimension, second: Dimension, frames: Sequence[pl.DataFrame]) -> bool:
    """Whether one selects by the other, or a code of one tells that of the other wherever both were noted."""
    asked = [{condition.column for condition in one.where} | set(one.columns) for one in (first, second)]
    if asked[0] & asked[1]:
        return True
    columns = (first.columns[-1], second.columns[-1])
    noted = [pl.col(name).str.starts_with(REST).not_() & pl.col(name).str.ends_with(REST).not_() for name in columns]
    pairs = pl.concat(one.select(columns).filter(*noted).unique() for one in frames).unique()
    many, few = sorted((pairs[name].n_unique() for name in columns), reverse=True)
    return few > 1 and many == pairs.height


def chained(spec: TableSpec, editions: int) -> TableSpec:
    """The specification with the chain of editions as one more dimension, crossed with everything."""
    parents = {f"={at}": f"={at + 1}" for at in range(1, editions)}
    parents |= {f"+{at}": f"={at}" for at in range(2, editions + 1)}
    chain = Dimension(EDITION, (EDITION,), HierarchyKind.PARENTS, total=f"={editions}", parents=parents)
    tables = tuple((*crossed, EDITION) for crossed in spec.crossed)
    return replace(spec, dimensions=(*spec.dimensions, chain), tables=tables)


def merged(first: Dimension, second: Dimension) -> Dimension | None:
    """The one of two readings that has all groups of both; None where neither has."""
    if first == second:
        return first
    if first.total != second.total or first.where or second.where:
        return None
    if first.kind is second.kind is HierarchyKind.PREFIX and replace(first, widths=second.widths) == second:
        deeper, other = sorted((first, second), key=lambda one: -len(one.widths))
        return deeper if set(other.widths) <= set(deeper.widths) else None
    if {first.kind, second.kind} <= _CUTS:
        deeper, other = sorted((first, second), key=lambda one: -len(one.columns))
        return deeper if set(other.columns) <= set(deeper.columns) and len(deeper.columns) > 1 else None
    return None


def _second(one: Dimension) -> str:
    """The name of an earlier reading of a dimension: the same from release to release."""
    told = repr(replace(one, parents=dict(sorted(one.parents.items()))))
    return f"{one.name} as {hashlib.sha256(told.encode()).hexdigest()[:8]}"
