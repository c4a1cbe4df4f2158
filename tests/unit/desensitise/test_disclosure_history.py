"""What earlier releases told stays known: statuses are kept, differences are guarded, and collisions are named."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from catalog.errors import ProofError, UnsafeRelease
from desensitise.disclosure import audit, parse_spec, protect
from desensitise.disclosure.history.edition import from_batches, to_batches
from desensitise.disclosure.history.joint import joined
from desensitise.disclosure.remembered import remembered
from tests.disclosure_year import BASE, Kept, next_month, records, spec_for


def strict(threshold):
    spec = spec_for(0)
    rules = [replace(one, rules=replace(one.rules, threshold=threshold)) for one in spec.measures]
    return replace(spec, measures=tuple(rules))


def first_release(seed=1, count=150):
    rng, past = np.random.default_rng(seed), Kept()
    known = records(rng, count)
    protected = protect(known, spec_for(0), past=past)
    past.keep(protected)
    return rng, past, known, protected


def test_where_nothing_changed_every_figure_keeps_its_status():
    _, past, known, protected = first_release(count=40)
    assert protected.withheld > 0
    again = protect(known.sample(fraction=1.0, shuffle=True, seed=1), spec_for(0), past=past)
    assert again.table.equals(protected.table)
    assert audit(again).items == ()


def test_one_new_record_is_not_told_by_subtraction():
    _, past, known, protected = first_release()
    late = pl.DataFrame([("A", "x", "made", "F1", 1)], schema=known.schema, orient="row")
    later = protect(pl.concat([known, late]), spec_for(0), past=past)
    cell = (pl.col("region").is_in(["A", "_T"])) & pl.col("kind").is_in(["x", "_T"])
    touched = cell & pl.col("stage").is_in(["made", "_T"])
    was = protected.table.filter(touched)["count"]
    assert was.null_count() == 0
    assert later.table.filter(touched)["count"].null_count() == len(was)


def test_what_many_changed_is_told_again():
    _, past, known, _ = first_release()
    late = pl.DataFrame([("A", "x", "made", f"N{one}", 1) for one in range(30)], schema=known.schema, orient="row")
    later = protect(pl.concat([known, late]), spec_for(0), past=past)
    assert later.withheld == 0


def test_what_collides_is_named_with_the_release_that_told_it():
    rng, past = np.random.default_rng(1), Kept()
    known = records(rng, 60)
    past.keep(protect(known, strict(2), past=past))
    with pytest.raises(UnsafeRelease, match=r"worked out together with monthly/1, whatever .* in the new table"):
        protect(next_month(rng, known, 6), strict(12), past=past)


def test_another_table_of_the_source_is_protected_against_this_one():
    """Region against its parts: a recipient of one kind only must not give away another's total."""
    _, past, known, _ = first_release()
    late = pl.DataFrame([("B", "x", "sold", "F2", 1)], schema=known.schema, orient="row")
    given = protect(pl.concat([known, late]), spec_for(3), past=past)
    assert set(given.table["kind"]) == {"x"}
    touched = pl.col("region").is_in(["B", "_T"]) & pl.col("stage").is_in(["sold", "_T"])
    assert given.table.filter(touched)["count"].null_count() == given.table.filter(touched).height


def test_an_edition_is_read_back_as_it_was_kept():
    _, _, _, protected = first_release(count=40)
    made = remembered(protected)
    read = from_batches(list(to_batches(made)), "monthly/1")
    assert read.sums.equals(made.sums)
    assert read.told.sort(read.told.columns).equals(made.told.sort(made.told.columns))
    assert read.withheld.sort(read.withheld.columns).equals(made.withheld.sort(made.withheld.columns))
    plain = {"sums": read.sums, "told": read.told, "withheld": read.withheld}
    assert replace(made, name="monthly/1", **plain) == read
    with pytest.raises(ProofError, match="monthly/2"):
        from_batches([], "monthly/2")


def test_numbers_of_units_are_guarded_too():
    text = BASE.format(name="monthly") + '[[measure]]\nname = "firms"\nkind = "units"\ncolumn = "one"\n'
    past, known = Kept(), records(np.random.default_rng(1), 150)
    first = protect(known, parse_spec(text, "t"), past=past)
    past.keep(first)
    late = pl.DataFrame([("A", "x", "made", "a new firm", 1)], schema=known.schema, orient="row")
    later = protect(pl.concat([known, late]), parse_spec(text, "t"), past=past)
    whole = {name: pl.col(name) == "_T" for name in ("region", "kind", "stage")}
    assert first.table.filter(*whole.values())["firms"].item() is not None
    assert later.table.filter(*whole.values())["firms"].item() is None


def test_measures_that_bound_each_other_do_so_in_every_edition():
    text = BASE.format(name="monthly") + (
        '[[measure]]\nname = "failed"\nkind = "count"\n'
        '[[relation]]\ntotal = "count"\nparts = ["failed"]\nrest = "yes"\n'
    )
    rng, past = np.random.default_rng(2), Kept()

    def judged(frame):
        return frame.with_columns(failed=pl.Series(np.arange(frame.height) % 3 == 0).cast(pl.Int64))

    known = records(rng, 120)
    for _ in range(3):
        protected = protect(judged(known), parse_spec(text, "t"), past=past)
        assert audit(protected).items == ()
        past.keep(protected)
        known = pl.concat([known, records(rng, 30)])
    system = joined(protected.cells, protected.sums, past.all[:-1]).system
    assert np.abs(system.rows.products(system.value)).max() == 0
