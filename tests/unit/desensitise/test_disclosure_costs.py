"""What hiding a figure costs decides which other figures are hidden with a sensitive one."""

import polars as pl
import pytest

from catalog.errors import DeclarationError
from desensitise.disclosure import parse_spec, protect

SPEC = """
[table]
name = "shops"
contributor = "firm"
cost = "{cost}"
[[dimension]]
name = "region"
[[dimension]]
name = "kind"
[[measure]]
name = "value"
kind = "value"
"""
SMALL_AMOUNTS = {("A", "f"), ("B", "m"), ("B", "f")}
FEW_FIRMS = {("A", "x"), ("C", "m"), ("C", "x")}
DEAR = '[[dear]]\ndimension = "kind"\ncodes = ["f"]\ntimes = 100.0\n'


def records():
    """One firm stands behind A, m; nine behind each small amount, three behind some large ones."""
    rows = [("A", "m", "alone", 5.0)]
    for place in ((region, kind) for region in "ABC" for kind in "mfx" if (region, kind) != ("A", "m")):
        firms = 9 if place in SMALL_AMOUNTS else 3 if place in FEW_FIRMS else 20
        whole = 20.0 if place in SMALL_AMOUNTS else 120.0
        rows += [(*place, f"{place}{at}", whole / firms) for at in range(firms)]
    return pl.DataFrame(rows, schema=["region", "kind", "firm", "value"], orient="row").with_columns(
        pl.col("value").round(0)
    )


def hidden(cost, more=""):
    table = protect(records(), parse_spec(SPEC.format(cost=cost) + more, "shops.toml")).table
    return set(table.filter(pl.col("value_conf_status") == "D").select("region", "kind").rows())


@pytest.mark.parametrize(
    ("cost", "more", "found"),
    [
        ("value", "", SMALL_AMOUNTS),
        ("contributors", "", FEW_FIRMS),
        ("value", DEAR, {("A", "x"), ("B", "m"), ("B", "x")}),
        ("cells", DEAR.replace('"f"', '"f", "x"').replace("100.0", "0.5"), None),
    ],
)
def test_figures_are_hidden_by_amount_by_contributors_or_by_weight(cost, more, found):
    secondary = hidden(cost, more)
    assert secondary == found if found else len(secondary) == 3


def test_a_weight_of_nought_is_refused():
    with pytest.raises(DeclarationError, match="times"):
        parse_spec(SPEC.format(cost="value") + DEAR.replace("100.0", "0"), "shops.toml")


def test_a_weight_of_an_unknown_dimension_is_refused():
    with pytest.raises(DeclarationError, match="dimension 'size' is not declared"):
        parse_spec(SPEC.format(cost="value") + DEAR.replace("kind", "size"), "shops.toml")
