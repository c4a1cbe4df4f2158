"""Differential privacy by OpenDP: what is spent, what is cut off, and what is refused."""

import sys

import numpy as np
import polars as pl
import pytest

from catalog.errors import DeclarationError
from desensitise.disclosure import parse_spec, protect
from desensitise.disclosure.perturb.differential import noise_on, private_cells
from desensitise.disclosure.sums import sums_of

SPEC = """
[table]
name = "checks"
contributor = "firm"
method = "private"
[privacy]
epsilon = {epsilon}
most = 2
[[dimension]]
name = "region"
hierarchy = "parents"
[dimension.parents]
N = "_T"
S = "_T"
n1 = "N"
n2 = "N"
s1 = "S"
[[measure]]
name = "checked"
kind = "count"
"""


def a_spec(epsilon=1.0):
    return parse_spec(SPEC.format(epsilon=epsilon), "checks.toml")


def records(regions, firms):
    return pl.DataFrame({"region": regions, "firm": firms, "checked": [1] * len(regions)})


FRAME = records(["n1"] * 4 + ["n2"] * 3, ["a", "a", "a", "b", "a", "c", "d"])


def test_one_contributor_counts_for_no_more_than_the_most():
    pytest.importorskip("opendp")
    many = records(["n1"] * 500 + ["n2"] * 500, ["a"] * 1000)
    _, noisy = private_cells(sums_of(many, a_spec(50.0)), a_spec(50.0))
    assert abs(noisy.measures[0].value[0] - 2) < 10


def test_totals_are_sums_of_noisy_cells_and_cells_without_records_are_told_too():
    pytest.importorskip("opendp")
    table = protect(FRAME, a_spec()).table
    told = dict(table.select("region", "checked").iter_rows())
    assert set(told) == {"_T", "N", "S", "n1", "n2", "s1"}
    assert told["_T"] == told["N"] + told["S"]
    assert told["N"] == told["n1"] + told["n2"]
    assert set(table["checked_obs_status"]) == {"E"}


def test_noise_has_the_scale_that_epsilon_asks_for():
    pytest.importorskip("opendp")
    noise = np.array(noise_on([0] * 20_000, 2, 0.5))
    # Discrete Laplace of scale 4: the mean of its absolute value is 2q / (1 - q²) with q = exp(-1/4).
    q = np.exp(-0.25)
    assert np.abs(noise).mean() == pytest.approx(2 * q / (1 - q * q), rel=0.05)


@pytest.mark.parametrize(
    ("wrong", "right", "message"),
    [
        ('s1 = "S"', 's2 = "S"', "a code of region is not declared"),
        ("epsilon = 1.0", "epsilon = 0.0", "epsilon above nought"),
        ('kind = "count"', 'kind = "units"', "only plain counts and amounts"),
    ],
)
def test_what_cannot_be_private_is_refused(wrong, right, message):
    spec = parse_spec(SPEC.format(epsilon=1.0).replace(wrong, right), "t.toml")
    with pytest.raises(DeclarationError, match=message):
        protect(records(["s1"], ["a"]), spec)


def test_without_opendp_it_is_said_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "opendp", None)
    monkeypatch.setitem(sys.modules, "opendp.prelude", None)
    with pytest.raises(DeclarationError, match="OpenDP"):
        protect(FRAME, a_spec())
