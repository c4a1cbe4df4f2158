"""Secondary suppression as a whole: the cheapest pattern where the table is small, a good and proven one where not."""

from __future__ import annotations

import numpy as np

from desensitise.disclosure.clean import clean
from desensitise.disclosure.exact import Effort, optimum
from desensitise.disclosure.insider import guard
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.search import Finder, Pattern, Step, need_of, quiet, search
from desensitise.disclosure.spec import Search
from desensitise.disclosure.sweep import sweep, widen
from desensitise.disclosure.system import System
from desensitise.disclosure.ties import tied

SMALL = 200
"""Unknowns up to which the optimum is sought without being asked for."""
TWICE = 1000
"""Unknowns up to which there is time to give back what the guard against insiders made superfluous."""
PATIENCE = Effort(programmes=8000, nodes=500)
"""What is spent on an optimum that was not asked for; counted, so that equal tables end equally on every machine."""
ASKED = Effort(seconds=600.0)


def protect_system(system: System, how: Search, step: Step = quiet) -> Pattern:
    """A pattern whose every sensitive unknown is proven; UnsafeRelease where one cannot be protected."""
    joined = tied(system)
    pattern = _sought(joined.system, step)
    if how is Search.EXACT or (how is Search.AUTO and system.size <= SMALL):
        known = None if pattern.unguarded else pattern.suppressed
        best = optimum(joined.system, ASKED if how is Search.EXACT else PATIENCE, known=known)
        if best is not None and _cost(joined.system, best) < _cost(joined.system, pattern.suppressed):
            proven = _proven(joined.system, best, step)
            pattern = min((pattern, proven or pattern), key=lambda one: _cost(joined.system, one.suppressed))
    return joined.untied(pattern)


def _sought(system: System, step: Step) -> Pattern:
    pattern = Pattern(system, system.sensitive.copy())
    sweep(pattern)
    widen(pattern)
    search(pattern, step)
    clean(pattern, step)
    if system.cells.spec.attacker.insiders:
        guard(pattern, step)
        if system.size <= TWICE:
            clean(pattern, step)
    return pattern


def _cost(system: System, suppressed: Bools) -> float:
    return float(system.cost[suppressed].sum())


def _proven(system: System, suppressed: Bools, step: Step) -> Pattern | None:
    """The pattern with a proof of each sensitive unknown; None where the solver's rounding left one out."""
    pattern, finder = Pattern(system, suppressed.copy()), Finder(system)
    open_ = (suppressed | system.hidden) & ~system.fixed
    for unknown in np.flatnonzero(system.sensitive).tolist():
        proof = finder.within(unknown, need_of(system, unknown), open_, sizes=(60, system.size))
        if proof is None:
            return None
        pattern.proofs[unknown] = proof
    if system.cells.spec.attacker.insiders:
        guard(pattern, step)
    return pattern
