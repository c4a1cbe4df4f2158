"""Counts that GaussSuppression protected and printed: the same cells are sensitive, what it published passes the audit
where it holds, and the exact mode hides no more than it did.

From the reference page of ``SuppressSmallCounts`` and the vignette on small counts (Statistics Norway, CC BY 4.0); every
counted thing is a contributor. It guards against exact disclosure only, so no range is asked for and no insiders.
"""

from typing import NamedTuple

import numpy as np
import polars as pl
import pytest

from desensitise.disclosure import audit, parse_spec, protect
from desensitise.disclosure.audit import intervals
from desensitise.disclosure.primary import primary_of
from desensitise.disclosure.system import system_of
from desensitise.disclosure.table import cells_of


class Printed(NamedTuple):
    """A table as it was printed: its counts, dimensions, threshold, and which cells were primary and secondary."""

    counts: pl.DataFrame
    dimensions: str
    most: int
    primary: str
    secondary: str


def counted(names: str, rows: str) -> pl.DataFrame:
    """Counts from lines of codes and a number."""
    lines = [line.split() for line in rows.strip().splitlines()]
    frame = pl.DataFrame(lines, schema=[*names.split(), "count"], orient="row")
    return frame.with_columns(pl.col("count").cast(pl.Int64))


FLAT = '[[dimension]]\nname = "{}"\ntotal = "Total"\n'
# Six municipalities and four kinds of injury; counts of nought are left out, as protectZeros = FALSE publishes them.
ACCIDENTS = Printed(
    counted(
        "mun inj",
        "k1 serious 4\nk2 none 1\nk2 serious 5\nk3 light 2\nk3 none 1\nk3 serious 3\nk4 light 1\nk4 none 4\n"
        "k4 serious 4\nk5 serious 1\nk6 serious 6",
    ),
    FLAT.format("mun") + FLAT.format("inj"),
    3,
    "Total-light k2-none k3-light k3-none k3-serious k4-light k5-Total k5-serious",
    "Total-none k1-Total k1-serious k2-serious k4-none",
)
# Table 4 of the vignette: ages by country, and by country group.
GROUPS = '[[dimension]]\nname = "geo"\ntotal = "Total"\nhierarchy = "columns"\ncolumns = ["eu", "geo"]\n'
COUNTRIES = Printed(
    counted(
        "age geo eu",
        "young Spain EU 5\nyoung Iceland nonEU 2\nold Spain EU 6\nold Iceland nonEU 3\nold Portugal EU 4",
    ),
    FLAT.format("age") + GROUPS,
    4,
    "Total-Portugal old-nonEU old-Iceland old-Portugal young-nonEU young-Iceland",
    "Total-Spain old-EU young-EU young-Spain",
)
# Persons (a tenth) by sort of income and group of municipalities, with income other than assistance as a level of its own.
INCOMES = '[[dimension]]\nname = "income"\ntotal = "Total"\nhierarchy = "columns"\ncolumns = ["wide", "income"]\n'
PERSONS = Printed(
    counted(
        "income wide k_group",
        "assistance assistance 300 29\nassistance assistance 400 6\nother rest 300 7\nother rest 400 1\n"
        "pensions rest 300 19\nwages rest 300 4",
    ),
    INCOMES + FLAT.format("k_group"),
    3,
    "rest-400 other-400",
    "rest-300 assistance-300 assistance-400 other-300",
)


def system_and_places(table: Printed):  # type: ignore[no-untyped-def]
    cells = cells_of(records(table), spec(table))
    places = [
        "-".join(tree.codes[node] for tree, node in zip(cells.trees, nodes, strict=True))
        for nodes in cells.nodes.tolist()
    ]
    return system_of(cells, primary_of(cells)), np.array(places)


def records(table: Printed) -> pl.DataFrame:
    rows = table.counts.select(pl.exclude("count").repeat_by("count").explode())
    return rows.with_columns(one=pl.lit(1)).with_row_index("who").with_columns(pl.col("who").cast(pl.String))


def spec(table: Printed, search: str = "exact"):  # type: ignore[no-untyped-def]
    text = f'[table]\nname = "counts"\ncontributor = "who"\nsearch = "{search}"\n[attacker]\ninsiders = "no"\n'
    text += f"[rules]\nthreshold = {table.most + 1}\nrange = 0\n{table.dimensions}"
    return parse_spec(f'{text}[[measure]]\nname = "one"\nkind = "count"\n', "counts.toml")


TABLES = pytest.mark.parametrize("table", [ACCIDENTS, COUNTRIES, PERSONS], ids=["accidents", "countries", "persons"])


@TABLES
def test_the_same_counts_are_sensitive(table: Printed) -> None:
    system, places = system_and_places(table)
    # A member alone in its group is the group; the vignette's tables leave such a line out or print it once.
    assert set(table.primary.split()) == set(places[system.sensitive[: len(places)]].tolist())


@TABLES
def test_exact_mode_hides_no_more_than_was_printed_and_nothing_can_be_computed(table: Printed) -> None:
    protected = protect(records(table), spec(table))
    system, places = system_and_places(table)
    theirs = np.isin(places, table.secondary.split()) & ~system.fixed[: len(places)]
    assert theirs.sum() == len(table.secondary.split())
    assert system.cost[protected.pattern.secondary].sum() <= system.cost[: len(places)][theirs].sum()
    assert audit(protected).items == ()


@TABLES
def test_what_was_printed_is_judged_as_its_makers_judge_it(table: Printed) -> None:
    system, places = system_and_places(table)
    hidden = np.isin(places, [*table.primary.split(), *table.secondary.split()])
    assert not len(intervals(system, hidden).exposed(system, hidden))
