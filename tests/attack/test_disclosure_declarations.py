"""A bureau changes what it declares, or releases tables of some records only: the past stays known, and safe.

The attacker knows of earlier releases what the house noted then: nobody knows how a figure divides that was never told.
"""

import numpy as np
import polars as pl
import pytest

from desensitise.disclosure import parse_spec, protect
from tests.disclosure_attacker import Attacker, violations
from tests.disclosure_year import BASE, DIMENSIONS, Kept, Told, next_month, records

SIZED = (*DIMENSIONS, "size")
LARGE = '[[where]]\ncolumn = "size"\ncodes = ["large"]\n'
NOT_X = '[[where]]\ncolumn = "kind"\nwithout = ["x"]\n'
AT_LEAST = '[[where]]\ncolumn = "staff"\nleast = 300\n'


def declared(dropped=(), more="", keep=True):
    text = BASE.format(name="monthly")
    if not keep:
        text = text.replace('keep = ["region", "kind", "stage"]\n', "")
    for name in dropped:
        text = text.replace(f'[[dimension]]\nname = "{name}"\n', "")
    return parse_spec(text + more, "declared.toml")


def sized(frame):
    """One firm in five is large, by its number."""
    large = pl.col("firm").str.slice(1).cast(pl.Int64) % 5 == 0
    return frame.with_columns(
        size=pl.when(large).then(pl.lit("large")).otherwise(pl.lit("small")),
        staff=pl.when(large).then(500).otherwise(20),
    )


def series(seed, plan, count=30):
    """A release a line of the plan: the specification, what it is cut down to, and the dimensions that are noted."""
    rng, past, told = np.random.default_rng(seed), Kept(), []
    known = sized(records(rng, 220))
    for spec, only, noted in plan:
        protected = protect(known, spec, past=past)
        past.keep(protected)
        told.append(Told(protected.table, known, only, noted))
        known = sized(next_month(rng, known.select(*DIMENSIONS, "firm", "one"), count))
    return told


def figures(told):
    return sum(one.table["count"].drop_nulls().len() for one in told)


def test_a_dimension_that_comes_goes_and_comes_back_gives_nothing_away():
    narrow, whole = declared(["stage"], keep=False), declared(keep=False)
    plan = [
        (narrow, {}, DIMENSIONS[:2]),
        (whole, {}, DIMENSIONS),
        (narrow, {}, DIMENSIONS[:2]),
        (whole, {}, DIMENSIONS),
    ]
    told = series(2, plan)
    assert violations(told, 120) == []
    assert figures(told[1:2]) > figures(told[:1]) / 2
    assert "stage" in told[1].table.columns


@pytest.mark.parametrize("where", [LARGE, AT_LEAST])
def test_large_firms_alone_beside_all_firms_give_nothing_away(where):
    plan = [(declared(), {}, DIMENSIONS), (declared(more=where), {"size": "large"}, SIZED), (declared(), {}, SIZED)]
    told = series(3, plan)
    assert violations(told, 120, SIZED) == []
    assert figures(told[1:2]) > 0


def test_with_and_without_a_product_group_gives_nothing_away():
    plan = [(declared(), {}, DIMENSIONS), (declared(["kind"], NOT_X), {"kind": "y"}, DIMENSIONS)]
    told = series(4, plan, count=0)
    assert violations(told, 200) == []
    assert "kind" not in told[1].table.columns


def test_the_same_selections_released_each_by_itself_do_give_it_away():
    """The test can fail: who protects the two tables one by one tells single firms by subtraction."""
    rng = np.random.default_rng(5)
    known = sized(records(rng, 60))
    late = pl.DataFrame([("A", "x", "made", "F5", 1)] * 3, schema=records(rng, 1).schema, orient="row")
    known = pl.concat([known.filter(pl.col("size") == "small"), sized(late)])
    spec, large = declared(), declared(more='[[where]]\ncolumn = "size"\nwithout = ["large"]\n')
    small = {"size": "small"}
    told = [Told(protect(known, one).table, known, only, SIZED) for one, only in ((spec, {}), (large, small))]
    assert violations(told, 200, SIZED) != []
    past = Kept()
    past.keep(protect(known, spec, past=past))
    second = protect(known, large, past=past)
    assert violations([told[0], Told(second.table, known, small, SIZED)], 200, SIZED) == []


def test_the_attacker_sees_what_a_selection_leaves_out():
    known = sized(records(np.random.default_rng(1), 40))
    whole = Told(pl.DataFrame({"count": [known.height]}), known)
    small = known.filter(pl.col("size") == "small").height
    part = Told(pl.DataFrame({"count": [small]}), known, {"size": "small"})
    least, most = Attacker([whole, part], SIZED).reach(-1, 1, ("_T", "_T", "_T", "large"))
    assert (round(least), round(most)) == (known.height - small, known.height - small)
