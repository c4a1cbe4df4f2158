"""A table is protected: known answers, and what nobody may be able to work out."""

import random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import DeclarationError, HubError, UnsafeRelease
from desensitise.disclosure import audit, parse_spec, protect
from desensitise.disclosure.primary import Reason, primary_of
from desensitise.disclosure.table import cells_of

PLAIN = """
[table]
name = "shops"
contributor = "firm"
[rules]
threshold = {threshold}
p = {p}
{rules}
[[dimension]]
name = "region"
total = "Total"
[[dimension]]
name = "kind"
total = "Total"
[[measure]]
name = "value"
kind = "value"
"""


def a_spec(threshold=3, p=0.0, rules="", more=""):
    return parse_spec(PLAIN.format(threshold=threshold, p=p, rules=rules) + more, "shops.toml")


def records(rows):
    return pl.DataFrame(rows, schema=["region", "kind", "firm", "value"], orient="row")


def cell(protected, region, kind, column="value"):
    return protected.table.filter(region=region, kind=kind)[column].item()


def firms(region, kind, values):
    return [(region, kind, f"{region}{kind}{at}", float(value)) for at, value in enumerate(values)]


FOUR_BY_TWO = records(
    firms("A", "m", [10] * 5)
    + firms("A", "f", [20])
    + firms("B", "m", [30] * 4)
    + firms("B", "f", [25] * 4)
    + firms("C", "m", [9] * 3)
    + firms("C", "f", [7] * 3)
)


def test_one_sensitive_cell_takes_the_cheapest_three_with_it():
    protected = protect(FOUR_BY_TWO, a_spec())
    hidden = protected.table.filter(pl.col("value").is_null()).select("region", "kind").rows()
    assert hidden == [("A", "f"), ("A", "m"), ("C", "f"), ("C", "m")]
    assert cell(protected, "A", "f", "value_conf_status") == "A"
    assert cell(protected, "A", "m", "value_conf_status") == "D"
    assert cell(protected, "Total", "Total", "value_obs_status") == "A"
    assert audit(protected).items == ()


def test_the_top_contributions_are_ranked_whatever_the_order_of_the_records():
    rng = np.random.default_rng(3)
    rows = [("A", "m", f"f{at % 40}", float(at)) for at in rng.permutation(400)]
    (one,) = cells_of(records(rows), a_spec(rules="[[rules.dominance]]\nn = 5\nk = 90")).measures
    sums = sorted((sum(v for v in range(400) if v % 40 == at) for at in range(40)), reverse=True)
    assert one.top[0].tolist() == sums[:5]


@pytest.mark.parametrize(
    ("values", "rules", "p", "reason"),
    [
        # Hundepool et al. (2012), 4.2: p% is broken when the rest beyond the two largest is below p% of the largest.
        ([100, 50, 14.0], "", 15.0, Reason.P_PERCENT),
        ([100, 50, 15.0], "", 15.0, Reason.SAFE),
        ([100, 50, 29.0], "[rules.pq]\np = 15\nq = 50", 0.0, Reason.PQ),
        ([100, 50, 30.0], "[rules.pq]\np = 15\nq = 50", 0.0, Reason.SAFE),
        ([100, 71, 30.0], "[[rules.dominance]]\nn = 2\nk = 85", 0.0, Reason.DOMINANCE),
        ([100, 70, 30.0], "[[rules.dominance]]\nn = 2\nk = 85", 0.0, Reason.SAFE),
        ([100, 90], "", 0.0, Reason.THRESHOLD),
    ],
)
def test_rules_hold_at_their_borders(values, rules, p, reason):
    cells = cells_of(records(firms("A", "m", values)), a_spec(p=p, rules=rules))
    assert primary_of(cells)[0].reason.tolist() == [reason] * 4


def test_protection_levels_are_those_of_the_handbook():
    cells = cells_of(records(firms("A", "m", [1000, 500, 50])), a_spec(p=15.0))
    assert primary_of(cells)[0].above[0] == 1000 * 0.15 - 50
    cells = cells_of(records(firms("A", "m", [800, 100, 20])), a_spec(rules="[[rules.dominance]]\nn = 1\nk = 80"))
    assert primary_of(cells)[0].above[0] == 100 / 80 * 800 - 920


def test_firms_of_one_owner_count_once():
    frame = records(firms("A", "m", [5, 5, 5, 5])).with_columns(owner=pl.Series(["X", "X", "Y", None]))
    spec = parse_spec(PLAIN.format(threshold=4, p=0, rules="").replace('"firm"', '"firm"\nowner = "owner"'), "t")
    (one,) = cells_of(frame, spec).measures
    assert one.units.tolist() == [3] * 4


def test_a_waiver_of_the_largest_protects_the_next():
    frame = records(firms("A", "m", [100, 10, 1])).with_columns(waived=pl.Series([True, False, False]))
    text = PLAIN.format(threshold=3, p=15, rules="")
    spec = parse_spec(text.replace('"firm"', '"firm"\nwaiver = "waived"'), "t")
    assert set(primary_of(cells_of(frame, spec))[0].reason.tolist()) == {Reason.P_PERCENT}
    all_waived = frame.with_columns(waived=pl.lit(value=True))
    assert set(primary_of(cells_of(all_waived, spec))[0].reason.tolist()) == {Reason.SAFE}


def test_a_value_without_contributors_is_refused_by_its_coordinates_alone():
    frame = records([("A", "m", None, 12345.0), ("B", "m", "f1", 1.0)])
    with pytest.raises(UnsafeRelease) as refusal:
        protect(frame, a_spec())
    assert "region=A, kind=m" in str(refusal.value)
    assert "12345" not in str(refusal.value)


def test_a_code_with_two_parents_is_refused():
    text = PLAIN.format(threshold=3, p=0, rules="").replace(
        'name = "region"\ntotal', 'name = "region"\nhierarchy = "columns"\ncolumns = ["city", "region"]\ntotal'
    )
    frame = records(firms("A", "m", [1, 2])).with_columns(city=pl.Series(["X", "Y"]))
    with pytest.raises(DeclarationError, match="code A has two parents"):
        protect(frame, parse_spec(text, "t"))


def test_a_demand_that_cannot_be_met_stops_the_release():
    with pytest.raises(HubError, match="region=A, kind=m cannot be protected"):
        protect(records(firms("A", "m", [5])), a_spec(more="\n[attacker]\nabove = 0.01\nbelow = 0.01\n"))


def test_an_insider_cannot_unpick_the_other_sole_contributor():
    frame = records(
        firms("A", "m", [50]) + firms("B", "m", [60]) + firms("C", "m", [20] * 5) + firms("D", "m", [30] * 5)
    )
    protected = protect(frame, a_spec())
    assert protected.table.filter(kind="m")["value"].null_count() == 3


def test_a_nought_beside_an_only_contributor_does_not_stop_the_release():
    """Who is alone in a line knows that the others in it reported nothing, whatever is withheld."""
    rows = [*firms("A", "m", [50]), ("A", "f", "AZ", 0.0), *firms("B", "m", [20] * 4), *firms("B", "f", [30] * 4)]
    protected = protect(records(rows), a_spec(rules='zeros = "unsafe"'))
    assert audit(protected).items == ()
    assert cell(protected, "A", "f", "value_obs_status") == "Q"


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(12, 60))
def test_no_attacker_comes_nearer_than_the_protection(seed, count):
    rng = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "region": rng.choice(list("ABCD"), count),
            "kind": rng.choice(list("xyz"), count),
            "firm": rng.integers(0, 20, count).astype(str),
            "value": np.ceil(rng.lognormal(3, 1.5, count)),
        }
    )
    protected = protect(frame, a_spec(p=15.0))
    assert audit(protected).items == ()
    system = protected.pattern.system
    found = protected.intervals
    hidden = protected.pattern.suppressed
    assert (found.above[system.sensitive] >= system.above[system.sensitive] * 0.999).all()
    assert (hidden | (found.above == 0)).all()


def test_a_method_that_is_not_there_is_refused_rather_than_ignored():
    text = PLAIN.format(threshold=3, p=0, rules="").replace('"firm"', '"firm"\nmethod = "swap"')
    with pytest.raises(DeclarationError, match="method"):
        protect(FOUR_BY_TWO, parse_spec(text, "t"))


def test_what_cannot_outgrow_its_total_is_judged_with_it():
    """Failures are at most samples: where the samples are told, they bound what an attacker can think of failures."""
    rng = np.random.default_rng(4)
    frame = pl.DataFrame(
        {
            "region": rng.choice(list("ABCD"), 90),
            "kind": rng.choice(list("xy"), 90),
            "firm": rng.integers(0, 25, 90).astype(str),
            "value": np.ones(90),
        }
    ).with_columns(failed=pl.Series(rng.random(90) < 0.3).cast(pl.Float64))
    text = PLAIN.format(threshold=3, p=0, rules="").replace('"value"\nkind = "value"', '"value"\nkind = "count"')
    more = (
        '[[measure]]\nname = "failed"\nkind = "count"\n[[relation]]\ntotal = "value"\nparts = ["failed"]\nrest = "yes"'
    )
    protected = protect(frame, parse_spec(text + more, "t"))
    count, table = len(protected.cells.keys), protected.table
    reach = protected.intervals.above[count : 2 * count]
    told = (table["failed"].is_null() & table["value"].is_not_null()).to_numpy()
    true = frame.group_by("region", "kind").agg(pl.col("value", "failed").sum())
    joined = table.select("region", "kind").join(true, on=["region", "kind"], how="left", maintain_order="left")
    room = (joined["value"] - joined["failed"]).to_numpy()
    inner = told & ~np.isnan(room)
    assert inner.any()
    assert (reach[inner] <= room[inner] + 1e-6).all()


def test_a_small_figure_beside_one_without_an_upper_end_is_found_to_be_safe():
    """Its lower side is a ten-millionth of the upper one, which the audit must not take for nothing."""
    draw, codes = random.Random(3), ["370102", "370103", "370202", "370203", "371402"]
    rows = [
        (draw.choice(codes), draw.choice("abc"), f"F{draw.randrange(40)}", draw.randrange(1, 900)) for _ in range(150)
    ]
    prefix = '[[dimension]]\nname = "region"\nhierarchy = "prefix"\nwidths = [2, 4, 6]\npad = "0"\n'
    spec = PLAIN.format(threshold=3, p=15, rules="").replace(
        '[[dimension]]\nname = "region"\ntotal = "Total"\n', prefix
    )
    protected = protect(records([*rows, ("37", "a", "F3", 5)]), parse_spec(spec, "shops.toml"))
    assert audit(protected).items == ()


def test_totals_that_could_not_be_told_to_the_last_digit_are_refused():
    rows = [("north", "a", f"F{firm}", 2**51) for firm in range(5)]
    with pytest.raises(UnsafeRelease, match=r"value adds up to more than can be told to its last digit") as found:
        protect(records(rows), a_spec())
    assert str(2**51) not in str(found.value)
