"""Secondary suppression as a whole: the cheapest pattern where the table is small, a good and proven one where not."""

from __future__ import annotations

import numpy as np

from desensitise.disclosure.clean import clean
from desensitise.disclosure.exact import optimum
from desensitise.disclosure.insider import guard
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.search import Finder, Pattern, Step, need_of, quiet, search
from desensitise.disclosure.spec import Search
from desensitise.disclosure.sweep import sweep, widen
from desensitise.disclosure.system import System

SMALL = 150
"""Unknowns up to which the optimum is sought without being asked for."""
TWICE = 1000
"""Unknowns up to which there is time to give back what the guard against insiders made superfluous."""
PATIENCE = 20.0
"""Seconds the solver may take for an optimum that was not asked for."""
ASKED = 600.0


def protect_system(system: System, how: Search, step: Step = quiet) -> Pattern:
    """A pattern whose every sensitive unknown is proven; UnsafeRelease where one cannot be protected."""
    pattern = Pattern(system, system.sensitive.copy())
    sweep(pattern)
    widen(pattern)
    search(pattern, step)
    clean(pattern, step)
    if how is Search.EXACT or (how is Search.AUTO and system.size <= SMALL):
        best = optimum(system, ASKED if how is Search.EXACT else PATIENCE)
        if best is not None and system.cost[best].sum() < system.cost[pattern.suppressed].sum():
            pattern = _proven(system, best) or pattern
    if system.cells.spec.attacker.insiders:
        guard(pattern, step)
        if system.size <= TWICE:
            clean(pattern, step)
    return pattern


def _proven(system: System, suppressed: Bools) -> Pattern | None:
    """The pattern with a proof of each sensitive unknown; None where the solver's rounding left one out."""
    pattern, finder = Pattern(system, suppressed.copy()), Finder(system)
    open_ = (suppressed | system.hidden) & ~system.fixed
    for unknown in np.flatnonzero(system.sensitive).tolist():
        proof = finder.within(unknown, need_of(system, unknown), open_, sizes=(60, system.size))
        if proof is None:
            return None
        pattern.proofs[unknown] = proof
    return pattern
