"""Published worked examples of table protection: the same cells are sensitive, and exact mode finds the known optimum.

The cases are small tables of figures from the test suites of sdcTable and of τ-ARGUS's ``checkTauArgus`` (sdcTools on
GitHub), of GaussSuppression (Statistics Norway), and from Fischetti and Salazar (2001); each is named where it stands.
"""

import numpy as np
import polars as pl
import pytest

from desensitise.disclosure import audit, parse_spec, protect
from desensitise.disclosure.audit import intervals
from desensitise.disclosure.primary import primary_of
from desensitise.disclosure.system import system_of
from desensitise.disclosure.table import cells_of

# sdcTable, data-raw/microdata1.R: a hundred records by region and gender.
MICRODATA1 = {
    ("A", "female"): [9, 11],
    ("A", "male"): [10, 11, 5, 7, 13, 15, 13, 6, 9, 7, 9, 8, 9, 10, 10, 18, 6, 12],
    ("B", "female"): [10, 16, 12, 8, 18, 11, 8, 12, 14, 13, 7, 9, 14, 5, 13, 8, 10, 9, 7],
    ("B", "male"): [11, 5, 7, 12, 14, 15, 9, 10, 10, 7, 10, 8, 8, 14],
    ("C", "female"): [10, 12, 11, 7, 12, 9, 9, 19, 9, 8],
    ("C", "male"): [9, 11, 18, 12, 10, 6, 11, 6, 6, 11, 6, 12],
    ("D", "female"): [10, 6, 11, 16, 14, 9, 7, 6, 14, 10, 11, 9, 11, 18],
    ("D", "male"): [280, 9, 9, 8, 7, 9, 8, 7, 8, 11, 10],
}


def a_spec(rules="threshold = 3", *, dimensions=("row", "column"), kind="value", table="", more=""):
    """A specification over flat dimensions whose whole is called Total."""
    text = f'[table]\nname = "published"\ncontributor = "unit"\n{table}\n[rules]\n{rules}\n'
    text += "".join(f'[[dimension]]\nname = "{one}"\ntotal = "Total"\n' for one in dimensions)
    return parse_spec(f'{text}[[measure]]\nname = "value"\nkind = "{kind}"\n{more}', "published.toml")


def records(cells, dimensions=("row", "column")):
    """One record a contribution; each has a contributor of its own."""
    rows = [(*place, f"{place}{at}", float(one)) for place, values in cells.items() for at, one in enumerate(values)]
    return pl.DataFrame(rows, schema=[*dimensions, "unit", "value"], orient="row")


def table_of(figures, sensitive):
    """Records of a table of figures: one contributor behind each sensitive cell, three behind each other."""
    return records({at: [one] if at in sensitive else [one - 2, 1, 1] for at, one in figures.items() if one})


def withheld(protected, reasons="AMD"):
    """Places of the figures that are withheld for these reasons."""
    names = [one.name for one in protected.spec.dimensions]
    hidden = protected.table.filter(pl.col("value_conf_status").is_in(list(reasons)))
    return set(hidden.select(names).rows())


def sensitive_places(frame, spec):
    cells = cells_of(frame, spec)
    (found,) = primary_of(cells)
    codes = [[tree.codes[node] for tree, node in zip(cells.trees, nodes, strict=True)] for nodes in cells.nodes]
    return {tuple(place) for place, hit in zip(codes, found.sensitive, strict=True) if hit}


ONE_FEW = {("A", "female"), ("A", "male"), ("C", "female"), ("C", "male")}


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        # sdcTable, tests/testthat/test-primarySuppression.r; maxN = 2 there is fewer than 3 here.
        ("threshold = 3", {("A", "female")}),
        ("threshold = 0\n[[rules.dominance]]\nn = 2\nk = 75", {("A", "female"), ("D", "male")}),
        ("threshold = 0\np = 70", {("A", "female"), ("D", "male")}),
        ("threshold = 0\n[rules.pq]\np = 60\nq = 80", {("A", "female"), ("D", "male")}),
    ],
)
def test_sensitive_cells_are_those_of_sdctable(rules, found):
    assert sensitive_places(records(MICRODATA1), a_spec(rules)) == found


def test_the_optimum_of_sdctable_is_reached_when_one_cell_is_small():
    """sdcTable, tests/testthat/test-protectTable.r: cells 5, 6, 11 and 12, by OPT, HITAS, hypercube and heuristic."""
    counts = records(MICRODATA1).with_columns(value=pl.lit(1.0))
    assert withheld(protect(counts, a_spec(kind="count", table='search = "exact"'))) == ONE_FEW
    assert withheld(protect(counts, a_spec(kind="count", table='search = "modular"'))) == ONE_FEW


def test_the_pattern_of_argus_is_found_again():
    """checkTauArgus, inst/tests/Batch/ex1: one unsafe cell; the three that τ-ARGUS withholds with it."""
    figures = {
        ("A", "male"): 895, ("A", "female"): 137, ("B", "male"): 753, ("B", "female"): 973,
        ("C", "male"): 569, ("C", "female"): 486, ("D", "male"): 540, ("D", "female"): 793,
    }  # fmt: skip
    protected = protect(table_of(figures, {("A", "female")}), a_spec(table='search = "exact"'))
    assert protected.table.filter(row="Total", column="Total")["value"].item() == 5146
    assert withheld(protected, "A") == {("A", "female")}
    assert withheld(protected) == ONE_FEW


# sdcTable, tests/testthat/test-simpleheuristic.R: two hidden cells in each sum, and one can be computed all the same.
FOUR_BY_FOUR = {
    (row, column): value
    for row, values in zip(
        "wxyz", ([30, 47, 64, 89], [90, 124, 5, 31], [92, 100, 59, 85], [800, 991, 651, 685]), strict=True
    )
    for column, value in zip("abcd", values, strict=True)
}
NINE = {("w", "a"), ("w", "b"), ("w", "c"), ("x", "a"), ("x", "c"), ("y", "b"), ("y", "d"), ("z", "b"), ("z", "d")}


def test_a_cell_that_follows_from_several_sums_together_is_found():
    spec = a_spec("threshold = 2\nrange = 0", more='[attacker]\ninsiders = "no"')
    cells = cells_of(table_of(FOUR_BY_FOUR, NINE), spec)
    system = system_of(cells, primary_of(cells))
    found = intervals(system, system.sensitive)
    assert [system.place(one) for one in found.violations(system)] == ["value at row=w, column=b"]


def test_one_more_cell_makes_the_table_of_sdctable_safe_with_the_interval_it_tells():
    spec = a_spec("threshold = 2\nrange = 0", table='search = "exact"', more='[attacker]\ninsiders = "no"')
    protected = protect(table_of(FOUR_BY_FOUR, NINE), spec)
    assert withheld(protected, "A") == NINE
    assert len(withheld(protected, "D")) == 1
    system = protected.pattern.system
    at = next(one for one in range(system.told) if system.place(one) == "value at row=w, column=b")
    with_the_same = system.sensitive.copy()
    with_the_same[[one for one in range(system.told) if system.place(one) == "value at row=x, column=b"]] = True
    bounds = intervals(system, with_the_same)
    assert (47 - bounds.below[at], 47 + bounds.above[at]) == pytest.approx((0, 141))


def test_linked_tables_hide_the_region_that_tells_their_difference():
    """sdcTable, tests/testthat/test-linked-tables.r: counties and size groups over the same regions; N is added."""
    regions = {
        "A": ("county-1", "small", 2), "B": ("county-1", "small", 2), "I": ("county-1", "small", 8),
        "J": ("county-1", "small", 8), "K": ("county-2", "small", 3), "L": ("county-2", "big", 3),
        "M": ("county-2", "big", 3), "N": ("county-2", "small", 7),
    }  # fmt: skip
    rows = [(one, county, group, f"{one}{at}", 1.0) for one, (county, group, n) in regions.items() for at in range(n)]
    frame = pl.DataFrame(rows, schema=["region", "county", "group", "unit", "value"], orient="row")
    more = '[[crossed]]\ndimensions = ["region", "county"]\n[[crossed]]\ndimensions = ["region", "group"]'
    spec = a_spec("threshold = 4", dimensions=("region", "county", "group"), kind="count", more=more)
    hidden = protect(frame, spec).table.filter(pl.col("value").is_null())
    assert set(hidden["region"]) == set("ABKLMN")


@pytest.mark.parametrize(
    ("weights", "found"),
    [
        # GaussSuppression, tests/testthat/test-DominanceRule.R; with weights by the τ-ARGUS method.
        (None, {"v1", "v2", "v3", "v4"}),
        ([1, 2, 1, 2, 1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 2, 1, 1, 1], {"v1", "v2"}),
    ],
)
def test_dominance_is_judged_as_gausssuppression_does(weights, found):
    cells = ["v1"] + ["v2"] * 2 + ["v3"] * 2 + ["v4"] * 2 + ["v5"] * 3 + ["v6"] * 4 + ["v7"] * 4
    values = [100, 90, 10, 80, 20, 70, 30, 80, 10, 10, 70, 10, 10, 10, 60, 20, 10, 10]
    frame = pl.DataFrame({"row": cells, "unit": [f"u{at}" for at in range(18)], "value": [float(v) for v in values]})
    frame = frame.with_columns(weight=pl.Series(weights or [1] * 18))
    rules = "threshold = 0\n[[rules.dominance]]\nn = 2\nk = 90"
    spec = a_spec(rules, dimensions=("row",), table='weight = "weight"')
    assert {row for (row,) in sensitive_places(frame, spec)} == found


def test_the_interval_of_fischetti_and_salazar():
    """Fischetti and Salazar (2001), table 1: investment by activity and region; 22 is sensitive, 5 to 30 is left."""
    figures = {
        ("I", "A"): 20, ("I", "B"): 50, ("I", "C"): 10, ("II", "A"): 8, ("II", "B"): 19, ("II", "C"): 22,
        ("III", "A"): 17, ("III", "B"): 32, ("III", "C"): 12,
    }  # fmt: skip
    spec = a_spec("threshold = 2", table='search = "exact"')
    protected = protect(table_of(figures, {("II", "C")}), spec)
    system = protected.pattern.system
    four = {("II", "A"), ("II", "C"), ("III", "A"), ("III", "C")}
    hidden = np.zeros(system.size, dtype=bool)
    places = {system.place(one): one for one in range(system.told)}
    hidden[[places[f"value at row={row}, column={column}"] for row, column in four]] = True
    bounds, at = intervals(system, hidden), places["value at row=II, column=C"]
    assert (22 - bounds.below[at], 22 + bounds.above[at]) == pytest.approx((5, 30))
    assert audit(protected).items == ()
