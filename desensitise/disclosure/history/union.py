"""One specification for all tables of a source: every dimension and crossed table that any release of it had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from catalog.errors import DeclarationError
from desensitise.disclosure.history.edition import Edition
from desensitise.disclosure.spec import Dimension, HierarchyKind, TableSpec

EDITION = "_edition"


def united(spec: TableSpec, past: Sequence[Edition]) -> TableSpec:
    """The new table's specification with all that earlier releases crossed.

    DeclarationError where two tables of the source read one dimension differently, or where an edition did not keep a
    column that is crossed: without it a difference could not be judged.
    """
    dimensions = {one.name: one for one in spec.dimensions}
    for edition in past:
        for one in edition.dimensions:
            dimensions[one.name] = _finer(dimensions.get(one.name, one), one, edition)
    tables = dict.fromkeys((*spec.crossed, *(table for edition in past for table in edition.crossed)))
    made = replace(spec, dimensions=tuple(dimensions.values()), tables=tuple(tables), keep=(), only=())
    _demand_kept(made, past)
    return made


def chained(spec: TableSpec, editions: int) -> TableSpec:
    """The specification with the chain of editions as one more dimension, crossed with everything."""
    parents = {f"={at}": f"={at + 1}" for at in range(1, editions)}
    parents |= {f"+{at}": f"={at}" for at in range(2, editions + 1)}
    chain = Dimension(EDITION, (EDITION,), HierarchyKind.PARENTS, total=f"={editions}", parents=parents)
    tables = tuple((*crossed, EDITION) for crossed in spec.crossed)
    return replace(spec, dimensions=(*spec.dimensions, chain), tables=tables)


def _finer(first: Dimension, second: Dimension, edition: Edition) -> Dimension:
    """One of two readings of a dimension: the deeper one where both cut prefixes."""
    if first == second:
        return first
    if first.kind is second.kind is HierarchyKind.PREFIX and replace(first, widths=second.widths) == second:
        deeper, other = sorted((first, second), key=lambda one: -len(one.widths))
        if set(other.widths) <= set(deeper.widths):
            return deeper
    raise DeclarationError(
        f"Dimension {first.name} is read differently by {edition.name}, a release of the same source.",
        left="Nothing was released.",
        todo="Declare it alike, give it another name, or name another source.",
    )


def _demand_kept(spec: TableSpec, past: Sequence[Edition]) -> None:
    for edition in past:
        for column in (column for one in spec.dimensions for column in one.columns):
            if column not in edition.sums.columns:
                raise DeclarationError(
                    f"{edition.name} did not keep the column {column}, which a table of the same source crosses.",
                    left="Nothing was released.",
                    todo="Have every table of a source 'keep' the columns that the others cross, from the first on.",
                )
