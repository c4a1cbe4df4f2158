"""Earlier editions in the words of the newest declaration: its dimensions, levels, measures and selections.

What a declaration adds was not noted before: of an earlier edition's records nobody knows it, readers least of all.
They stand under a code of their own (``~``) below what was noted, so that an old figure is the sum of new ones, and
nothing is known of how it divides. A measure of the same column and kind is the same one, whatever it is called.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import polars as pl

from catalog.errors import DeclarationError
from desensitise.disclosure.hierarchy import REST, is_period
from desensitise.disclosure.history.edition import MEASURE, Edition, Made, measures_of
from desensitise.disclosure.history.union import United, crossed_together, united
from desensitise.disclosure.selection import asked_columns, with_selections
from desensitise.disclosure.spec import Dimension, HierarchyKind, Relation, TableSpec


@dataclass(frozen=True, slots=True)
class Restated:
    """``past`` and ``sums`` (the new table's) with the columns and names of ``spec``, which holds all tables.

    ``held`` names the measures of each edition, the new one last; ``unlike`` are the numbers of those (from 1) whose
    contributors are others than those of the edition before.
    """

    spec: TableSpec
    past: tuple[Edition, ...]
    sums: pl.DataFrame
    held: tuple[frozenset[str], ...]
    unlike: frozenset[int]


def restated(spec: TableSpec, past: Sequence[Edition], sums: pl.DataFrame) -> Restated:
    """All editions in the words of the union; DeclarationError where amounts cannot be compared any more."""
    union = united(spec, past)
    frames = [_measured(one, spec) for one in past]
    tied = replace(union.spec, relations=_relations(spec, frames))
    union = replace(union, spec=tied)
    coarser = _coarser(union, (*(one.sums for one in frames), sums))
    found = []
    for one, names in zip(frames, union.names, strict=True):
        told, withheld = (_renamed(frame, names) for frame in (one.told, one.withheld))
        found.append(replace(one, sums=_filled(one.sums, union, coarser), told=told, withheld=withheld))
    now = frozenset(one.name for one in spec.measures)
    held = [now & set(one.columns) for one in (*(one.sums for one in found), sums)]
    whole = _filled(sums, union, coarser, old=False)
    every = crossed_together(union.spec, (*(one.sums for one in found), whole))
    return Restated(every, tuple(found), whole, tuple(held), _unlike(spec, past))


def _unlike(spec: TableSpec, past: Sequence[Edition]) -> frozenset[int]:
    by = [*(one.contributor for one in past), spec.owner or spec.contributor]
    return frozenset(at for at, (before, now) in enumerate(pairwise(by), start=2) if before and before != now)


def _measured(edition: Edition, spec: TableSpec) -> Edition:
    """The edition with its measures under the names, and in the last decimals, of the specification."""
    named = {one.name: one for one in measures_of(spec)}
    same = {(one.column, one.kind): one for one in reversed(measures_of(spec))}
    sums, names = edition.sums, {}
    for old in edition.measures:
        twin = named.get(old.name)
        new = twin if twin and (twin.column, twin.kind) == (old.column, old.kind) else same.get((old.column, old.kind))
        if new is None and twin is not None:
            # Another thing by the same name: nothing of it was told before.
            names[old.name] = f"{old.name} of {old.column}"
        elif new is not None:
            sums = sums.with_columns(pl.col(old.name) * _times(old, new, edition))
            names[old.name] = new.name
    moved = {old: new for old, new in names.items() if old != new}
    told, withheld = (
        one.with_columns(pl.col(MEASURE).replace(moved)) if one.width else one
        for one in (edition.told, edition.withheld)
    )
    relations = tuple(
        replace(one, total=names.get(one.total, one.total), parts=tuple(names.get(part, part) for part in one.parts))
        for one in edition.relations
    )
    return replace(edition, sums=sums.rename(moved), told=told, withheld=withheld, relations=relations)


def _relations(spec: TableSpec, past: Sequence[Edition]) -> tuple[Relation, ...]:
    """What is known of measures today and was known before; a measure that others are tied to must not be forgotten."""
    now = {one.name for one in spec.measures}
    for edition in past:
        for one in edition.relations:
            tied = {one.total, *one.parts}
            if tied & now and not tied <= now:
                raise DeclarationError(
                    f"{edition.name} told {min(tied - now)}, which is tied to {min(tied & now)}.",
                    left="Nothing was released.",
                    todo="Declare the measure still: without it, it could be worked out. No column need tell it.",
                )
    return tuple(
        dict.fromkeys((*spec.relations, *(one for edition in past for one in edition.relations if one.total in now)))
    )


def _times(old: Made, new: Made, edition: Edition) -> float:
    if new.decimals < old.decimals:
        raise DeclarationError(
            f"{edition.name} told {old.name} with {old.decimals} decimals, {new.name} is to have {new.decimals}.",
            left="Nothing was released.",
            todo="Keep the measure's 'decimals'; 'unit' and 'shown' tell it in larger units.",
        )
    return float(10 ** (new.decimals - old.decimals))


def _renamed(frame: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    return frame.rename({old: new for old, new in names.items() if old != new}) if frame.width else frame


def _coarser(union: United, frames: Sequence[pl.DataFrame]) -> dict[tuple[str, str], pl.DataFrame]:
    """Which group of a column each code of the next finer column lies in, as far as any edition noted both."""
    found = {}
    for dimension in union.spec.dimensions:
        for upper, lower in pairwise(dimension.columns):
            pairs = [one.select(upper, lower).unique() for one in frames if {upper, lower} <= set(one.columns)]
            if pairs:
                found[upper, lower] = pl.concat(pairs).unique(lower, keep="first", maintain_order=True)
    return found


def _filled(
    sums: pl.DataFrame, union: United, coarser: Mapping[tuple[str, str], pl.DataFrame], *, old: bool = True
) -> pl.DataFrame:
    """The sums with every column that the union's dimensions have."""
    for dimension in union.spec.dimensions:
        if dimension.where and dimension.name not in sums.columns:
            there = set(asked_columns(replace(union.spec, dimensions=(dimension,)))) <= set(sums.columns)
            sums = with_selections(sums, (dimension,)) if there else _unnoted(sums, dimension.name, None)
        elif dimension.name not in union.readings:
            sums = _all_levels(sums, dimension, coarser)
    for dimension in union.spec.dimensions:
        if dimension.name in union.readings:
            pairs = zip(dimension.columns, union.readings[dimension.name], strict=True)
            sums = _known(sums.with_columns(pl.col(column).alias(name) for name, column in pairs), dimension)
    again = {name.partition(" as ")[0] for name in union.readings}
    for dimension in union.spec.dimensions if old else ():
        sums = _known(sums, dimension) if dimension.name in again else sums
    return sums


def _all_levels(
    sums: pl.DataFrame, dimension: Dimension, coarser: Mapping[tuple[str, str], pl.DataFrame]
) -> pl.DataFrame:
    pairs = list(pairwise(dimension.columns))
    for upper, lower in reversed(pairs):
        if upper not in sums.columns and lower in sums.columns and (upper, lower) in coarser:
            sums = sums.join(coarser[upper, lower], on=lower, how="left").with_columns(pl.col(upper).fill_null(REST))
    for above, below in ((None, dimension.columns[0]), *pairs):
        if below not in sums.columns:
            sums = _unnoted(sums, below, above)
    return sums


def _unnoted(sums: pl.DataFrame, column: str, upper: str | None) -> pl.DataFrame:
    """Nobody noted the column: a member of its own below what was noted."""
    code = pl.lit(REST) if upper is None else pl.concat_str(pl.col(upper), pl.lit(REST))
    return sums.with_columns(code.alias(column))


def _known(sums: pl.DataFrame, dimension: Dimension) -> pl.DataFrame:
    """Codes that a reading of a dimension does not know become members of the whole, its groups members of theirs."""
    if dimension.kind not in {HierarchyKind.PARENTS, HierarchyKind.PERIOD}:
        return sums
    column = dimension.columns[-1]
    groups = set(dimension.parents.values()) | {dimension.total}
    renamed = {}
    for code in sums[column].unique().to_list():
        if code in groups:
            renamed[code] = f"{code}{REST}"
        elif not (is_period(code) if dimension.kind is HierarchyKind.PERIOD else code in dimension.parents):
            renamed[code] = f"{REST}{code}"
    return sums.with_columns(pl.col(column).replace(renamed))
