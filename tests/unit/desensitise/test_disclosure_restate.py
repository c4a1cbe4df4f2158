"""What was released under another declaration stays known under the new one; what is forgotten is refused, and told why."""

import numpy as np
import polars as pl
import pytest

from catalog.errors import DeclarationError, ProofError
from desensitise.disclosure import audit, parse_spec, protect
from desensitise.disclosure.history.restate import restated
from tests.disclosure_year import BASE, Kept, records

FIRM = ("A", "x", "made", "F1", 1)
PARENTS = '[[dimension]]\nname = "kind"\nhierarchy = "parents"\n[dimension.parents]\n'
GROUPED = PARENTS + 'x = "old"\ny = "old"\nold = "_T"\n'
REGROUPED = PARENTS + 'x = "hot"\ny = "cold"\nhot = "_T"\ncold = "_T"\n'


MONTHLY = BASE.format(name="monthly")


def told_before(text=MONTHLY, count=150):
    past, known = Kept(), records(np.random.default_rng(1), count)
    past.keep(protect(known, parse_spec(text, "t"), past=past))
    return past, known


def with_one_more(known):
    return pl.concat([known, pl.DataFrame([FIRM], schema=known.schema, orient="row")])


def figure(protected, name="count", **codes):
    cell = {"region": "_T", "kind": "_T", "stage": "_T"} | codes
    return protected.table.filter(pl.col(one) == code for one, code in cell.items())[name].item()


def changed(old, new):
    """What a second release tells of the whole, when one firm's record came in between and the text was changed."""
    past, known = told_before()
    text = MONTHLY
    assert old in text
    protected = protect(with_one_more(known), parse_spec(text.replace(old, new), "t"), past=past)
    assert audit(protected).items == ()
    return protected


def test_a_measure_by_another_name_is_the_same_measure():
    assert figure(changed('name = "count"', 'name = "checks"'), "checks") is None


def test_more_decimals_are_the_same_amounts():
    assert figure(changed('kind = "count"', 'kind = "count"\ndecimals = 2')) is None


def test_fewer_decimals_are_refused_for_they_cannot_be_compared():
    past, known = told_before(MONTHLY + "decimals = 2\n")
    with pytest.raises(DeclarationError, match="monthly/1 told count with 2 decimals, count is to have 0"):
        protect(known, parse_spec(MONTHLY, "t"), past=past)


def test_a_new_measure_goes_on_beside_the_old_ones():
    past, known = told_before()
    text = MONTHLY + '[[measure]]\nname = "twice"\nkind = "count"\ncolumn = "two"\n'
    protected = protect(known.with_columns(two=pl.col("one") * 2), parse_spec(text, "t"), past=past)
    assert audit(protected).items == ()
    assert figure(protected) == 150
    assert figure(protected, "twice") == 300


def test_a_measure_that_others_are_tied_to_must_not_be_forgotten():
    more = '[[measure]]\nname = "failed"\nkind = "count"\n[[relation]]\ntotal = "count"\nparts = ["failed"]\nrest = "yes"\n'
    past, known = Kept(), records(np.random.default_rng(1), 150).with_columns(failed=pl.lit(1))
    past.keep(protect(known, parse_spec(MONTHLY + more, "t"), past=past))
    with pytest.raises(DeclarationError, match="told failed, which is tied to count"):
        protect(known, parse_spec(MONTHLY, "t"), past=past)


@pytest.mark.parametrize("kind", [GROUPED, REGROUPED, '[[dimension]]\nname = "kind"\ntotal = "all"\n'])
def test_a_dimension_that_is_read_otherwise_is_known_by_both_readings(kind):
    protected = changed('[[dimension]]\nname = "kind"\n', kind)
    whole = "all" if "all" in kind else "_T"
    assert figure(protected, kind=whole) is None
    assert figure(protected, kind="y", stage="sold", region="B") is not None


def test_groups_of_two_readings_are_sums_of_the_same_finest_cells():
    """Nothing changed but the groups: what the old ones withheld does not follow from the new ones."""
    past, known = told_before(MONTHLY.replace('[[dimension]]\nname = "kind"\n', GROUPED), 40)
    spec = parse_spec(MONTHLY.replace('[[dimension]]\nname = "kind"\n', REGROUPED), "t")
    protected = protect(known, spec, past=past)
    (before,) = past.all
    hidden = before.withheld.filter(pl.col("kind").is_in(["x", "y"])).drop("_measure")
    both = protected.table.with_columns(pl.col("kind").replace({"hot": "x", "cold": "y"}))
    assert hidden.height > 0
    assert both.join(hidden, on=hidden.columns, how="semi")["count"].null_count() == 2 * hidden.height


def test_a_finer_level_stands_below_what_was_told():
    past, known = told_before()
    text = MONTHLY.replace(
        'name = "region"\n', 'name = "region"\nhierarchy = "columns"\ncolumns = ["region", "town"]\n', 1
    )
    town = pl.concat_str(pl.col("region"), (pl.int_range(pl.len()) % 2).cast(pl.String))
    finer = parse_spec(text.replace('keep = ["region", "kind", "stage"]\n', ""), "t")
    protected = protect(with_one_more(known).with_columns(town=town), finer, past=past)
    assert figure(protected) is None
    assert figure(protected, region="B") == known.filter(region="B").height
    assert protected.table.filter(pl.col("region").str.len_chars() == 2)["count"].drop_nulls().len() > 0
    past.keep(protected)
    again = protect(with_one_more(known), parse_spec(MONTHLY, "t"), past=past)
    assert figure(again, region="B") == figure(protected, region="B")


def test_who_stood_behind_a_change_is_not_known_when_contributors_are_called_otherwise():
    past, known = told_before()
    text = MONTHLY.replace('contributor = "firm"', 'contributor = "firm"\nowner = "group"')
    grouped = with_one_more(known).with_columns(group=pl.col("firm").str.slice(0, 2))
    protected = protect(grouped, parse_spec(text, "t"), past=past)
    assert audit(protected).items == ()
    assert figure(protected) is None
    assert figure(protected, region="B") is not None


def test_what_was_told_and_is_not_found_any_more_stops_the_release():
    past, known = told_before()
    (before,) = past.all
    spec = parse_spec(MONTHLY, "t")
    lost = before.told.with_columns(region=pl.lit("Z"))
    object.__setattr__(before, "told", lost)
    with pytest.raises(ProofError, match="monthly/1 told figures that are not found"):
        protect(known, spec, past=past)


def test_editions_are_restated_with_every_column_of_the_new_declaration():
    text = MONTHLY.replace('keep = ["region", "kind", "stage"]\n', "")
    past, known = told_before(text.replace('[[dimension]]\nname = "stage"\n', ""))
    spec = parse_spec(text + '[[where]]\ncolumn = "size"\ncodes = ["large"]\n', "t")
    sums = past.all[0].sums.with_columns(stage=pl.lit("made")).with_columns(pl.lit("in").alias("size in large"))
    again = restated(spec, past.all, sums)
    assert again.past[0].sums.select("stage", "size in large").unique().rows() == [("~", "~")]
    assert again.past[0].sums["count"].sum() == known.height


def weighted(known):
    """Every respondent stands for two to four alike."""
    return known.with_columns(weight=2.0 + pl.col("firm").str.slice(1).cast(pl.Int64) % 3)


def test_weighted_tables_are_guarded_from_release_to_release():
    spec = parse_spec(MONTHLY.replace('contributor = "firm"', 'contributor = "firm"\nweight = "weight"'), "t")
    past, known = Kept(), records(np.random.default_rng(1), 150)
    first = protect(weighted(known), spec, past=past)
    past.keep(first)
    assert figure(first) == weighted(known)["weight"].sum()
    assert first.withheld >= protect(weighted(known), spec).withheld
    later = protect(weighted(with_one_more(known)), spec, past=past)
    assert audit(later).items == ()
    assert figure(later) is None
    assert figure(later, region="B") == figure(first, region="B")


def test_new_weights_are_changes_of_everybody():
    spec = parse_spec(MONTHLY.replace('contributor = "firm"', 'contributor = "firm"\nweight = "weight"'), "t")
    past, known = Kept(), records(np.random.default_rng(1), 150)
    past.keep(protect(weighted(known), spec, past=past))
    again = weighted(with_one_more(known)).with_columns(pl.col("weight") * 1.25)
    protected = protect(again, spec, past=past)
    assert audit(protected).items == ()
    assert figure(protected) == round(again["weight"].sum())
