"""Differences between editions that do not follow one another: what a reader of the first and the third can take off.

The difference of two editions of a cell is an unknown of its own where few stand behind it; who changed it is added up
over all changes in between, so that one firm correcting itself twice counts once. Which differences those are does not
change when further editions come, so each release hands its list on to the next and adds its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from desensitise.disclosure.history.edition import MEASURE
from desensitise.disclosure.history.extra import Extra, extended
from desensitise.disclosure.history.joint import Joint, few_units, implied
from desensitise.disclosure.history.labels import unknowns_at
from desensitise.disclosure.history.places import changes_of_codes
from desensitise.disclosure.history.union import EDITION
from desensitise.disclosure.history.unlike import by_one, is_mixed
from desensitise.disclosure.primary import primary_of
from desensitise.disclosure.spec import Dimension, MeasureKind, TableSpec
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Cells, Longs, cells_from

AT_ONCE = 200_000
"""Changes of single contributors that are added up together."""
FIRST, AFTER, NEED, GREW, SOLE = "_first", "_after", "_need", "_grew", "_sole"


def reading_of(spec: TableSpec) -> str:
    """A digest of what decides which differences are sensitive: rules, dimensions and crossed tables."""
    rules = [(one.name, one.kind.value, one.signed, repr(one.rules)) for one in spec.measures]
    dimensions = [repr(replace(one, parents=dict(sorted(one.parents.items())))) for one in spec.dimensions]
    return hashlib.sha256(repr((rules, dimensions, spec.crossed)).encode()).hexdigest()


def differences(joint: Joint, known: pl.DataFrame | None) -> pl.DataFrame:
    """The sensitive differences of all editions; ``known`` are those up to the last edition, None where nobody knows.

    Those that need no protection tell that a cell is again as it was.

    A row a difference: a column of codes a dimension, the measure, the ``_first`` and the ``_after`` edition, the
    protection it needs, whether all behind it grew, and its only contributor.
    """
    last = max((int(code[1:]) for code in joint.system.cells.trees[-1].codes), default=1)
    begun = 3 if known is None else last
    found = [known] if known is not None else []
    changed, parts = joint.changed.filter(pl.col(EDITION) > 1).partition_by(EDITION, as_dict=True), []
    for after in range(begun, last + 1):
        parts += [
            changed[(edition,)].with_columns(pl.lit(f"{first} {after}").alias(EDITION))
            for first in range(1, after - 1)
            for edition in range(first + 1, after + 1)
            if (edition,) in changed
        ]
        # Many small tables cost more than one, and one of everything would take too much memory.
        if parts and (after == last or sum(one.height for one in parts) > AT_ONCE):
            found.append(_between(joint, parts))
            parts = []
    whole = pl.concat(found) if found else pl.DataFrame()
    return whole.sort(AFTER, FIRST, MEASURE, *(one.name for one in joint.spec.dimensions)) if whole.height else whole


def _between(joint: Joint, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Those that such changes add up to."""
    spec = joint.spec
    keys = [*(column for dimension in spec.dimensions for column in dimension.columns), EDITION, "_owner"]
    summed = pl.concat(parts).group_by(keys).agg(pl.col("_waived").all(), pl.exclude(*keys, "_waived").sum())
    made = replace(
        spec,
        dimensions=(*spec.dimensions, Dimension(EDITION, (EDITION,))),
        tables=tuple((*one, EDITION) for one in spec.crossed),
        relations=(),
    )
    return _sensitive(joint, cells_from(summed, made, joint.owners))


def _sensitive(joint: Joint, spans: Cells) -> pl.DataFrame:
    codes = pl.DataFrame(
        [
            pl.Series(tree.name, np.asarray(tree.codes, dtype=object)[spans.nodes[:, axis]], dtype=pl.String)
            for axis, tree in enumerate(spans.trees)
        ]
    ).with_columns(
        pl.col(EDITION).str.split(" ").list.get(at, null_on_oob=True).cast(pl.Int64, strict=False).alias(name)
        for at, name in enumerate((FIRST, AFTER))
    )
    owners = [str(one) for one in joint.owners.unique().sort().to_list()]
    system, found = joint.system, []
    first, after = (codes[name].fill_null(0).to_numpy() for name in (FIRST, AFTER))
    across = np.any([(first < one) & (one <= after) for one in sorted(joint.unlike)] or [first < 0], axis=0)
    for one, why in zip(spans.measures, primary_of(spans), strict=True):
        frame = codes.with_columns(pl.lit(one.measure.name).alias(MEASURE))
        ends = [unknowns_at(system.cells, frame.with_columns(_code("=", name))) for name in (FIRST, AFTER)]
        # Where the edition after the first, or the last, left the cell alone, a shorter span is the same difference.
        both = [unknowns_at(system.cells, frame.with_columns(_code("+", name))) for name in (pl.col(FIRST) + 1, AFTER)]
        there = np.all([np.asarray(end) >= 0 for end in (*ends, *both)], axis=0)
        need, grew = why.above, one.value >= one.absolute
        moved = system.value[np.maximum(ends[1], 0)] - system.value[np.maximum(ends[0], 0)]
        threshold = one.measure.rules.threshold
        if one.measure.kind is MeasureKind.UNITS:
            need, grew = few_units(moved, threshold)
        mixed = across & is_mixed(one)
        need, grew = np.where(mixed, by_one(moved, np.full(len(moved), threshold)), need), grew & ~mixed
        # Who came and went again leaves the figure as it was, and a reader of both knows it.
        same = np.where(mixed, moved == 0, one.absolute == 0)
        need = np.where(same, 0.0, need)
        sole = [owners[who] if who >= 0 else None for who in one.sole.tolist()]
        made = frame.drop(EDITION).with_columns(
            pl.Series(NEED, need), pl.Series(GREW, grew), pl.Series(SOLE, sole, dtype=pl.String)
        )
        found.append(made.filter(pl.Series(there & (same | (need > 0)))))
    return pl.concat(found)


def _code(sign: str, edition: str | pl.Expr) -> pl.Expr:
    return pl.format(sign + "{}", edition).alias(EDITION)


def with_differences(joint: Joint, spans: pl.DataFrame) -> System:
    """The joint system with an unknown for each of them that is not known already."""
    system = joint.system
    if not spans.height:
        return system
    system = _as_it_was(system, spans.filter(pl.col(NEED) == 0))
    spans = spans.filter(pl.col(NEED) > 0)
    begin, end = (unknowns_at(system.cells, spans.with_columns(_code("=", name))) for name in (FIRST, AFTER))
    # Where both editions told the figure, its difference is known already and past protecting.
    hot = np.flatnonzero((begin >= 0) & (end >= 0) & ~(system.fixed[begin] & system.fixed[end]))
    begin, end, spans = begin[hot], end[hot], spans[hot.tolist()]
    moved, need = system.value[end] - system.value[begin], spans[NEED].to_numpy()
    down = np.where(spans[GREW].to_numpy(), moved, np.inf)
    owners = {str(one): at for at, one in enumerate(joint.owners.unique().sort().to_list())}
    sole = np.array([-1 if one is None else owners.get(one, -1) for one in spans[SOLE].to_list()], dtype=np.int64)
    sole = np.where(sole >= 0, sole, _sole(system, begin, end))
    extra = Extra(moved, down, need, np.minimum(need, down), sole, sensitive=True)
    return extended(system, np.stack((end, begin), axis=1), np.array([1.0, -1.0]), extra)


def _as_it_was(system: System, same: pl.DataFrame) -> System:
    """The system where figures that are again what they were are known to be; what follows from that is known too."""
    ends = np.stack([unknowns_at(system.cells, same.with_columns(_code("=", name))) for name in (AFTER, FIRST)], axis=1)
    ends = ends[(ends >= 0).all(axis=1)]
    if not len(ends):
        return system
    system = extended(system, ends, np.array([1.0, -1.0]), None)
    fixed = implied(system, system.fixed)
    return replace(system, fixed=fixed, sensitive=system.sensitive & ~fixed)


def _sole(system: System, begin: Longs, end: Longs) -> Longs:
    """Who alone stands behind all that is sensitive in a span, or -1: the rest of the difference is nobody's secret."""
    whole, count = system.cells, len(system.cells.keys)
    tree, nodes = whole.trees[-1], whole.nodes[:, -1]
    number = np.array([int(code[1:]) for code in tree.codes])
    # A cell's key without its place in the chain of editions, whose steps are of one.
    cell, measure = end % count, end // count
    base = whole.keys[cell] - nodes[cell]
    first, after = number[nodes[begin % count]], number[nodes[cell]]
    most, least = np.full(len(end), -2, dtype=np.int64), np.full(len(end), np.iinfo(np.int64).max)
    for node in np.flatnonzero(changes_of_codes(tree.codes)).tolist():
        keys = base + node
        at = np.minimum(np.searchsorted(whole.keys, keys), count - 1)
        unknown = at + measure * count
        inside = (first < number[node]) & (number[node] <= after) & (whole.keys[at] == keys)
        inside &= ~system.fixed[unknown] & system.sensitive[unknown]
        most = np.where(inside, np.maximum(most, system.sole[unknown]), most)
        least = np.where(inside, np.minimum(least, system.sole[unknown]), least)
    return np.where((most == least) & (most >= 0), most, -1)
