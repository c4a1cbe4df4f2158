"""Secondary suppression as a whole: the cheapest pattern where the table is small, a good and proven one where not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from desensitise.disclosure.clean import clean
from desensitise.disclosure.exact import Effort, Exact
from desensitise.disclosure.insider import guard
from desensitise.disclosure.primary import Bools
from desensitise.disclosure.search import Finder, Pattern, Step, need_of, quiet, search
from desensitise.disclosure.spec import Search
from desensitise.disclosure.sweep import sweep, widen
from desensitise.disclosure.system import System
from desensitise.disclosure.table import Floats
from desensitise.disclosure.ties import tied

SMALL = 400
"""Unknowns up to which the optimum is sought without being asked for."""
TWICE = 1000
"""Unknowns up to which there is time to give back what the guard against insiders made superfluous."""
PATIENCE = Effort(programmes=8000, nodes=500)
"""What is spent on an optimum that was not asked for; counted, so that equal tables end equally on every machine."""
LESS = Effort(programmes=1500, nodes=20)
"""The same from ``MIDDLE`` unknowns on, where a programme and a branch take longer."""
MIDDLE = 200
LEAST = Effort(programmes=300, nodes=20)
"""The same up to ``TWICE`` unknowns, where no more than ``FEW`` of them are sensitive."""
FEW = 12
ASKED = Effort(seconds=600.0)
PARTLY = 0.01
"""From which part on a figure is hidden at first."""


def protect_system(system: System, how: Search, step: Step = quiet) -> Pattern:
    """A pattern whose every sensitive unknown is proven; UnsafeRelease where one cannot be protected."""
    joined = tied(system)
    pattern = _sought(joined.system, joined.system.sensitive, step)
    effort = _effort(system, how)
    if effort is not None and len(pattern.secondary):
        known = None if pattern.unguarded else pattern.suppressed
        insiders = system.cells.spec.attacker.insiders
        exact = Exact(joined.system, effort, insiders=insiders, known=known)
        best = exact.solve()
        if best is None:
            found = _near(joined.system, exact.relaxed, step)
        elif _cost(joined.system, best) < _cost(joined.system, pattern.suppressed):
            found = [one] if (one := _proven(joined.system, best, step)) else []
        else:
            found = []
        safe = [one for one in found if len(one.unguarded) <= len(pattern.unguarded)]
        pattern = min((pattern, *safe), key=lambda one: _cost(joined.system, one.suppressed))
    return joined.untied(pattern)


def _effort(system: System, how: Search) -> Effort | None:
    """What may be spent on the optimum; None where it is not sought."""
    if how is not Search.AUTO:
        return ASKED if how is Search.EXACT else None
    if system.size <= SMALL:
        return PATIENCE if system.size <= MIDDLE else LESS
    return LEAST if system.size <= TWICE and np.count_nonzero(system.sensitive) <= FEW else None


def _near(system: System, relaxed: Floats, step: Step) -> list[Pattern]:
    """Patterns near where the optimum was looked for in vain: what it hides in part is cheap, or is hidden at first."""
    cheap = replace(system, cost=system.cost * np.maximum(1.0 - relaxed, 1e-3))
    led = replace(_sought(cheap, system.sensitive, step), system=system)
    clean(led, step)
    begun = _sought(system, system.sensitive | ((relaxed > PARTLY) & ~system.hidden & ~system.fixed), step)
    return [led, begun]


def _sought(system: System, begun: Bools, step: Step) -> Pattern:
    pattern = Pattern(system, begun.copy())
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
