"""Tables that are told with small changes: by cell key and by controlled rounding, as a specification asks."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.datasets import declared
from catalog.errors import DeclarationError, UnsafeRelease
from catalog.rows import Raw
from desensitise.disclosure import audit, parse_spec, protect
from desensitise.disclosure.history import Edition
from desensitise.disclosure.perturb.rounding import rounded
from desensitise.disclosure.primary import primary_of
from desensitise.disclosure.release import release_table
from desensitise.disclosure.report import moves_of, page
from desensitise.disclosure.system import system_of
from desensitise.disclosure.table import cells_of
from desensitise.policy import policy_of

KEY = bytes(range(32))
PLAIN = """
[table]
name = "checks"
contributor = "firm"
method = "{method}"
base = {base}
[[dimension]]
name = "region"
hierarchy = "prefix"
widths = ["1", "2"]
[[dimension]]
name = "kind"
[[measure]]
name = "sampled"
kind = "count"
[[measure]]
name = "failed"
kind = "count"
[[rate]]
name = "rate"
numerator = "failed"
denominator = "sampled"
"""


def a_spec(method="cell-key", base=5, more=""):
    return parse_spec(PLAIN.format(method=method, base=base) + more, "checks.toml")


def records(seed=1, count=900):
    rng = np.random.default_rng(seed)
    sampled = rng.integers(1, 4, count)
    return pl.DataFrame(
        {
            "region": rng.choice(["A1", "A2", "A3", "B1", "B2"], count),
            "kind": rng.choice(["x", "y", "z"], count),
            "firm": [f"F{one}" for one in rng.integers(0, 80, count)],
            "sampled": sampled,
            "failed": np.where(rng.random(count) < 0.2, sampled, 0),
        }
    )


def test_a_specification_perturbs_counts_and_says_so():
    protected = protect(records(), a_spec(), key=KEY)
    exact = cells_of(records(), a_spec("suppress"))
    far = protected.table["sampled"].to_numpy() - exact.measures[0].value
    assert 0 < np.abs(far).max() <= 5
    assert set(protected.table["sampled_obs_status"]) == {"E"}
    assert audit(protected).items == ()
    (sampled, _) = moves_of(protected)
    assert sampled.moved == int((far != 0).sum())
    assert "cell-key method" in page(protected)
    assert "单元密钥法" in page(protected)


def test_a_cell_is_equal_in_overlapping_tables_and_in_a_later_release():
    alone = protect(records(), a_spec(more='[[crossed]]\ndimensions = ["region"]\n'), key=KEY).table
    both = protect(records(), a_spec(), key=KEY).table.filter(kind="_T")
    assert alone.select("region", "sampled", "failed").equals(both.select("region", "sampled", "failed"))
    late = pl.concat([records(), records(2, 50).with_columns(region=pl.lit("B1"))])
    later = protect(late, a_spec(), key=KEY).table
    before = protect(records(), a_spec(), key=KEY).table
    untouched = pl.col("region").str.starts_with("A")
    assert later.filter(untouched).equals(before.filter(untouched))
    assert not later.equals(before)


def test_without_a_secret_nothing_is_perturbed():
    with pytest.raises(DeclarationError, match="16 bytes"):
        protect(records(), a_spec())


def test_amounts_are_not_perturbed_by_cell_key():
    with pytest.raises(DeclarationError, match="turnover is an amount"):
        protect(records(), a_spec(more='[[measure]]\nname = "turnover"\ncolumn = "failed"\nkind = "value"\n'), key=KEY)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([3, 5, 10]))
def test_rounding_keeps_every_sum_moves_less_than_the_base_and_leaves_multiples(seed, base):
    spec = a_spec("round", base)
    frame = records(seed, 120)
    system = system_of(cells_of(frame, spec), protect(frame, spec).primary)
    value = rounded(system, lambda *_: None)
    assert np.abs(system.rows.products(value)).max() == 0
    assert np.all(value % base == 0)
    assert np.abs(value - system.value).max() < base
    still = system.value % base == 0
    assert np.array_equal(value[still], system.value[still])


def test_rounded_tables_are_told_as_such():
    protected = protect(records(), a_spec("round"))
    assert (protected.table["sampled"] % 5 == 0).all()
    whole = protected.table.filter(region="_T", kind="_T")["sampled"].item()
    parts = protected.table.filter(pl.col("region").str.len_chars() == 1, kind="_T")["sampled"].sum()
    assert parts == whole
    assert "受控取整" in page(protected)


def test_three_crossed_dimensions_are_rounded_with_all_their_sums():
    more = '[[dimension]]\nname = "quarter"\n'
    frame = records(4, 300).with_columns(quarter=pl.Series(np.random.default_rng(4).choice(["1", "2", "3"], 300)))
    cells = cells_of(frame, a_spec("round", 5, more))
    system = system_of(cells, primary_of(cells))
    value = rounded(system, lambda *_: None)
    assert not system.rows.products(value).any()
    assert not (value % 5).any()
    assert (np.abs(value - system.value) < 5).all()
    assert np.array_equal(value, rounded(system, lambda *_: None))


def test_where_no_rounding_keeps_all_sums_nothing_is_released():
    """Three crossed dimensions need not have a zero-restricted rounding (Causey, Cox and Ernst 1985).

    Of each two of these four ones exactly one would have to go up, for their totals are two and stay.
    """
    dimensions = "".join(f'[[dimension]]\nname = "{name}"\n' for name in "abc")
    spec = parse_spec(
        '[table]\nname = "t"\ncontributor = "firm"\nmethod = "round"\nbase = 2\n'
        + dimensions
        + '[[measure]]\nname = "n"\nkind = "count"\n',
        "t.toml",
    )
    ones = [("0", "0", "1"), ("0", "1", "0"), ("1", "0", "0"), ("1", "1", "1")]
    rows = [(*at, f"F{number}", 1) for number, at in enumerate(ones)]
    frame = pl.DataFrame(rows, schema=["a", "b", "c", "firm", "n"], orient="row")
    with pytest.raises(UnsafeRelease, match="no rounding to base 2 keeps all sums around n at a="):
        protect(frame, spec)


class NoPast:
    """A house that has released nothing yet, and its secret."""

    def editions(self, source: str) -> Sequence[Edition]:
        assert source == "spot_check"
        return ()

    def key(self, source: str) -> bytes:
        assert source == "spot_check"
        return KEY


def test_a_dataset_declares_its_method():
    dataset = next(one for one in declared(None) if one.id == "statistics")
    table = {**dataset.disclosure["table"], "method": "cell-key"}
    dataset = replace(dataset, disclosure={**dataset.disclosure, "table": table})
    rng, count = np.random.default_rng(1), 300
    batch = pl.DataFrame(
        {
            "region_code": rng.choice(["370100", "370200"], count),
            "period": rng.choice(["2025Q1", "2025Q2"], count),
            "product_kind": rng.choice(["灯具", "水泥"], count),
            "stage": rng.choice(["1", "2"], count),
            "inspected_uscc": [f"U{one}" for one in rng.integers(0, 40, count)],
            "batches_sampled": rng.integers(1, 4, count),
            "batches_failed": rng.integers(0, 2, count),
            "safety_failed": np.zeros(count, dtype=np.int64),
        }
    ).to_arrow(compat_level=pl.CompatLevel.oldest())
    raw = Raw(batch.combine_chunks().to_batches()[0])
    first, again = (release_table(raw, dataset, policy_of(dataset), 5, past=NoPast()) for _ in range(2))
    assert first.withheld == 0
    assert first.safe.batch.equals(again.safe.batch)
    assert first.edition.told.height == 0
