"""The public door: a table and its specification in, a protected and audited table out, or an error and nothing."""

from __future__ import annotations

from catalog.errors import DeclarationError, UnsafeRelease
from catalog.findings import Findings
from desensitise.disclosure.audit import intervals
from desensitise.disclosure.primary import primary_of
from desensitise.disclosure.result import Protected, findings_of, told_table
from desensitise.disclosure.search import Step, quiet
from desensitise.disclosure.secondary import protect_system
from desensitise.disclosure.spec import Method, TableSpec
from desensitise.disclosure.system import system_of
from desensitise.disclosure.table import Source, cells_of


def protect(table: Source, spec: TableSpec, *, step: Step = quiet) -> Protected:
    """The protected tables of these records.

    ``table``: an Arrow table or batches, or a polars frame, a row a record, with the specification's columns.
    DeclarationError for a specification or hierarchy that does not hold; UnsafeRelease for records without
    contributors, demands that cannot be met, and findings of the audit. Messages name coordinates, never values.
    """
    if spec.method is not Method.SUPPRESS:
        raise DeclarationError(
            f"Table {spec.name}: method '{spec.method}' cannot be asked for in a specification yet.",
            left="Nothing was released.",
            todo='Use method = "suppress"; counts are perturbed by desensitise.disclosure.cellkey.',
        )
    cells = cells_of(table, spec)
    primary = primary_of(cells)
    system = system_of(cells, primary)
    pattern = protect_system(system, spec.search, step)
    found = intervals(system, pattern.suppressed, lambda done, total: step("audit", done, total))
    protected = Protected(spec, told_table(cells, primary, pattern), cells, primary, pattern, found)
    findings = audit(protected)
    if findings.blocking:
        raise refusal(protected, findings)
    return protected


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
