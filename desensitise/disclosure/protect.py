"""The public door: a table and its specification in, a protected and audited table out, or an error and nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from catalog.errors import DeclarationError, UnsafeRelease
from catalog.findings import Findings
from desensitise.disclosure.audit import Intervals, intervals
from desensitise.disclosure.history.edition import Edition, Past, pseudonymous
from desensitise.disclosure.history.guarded import guarded
from desensitise.disclosure.history.weights import unweighted
from desensitise.disclosure.perturb.moved import moved
from desensitise.disclosure.primary import Primary, primary_of
from desensitise.disclosure.result import Protected, findings_of, told_table
from desensitise.disclosure.search import Pattern, Step, quiet
from desensitise.disclosure.secondary import protect_system
from desensitise.disclosure.spec import Method, TableSpec
from desensitise.disclosure.sums import Source, sums_of
from desensitise.disclosure.system import System, system_of
from desensitise.disclosure.table import Cells, cells_from, shown


def protect(
    table: Source, spec: TableSpec, *, past: Past | None = None, key: bytes = b"", step: Step = quiet
) -> Protected:
    """The protected tables of these records.

    ``table``: an Arrow table or batches, or a polars frame, a row a record, with the specification's columns.
    ``past`` knows the releases of the same source; the table is protected and audited together with all of them.
    ``key`` is the secret of record keys where the specification asks for the cell key; without one it is the past's.
    DeclarationError for a specification or hierarchy that does not hold; UnsafeRelease for records without
    contributors, demands that cannot be met, and findings of the audit. Messages name coordinates, never values.
    """
    source = spec.source or spec.name
    names = past.key(source) if past is not None else b""
    if spec.method is not Method.SUPPRESS:
        if past is not None and spec.weight:
            raise DeclarationError(
                f"Table {spec.name} is weighted and perturbed; releases know weighted tables by suppression only.",
                left="Nothing was released.",
                todo='Write method = "suppress", or weight the records before they are released.',
            )
        return moved(table, spec, key or names, names, step)
    sums = sums_of(table, spec)
    if past is not None and spec.weight:
        sums, spec = unweighted(sums, spec)
    cells = cells_from(sums, spec)
    primary = primary_of(cells)
    earlier = past.editions(source) if past is not None else ()
    kept = pseudonymous(sums, names) if names else sums
    protected = (_with_past if earlier else _alone)(cells, primary, kept, earlier, step)
    findings = audit(protected)
    if findings.blocking and earlier:
        # Proofs that were led on did not hold in the end: everything is sought anew, which takes longer.
        protected = _with_past(cells, primary, kept, earlier, step, afresh=True)
        findings = audit(protected)
    if findings.blocking:
        raise refusal(protected, findings)
    return protected


def _alone(
    cells: Cells, primary: tuple[Primary, ...], sums: pl.DataFrame, earlier: Sequence[Edition], step: Step
) -> Protected:
    del earlier
    system = _cut_down(system_of(cells, primary))
    pattern = protect_system(system, cells.spec.search, step)
    found = intervals(system, pattern.suppressed, lambda done, total: step("audit", done, total))
    return Protected(cells.spec, told_table(cells, primary, pattern.suppressed), cells, primary, pattern, found, sums)


def _cut_down(system: System) -> System:
    """Cells that the specification does not publish are hidden from the start."""
    outside = np.tile(~shown(system.cells), len(system.cells.measures))
    outside = np.concatenate((outside, np.zeros(system.size - system.told, dtype=bool)))
    return replace(system, hidden=system.hidden | outside, sensitive=system.sensitive & ~outside)


def _with_past(
    cells: Cells,
    primary: tuple[Primary, ...],
    sums: pl.DataFrame,
    earlier: Sequence[Edition],
    step: Step,
    *,
    afresh: bool = False,
) -> Protected:
    joint = guarded(cells, sums, earlier, step, afresh=afresh)
    system = _cut_down(system_of(cells, primary))
    hidden = np.concatenate((joint.hidden, np.zeros(system.size - system.told, dtype=bool)))
    # The report tells of the new table alone; the audit looks at all editions.
    below, above = np.zeros(system.size), np.zeros(system.size)
    below[: system.told] = joint.intervals.below[joint.joint.here]
    above[: system.told] = joint.intervals.above[joint.joint.here]
    found = Intervals(below, above, joint.intervals.solved)
    table = told_table(cells, primary, hidden)
    return Protected(cells.spec, table, cells, primary, Pattern(system, hidden), found, sums, joint)


def audit(protected: Protected) -> Findings:
    """Every way found to work out a protected cell: by interval, by insider, by a proof that does not hold."""
    return findings_of(protected)


def refusal(protected: Protected, findings: Findings) -> UnsafeRelease:
    """The error for a table that the audit refuses."""
    told = "; ".join(f"{one.rule} in {one.column}: {one.count}" for one in findings.blocking[:5])
    where = ""
    if protected.pattern is not None and protected.pattern.unguarded:
        where = f" First: {protected.pattern.system.place(protected.pattern.unguarded[0][0])}."
    return UnsafeRelease(
        f"Table {protected.spec.name}: the audit found cells that can be worked out: {told}.{where}",
        left="Nothing was released.",
        todo="Publish fewer totals, merge small groups, or ask for less protection.",
    )
