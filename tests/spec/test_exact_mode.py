"""Exact mode finds the cheapest pattern there is: held against trying every pattern of small tables."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import polars as pl
import pytest

from desensitise.disclosure import audit, parse_spec, protect
from desensitise.disclosure.audit import intervals
from desensitise.disclosure.certificate import faults
from desensitise.disclosure.claim import claim_of
from desensitise.disclosure.exact import Effort, optimum
from desensitise.disclosure.primary import primary_of
from desensitise.disclosure.search import Pattern, search
from desensitise.disclosure.system import system_of
from desensitise.disclosure.table import cells_of
from desensitise.disclosure.ties import tied

RULES = "threshold = 2\nrange = 20"


def spec(search="exact"):
    text = f'[table]\nname = "small"\ncontributor = "unit"\nsearch = "{search}"\n[rules]\n{RULES}\n'
    text += "".join(f'[[dimension]]\nname = "{one}"\n' for one in ("row", "column"))
    return parse_spec(f'{text}[[measure]]\nname = "value"\nkind = "value"\n', "small.toml")


def records(seed, rows="AB", columns="xyz", few=2):
    """A table in which some figures come from one unit, and two of those from the same."""
    rng = np.random.default_rng(seed)
    places = [(row, column) for row in rows for column in columns]
    single = {places[at] for at in rng.choice(len(places), few, replace=False)}
    found = []
    for at, place in enumerate(places):
        value = int(rng.integers(2, 40)) * 4
        if place in single:
            found.append((*place, "same" if rng.random() < 0.5 else f"u{at}", float(value)))
        else:
            found += [(*place, f"u{at}-{one}", float(part)) for one, part in enumerate((value - 2, 1, 1))]
    return pl.DataFrame(found, schema=["row", "column", "unit", "value"], orient="row")


def system_from(frame):
    cells = cells_of(frame, spec())
    return system_of(cells, primary_of(cells))


def safe_from_outsiders(system, hidden):
    return not len(intervals(system, hidden).violations(system))


def safe_from_insiders(system, hidden):
    """Each only contributor, who knows their own cells, sees every other sensitive cell move by a last digit."""
    for owner in set(system.sole[system.sole >= 0].tolist()):
        own = system.sole == owner
        seen = intervals(replace(system, fixed=system.fixed | own), hidden & ~own)
        others = system.sensitive & ~own
        if ((seen.below < np.minimum(1, system.below)) & (seen.above < 1))[others].any():
            return False
    return True


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("insiders", [False, True])
def test_exact_mode_is_as_cheap_as_trying_every_pattern(seed, insiders):
    system = system_from(records(seed, few=3 if insiders else 2))
    free = np.flatnonzero(~system.sensitive & ~system.fixed)
    best = optimum(system, Effort(60.0), insiders=insiders)
    patterns = sorted(
        (more for count in range(len(free) + 1) for more in combinations(free.tolist(), count)),
        key=lambda more: system.cost[list(more)].sum(),
    )
    for more in patterns:
        hidden = system.sensitive.copy()
        hidden[list(more)] = True
        if safe_from_outsiders(system, hidden) and (not insiders or safe_from_insiders(system, hidden)):
            assert best is not None
            assert system.cost[best & ~system.sensitive].sum() == pytest.approx(system.cost[list(more)].sum())
            break
    else:
        assert best is None


@pytest.mark.parametrize("seed", range(4))
def test_a_table_in_exact_mode_costs_no_more_and_is_as_safe(seed):
    frame = records(seed, "ABCD", "wxyz", few=5)
    exact, quick = protect(frame, spec()), protect(frame, spec("modular"))
    system = exact.pattern.system
    assert system.cost[exact.pattern.secondary].sum() <= system.cost[quick.pattern.secondary].sum()
    assert safe_from_insiders(system, exact.pattern.suppressed)
    assert audit(exact).items == ()


@pytest.mark.parametrize("effort", [Effort(seconds=0.0), Effort(programmes=1), Effort(nodes=0)])
def test_a_search_for_the_optimum_can_be_given_up(effort):
    assert optimum(system_from(records(1, "ABCD", "wxyz", few=5)), effort) is None


@pytest.mark.parametrize("seed", range(3))
def test_a_pattern_that_is_known_to_be_safe_changes_no_optimum(seed):
    frame = records(seed, "ABCD", "wxyz", few=5)
    system = system_from(frame)
    known = protect(frame, spec("modular")).pattern.suppressed
    best, again = optimum(system, Effort(60.0)), optimum(system, Effort(60.0), known=known)
    assert best is not None
    assert again is not None
    assert system.cost[best].sum() == pytest.approx(system.cost[again].sum())


def sparse(seed):
    """The last row has a single figure, so that it is equal to its total."""
    return records(seed, "ABC", "xyz", few=3).filter((pl.col("row") != "C") | (pl.col("column") == "z"))


@pytest.mark.parametrize("seed", range(8))
def test_joining_figures_that_are_equal_changes_no_optimum_and_every_proof_holds(seed):
    system = system_from(sparse(seed))
    joined = tied(system)
    assert (~joined.system.fixed).sum() < (~system.fixed).sum()
    whole, part = optimum(system, Effort(60.0)), optimum(joined.system, Effort(60.0))
    assert (whole is None) == (part is None)
    if whole is None or part is None:
        return
    assert system.cost[whole].sum() == pytest.approx(joined.system.cost[part].sum())
    pattern = Pattern(joined.system, part | joined.system.sensitive)
    search(pattern)
    spread = joined.untied(pattern)
    assert not len(intervals(system, spread.suppressed).violations(system))
    assert not [one for one in faults(claim_of(spread)) if "insider" not in one]
