"""What comes out: the protected table with a status for every figure, and what is to be told about it.

Status follows SDMX: ``CL_OBS_STATUS`` (A told, Q withheld, E perturbed or rounded) and ``CL_CONF_STATUS`` (F free,
A too few contributors, M dominance and estimation rules, D hidden to protect another, N hidden for another reason; C
hidden, where the reason is not to be told).
A nought that is told is an ordinary figure (A, F).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from catalog.findings import Finding, Findings
from desensitise.disclosure.audit import Intervals
from desensitise.disclosure.certificate import faults
from desensitise.disclosure.claim import Claim, claim_of
from desensitise.disclosure.history.guarded import Guarded
from desensitise.disclosure.primary import Bools, Primary, Reason
from desensitise.disclosure.search import Pattern
from desensitise.disclosure.spec import Measure, MeasureKind, Method, TableSpec
from desensitise.disclosure.table import Cells, Floats, shown

OBS, CONF = "_obs_status", "_conf_status"
_CONF = {
    Reason.THRESHOLD: "A",
    Reason.ZERO: "A",
    Reason.DOMINANCE: "M",
    Reason.P_PERCENT: "M",
    Reason.PQ: "M",
    Reason.DIFFERENCE: "N",
}


@dataclass(frozen=True, slots=True)
class Protected:
    """A protected release of tables.

    ``table`` has a row a cell: a column a dimension (codes), then for each measure its figure (null where withheld)
    and its two statuses, then the rates. ``intervals`` is the audit's outcome; for perturbed tables it is None.
    ``moved`` tells by how much each figure was perturbed or rounded.
    ``sums`` are the sums behind it; ``guarded`` the joint pattern and audit where earlier editions are known.
    """

    spec: TableSpec
    table: pl.DataFrame
    cells: Cells
    primary: tuple[Primary, ...]
    pattern: Pattern | None
    intervals: Intervals | None
    sums: pl.DataFrame
    guarded: Guarded | None = None
    moved: Floats | None = None

    @property
    def withholds(self) -> Bools:
        """Which figures are not told as they are: measures, then cells. Perturbed and rounded ones never are."""
        size = len(self.cells.keys) * len(self.cells.measures)
        return np.ones(size, dtype=bool) if self.pattern is None else self.pattern.suppressed[:size]

    @property
    def withheld(self) -> int:
        """Figures withheld, over all measures."""
        return 0 if self.pattern is None else int(self.pattern.suppressed[: self.pattern.system.told].sum())


def certificate_of(protected: Protected) -> Claim:
    """The claim that the protected table is safe, tied to the table's content; ``certificate`` replays it."""
    pattern = protected.pattern if protected.guarded is None else protected.guarded.pattern
    assert pattern is not None  # noqa: S101 - tables are suppressed, not perturbed, where a certificate is asked for
    return claim_of(pattern, digest_of(protected.table))


def digest_of(table: pl.DataFrame) -> str:
    """SHA-256 of a table's texts, cell by cell, whatever file it is kept in."""
    return hashlib.sha256(table.select(pl.all().cast(pl.String)).write_csv().encode()).hexdigest()


def findings_of(protected: Protected) -> Findings:
    """What an attacker could still work out; every finding blocks. Empty for a safe release."""
    pattern, found = protected.pattern, protected.intervals
    if protected.guarded is not None:
        pattern, found = protected.guarded.pattern, protected.guarded.intervals
    if pattern is None or found is None:
        return Findings((), protected.table.height)
    system = pattern.system
    items = []
    for rule, unknowns in (
        ("sdc:interval", found.violations(system)),
        # Noughts are guarded against insiders where that can be: ``certificate`` says why no more is asked of them.
        ("sdc:insider", np.array([one for one, _ in pattern.unguarded if system.value[one] != 0], dtype=np.int64)),
    ):
        # What is no measure's cell is a rest, or a difference of two editions.
        of = np.where(unknowns < system.told, unknowns // len(system.cells.keys), -1)
        for at in np.unique(of).tolist():
            name = protected.cells.measures[at].measure.name if at >= 0 else "difference"
            items.append(Finding(rule, protected.spec.name, name, int((of == at).sum())))
    if wrong := faults(claim_of(pattern)):
        items.append(Finding("sdc:proof", protected.spec.name, "*", len(wrong)))
    return Findings(tuple(items), int(pattern.suppressed.sum()))


def told_table(cells: Cells, primary: tuple[Primary, ...], withheld: Bools) -> pl.DataFrame:
    """The table with what is hidden left out; ``withheld`` runs over measures, then cells."""
    codes = [
        pl.Series(tree.name, np.asarray(tree.codes, dtype=object)[cells.nodes[:, axis]], dtype=pl.String)
        for axis, tree in enumerate(cells.trees)
    ]
    columns = list(codes)
    for at, (one, why) in enumerate(zip(cells.measures, primary, strict=True)):
        start = at * len(cells.keys)
        hidden = withheld[start : start + len(cells.keys)]
        columns.append(figures(one.measure, one.value, hidden))
        columns += statuses(one.measure.name, why, hidden)
    return with_rates(_given(columns, cells), cells.spec)


def _given(columns: list[pl.Series], cells: Cells) -> pl.DataFrame:
    """What is published of all cells; of a selection only itself, and not by name."""
    selections = [one.name for one in cells.spec.dimensions if one.where]
    return pl.DataFrame(columns).filter(pl.Series(shown(cells))).drop(selections)


def without_reasons(protected: Protected) -> pl.DataFrame:
    """The table with one status for all that is withheld: that a figure comes from few tells something of it."""
    names = [one.measure.name + CONF for one in protected.cells.measures]
    return protected.table.with_columns(
        pl.when(pl.col(one) != "F").then(pl.lit("C")).otherwise(one).alias(one) for one in names
    )


def moved_table(cells: Cells) -> pl.DataFrame:
    """The table of perturbed or rounded figures; noughts are told as they are, unless they too are noisy."""
    exact = cells.spec.method is not Method.PRIVATE
    columns = [
        pl.Series(tree.name, np.asarray(tree.codes, dtype=object)[cells.nodes[:, axis]], dtype=pl.String)
        for axis, tree in enumerate(cells.trees)
    ]
    for one in cells.measures:
        name, status = one.measure.name, np.where((one.absolute == 0) & exact, "A", "E").astype(object)
        columns.append(figures(one.measure, one.value, np.zeros(len(one.value), dtype=bool)))
        columns.append(pl.Series(name + OBS, status, dtype=pl.String))
        columns.append(pl.Series(name + CONF, ["F"] * len(one.value), dtype=pl.String))
    return with_rates(_given(columns, cells), cells.spec)


def figures(measure: Measure, value: Floats, hidden: Bools) -> pl.Series:
    """A measure's column: whole numbers, or decimals where it has some."""
    whole = pl.DataFrame({measure.name: np.round(value).astype(np.int64), "hidden": hidden})
    shown = pl.when(~pl.col("hidden")).then(pl.col(measure.name))
    decimals = measure.shown if measure.unit > 1 else measure.decimals
    if measure.kind is MeasureKind.VALUE and decimals:
        # The amount times 10**shown / unit, rounded half up in whole numbers.
        times, by = 10**decimals, measure.unit if measure.unit > 1 else 10**measure.decimals
        rounded = (shown.cast(pl.Int128) * times * 2 + by) // (by * 2)
        shown = (rounded.cast(pl.Decimal(38, decimals)) / 10**decimals).cast(pl.Decimal(38, decimals))
    return whole.select(shown.alias(measure.name))[measure.name]


def statuses(name: str, why: Primary, hidden: Bools) -> list[pl.Series]:
    """The two status columns of a measure."""
    confidential = np.where(hidden, "D", "F").astype(object)
    for reason, code in _CONF.items():
        confidential[(why.reason == reason) & hidden] = code
    return [
        pl.Series(name + OBS, np.where(hidden, "Q", "A").astype(object), dtype=pl.String),
        pl.Series(name + CONF, confidential, dtype=pl.String),
    ]


def with_rates(table: pl.DataFrame, spec: TableSpec) -> pl.DataFrame:
    """Rates in per cent, half up, from figures that are told, and their changes; hidden where a part is hidden."""
    for rate in spec.rates:
        scale = 10**rate.decimals
        top, bottom = pl.col(rate.numerator).cast(pl.Int128), pl.col(rate.denominator).cast(pl.Int128)
        rounded = pl.when(bottom > 0).then((top * 200 * scale + bottom) // (bottom * 2))
        kind = pl.Decimal(20, rate.decimals)
        table = table.with_columns((rounded.cast(kind) / scale).cast(kind).alias(rate.name))
    return table.with_columns((pl.col(one.after) - pl.col(one.before)).alias(one.name) for one in spec.changes)
