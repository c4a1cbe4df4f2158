"""The same cell has the same noise everywhere, noise is unbiased and within bounds, and keys are secret."""

import numpy as np
import polars as pl
import pytest

from catalog.errors import DeclarationError
from desensitise.disclosure.perturb.cellkey import KEY, counted, perturbation, tables_of, with_record_keys
from desensitise.disclosure.perturb.ptable import p_table
from desensitise.disclosure.spec import CellKey

SECRET = b"0123456789abcdef"
TABLE = p_table(CellKey(d=5, variance=3.0, js=2))


def records(count=3000, seed=1):
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "id": [f"R{at}" for at in range(count)],
            "sex": rng.choice(["m", "f"], count),
            "age": rng.integers(0, 60, count),
        }
    )


@pytest.mark.parametrize(("d", "variance", "js"), [(5, 3.0, 2), (5, 3.0, 0), (2, 1.0, 1), (8, 4.0, 4)])
def test_each_row_of_the_p_table_is_unbiased_bounded_and_makes_no_small_count(d, variance, js):
    table = p_table(CellKey(d, variance, js))
    for count, (noise, shares) in enumerate(zip(table.noise, table.shares, strict=True)):
        chances = np.diff(np.array([0.0, *shares]))
        assert shares[-1] == pytest.approx(1.0)
        assert (chances >= 0).all()
        assert np.dot(noise, chances) == pytest.approx(0.0, abs=1e-6)
        assert max(map(abs, noise)) <= d
        made = [count + v for v in noise]
        assert not [value for value in made if 0 < value <= js or value < 0]
    assert np.dot(np.square(table.noise[-1]), np.diff([0.0, *table.shares[-1]])) == pytest.approx(variance)


def test_a_cell_is_equal_in_every_table_and_release():
    keyed = with_record_keys(records(), "id", SECRET)
    by_both = counted(keyed, ["sex", "age"], TABLE)
    shuffled = with_record_keys(records().sample(fraction=1.0, shuffle=True, seed=4), "id", SECRET)
    assert counted(shuffled, ["age", "sex"], TABLE).select("sex", "age", "count").sort("sex", "age").equals(by_both)
    men = counted(keyed.filter(sex="m"), ["age"], TABLE)
    assert men.equals(by_both.filter(sex="m").drop("sex"))


def test_another_secret_gives_other_noise():
    first, second = (
        counted(with_record_keys(records(), "id", secret), ["age"], TABLE) for secret in (SECRET, SECRET[::-1])
    )
    assert not first.equals(second)


def test_noise_follows_the_table():
    keys = (np.arange(200_000) + 0.5) / 200_000
    noise = perturbation(np.full(len(keys), 100), keys, TABLE)
    assert abs(noise.mean()) < 1e-3
    assert noise.var() == pytest.approx(3.0, abs=0.01)
    assert not perturbation(np.zeros(5), keys[:5], TABLE).any()


def test_a_short_secret_is_refused():
    with pytest.raises(DeclarationError):
        with_record_keys(records(3), "id", b"short")


def test_keys_are_spread_over_their_whole_range():
    keys = with_record_keys(records(), "id", SECRET)[KEY]
    assert keys.min() < 2**32 * 0.01
    assert keys.max() > 2**32 * 0.99


def test_the_table_is_that_of_the_r_package_ptable():
    """``create_cnt_ptable(D = 2, V = 1)``: printed in the vignette of ptable 1.0.0 (T. Enderle, Destatis)."""
    table = p_table(CellKey(d=2, variance=1.0, js=0))
    assert table.noise == ((0,), (-1, 0, 1, 2), (-2, -1, 0, 1, 2))
    one, two = (np.diff([0.0, *shares]) for shares in table.shares[1:])
    assert one == pytest.approx([0.36648551, 0.3664855, 0.1675725, 0.09945652], abs=1e-7)
    assert two == pytest.approx([0.06382714, 0.2446915, 0.3829628, 0.24469145, 0.06382714], abs=1e-7)
    assert np.dot(np.square(table.noise[1]), one) == pytest.approx(0.93188, abs=1e-5)


def test_the_table_has_the_rows_that_cellkey_expects():
    """``D = 5, V = 3, js = 2``: 66 lines up to a count of 8 (test_countvars.R of cellKey, B. Meindl)."""
    assert sum(len(row) for row in TABLE.noise) == 66
    assert len(TABLE.noise) - 1 == 8


def test_a_key_falls_into_the_interval_that_cellkey_looks_up():
    """The bounds printed there for a count of one: 0, 0.366, 0.733, 0.901 and 1; noise -1, 0, 1 and 2."""
    table = p_table(CellKey(d=2, variance=1.0, js=0))
    keys = np.array([0.0, 0.366, 0.367, 0.732, 0.733, 0.900, 0.901, 0.999])
    assert perturbation(np.ones(8), keys, table).tolist() == [-1, -1, 0, 0, 1, 1, 2, 2]


def test_tables_made_in_one_pass_over_batches_equal_those_made_singly():
    whole = records()
    batches = [whole[:1000], whole[1000:1001], whole[1001:]]
    wanted = [["sex"], ["age"], ["sex", "age"]]
    keyed = with_record_keys(whole, "id", SECRET)
    for table, by in zip(tables_of(batches, wanted, "id", SECRET, TABLE), wanted, strict=True):
        assert table.equals(counted(keyed, by, TABLE))


def test_keys_do_not_follow_the_sum_of_identifiers():
    """Identifiers in an arithmetic relation have keys that are in none."""
    made = with_record_keys(pl.DataFrame({"id": ["R0010", "R0020", "R0011", "R0021"]}), "id", SECRET)[KEY].to_list()
    assert (made[0] + made[3] - made[1] - made[2]) % 2**32 != 0
    assert len(set(with_record_keys(pl.DataFrame({"id": ["a", "ab", "", None, "零件"]}), "id", SECRET)[KEY])) == 4
