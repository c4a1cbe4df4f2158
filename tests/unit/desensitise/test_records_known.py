"""Worked examples of the literature come out with the values printed there."""

from dataclasses import replace

import polars as pl
import pytest

from catalog.errors import DeclarationError
from catalog.model import Audience, Kind, RecordRisk, Sensitivity
from desensitise.mark import profile_of
from desensitise.records import broken, measure, search, survey_of
from desensitise.records.hierarchy import hierarchy_of
from tests.factories import a_column, a_dataset

# Sweeney 2002, k-anonymity: a model for protecting privacy, figure 2: k = 2 for {Race, Birth, Gender, ZIP}.
SWEENEY = """Black 1965 m 0214* short_breath
Black 1965 m 0214* chest_pain
Black 1965 f 0213* hypertension
Black 1965 f 0213* hypertension
Black 1964 f 0213* obesity
Black 1964 f 0213* chest_pain
White 1964 m 0213* chest_pain
White 1964 m 0213* obesity
White 1964 m 0213* short_breath
White 1967 m 0213* chest_pain
White 1967 m 0213* chest_pain"""

# Machanavajjhala, Kifer, Gehrke, Venkitasubramaniam 2007, l-diversity, figures 2 (4-anonymous) and 3 (3-diverse).
FOUR_ANONYMOUS = """130** <30 heart
130** <30 heart
130** <30 viral
130** <30 viral
1485* >=40 cancer
1485* >=40 heart
1485* >=40 viral
1485* >=40 viral
130** 3* cancer
130** 3* cancer
130** 3* cancer
130** 3* cancer"""
THREE_DIVERSE = """1305* <=40 heart
1305* <=40 viral
1305* <=40 cancer
1305* <=40 cancer
1485* >40 cancer
1485* >40 heart
1485* >40 viral
1485* >40 viral
1306* <=40 heart
1306* <=40 viral
1306* <=40 cancer
1306* <=40 cancer"""

# Li, Li, Venkatasubramanian 2007, t-closeness, tables 4 (3-diverse) and 5 (0.167-close with respect to salary).
LI_DIVERSE = """476** 2* 3 ulcer
476** 2* 4 gastritis
476** 2* 5 stomach_cancer
4790* >=40 6 gastritis
4790* >=40 11 flu
4790* >=40 8 bronchitis
476** 3* 7 bronchitis
476** 3* 9 pneumonia
476** 3* 10 stomach_cancer"""
LI_CLOSE = """4767* <=40 3 ulcer
4767* <=40 5 stomach_cancer
4767* <=40 9 pneumonia
4790* >=40 6 gastritis
4790* >=40 11 flu
4790* >=40 8 bronchitis
4760* <=40 4 gastritis
4760* <=40 7 bronchitis
4760* <=40 10 stomach_cancer"""


def table(text, **columns):
    rows = [line.split() for line in text.splitlines()]
    return pl.DataFrame(rows, schema=list(columns), orient="row").cast(dict(columns))


def test_sweeneys_table_is_two_anonymous():
    quasi = ("race", "birth", "gender", "zip")
    frame = table(SWEENEY, race=pl.String, birth=pl.Int64, gender=pl.String, zip=pl.String, problem=pl.String)
    risk = measure(survey_of([frame], quasi, ("problem",)), 3)
    assert (risk.k, risk.classes, risk.rows, risk.unique) == (2, 5, 11, 0)
    assert risk.prosecutor == risk.journalist == 0.5
    assert risk.marketer == pytest.approx(5 / 11)
    assert risk.at_risk == pytest.approx(8 / 11)
    assert risk.sizes == {"1": 0, "2-4": 11, "5-9": 0, "10-19": 0, "20-49": 0, "50+": 0}
    assert risk.attributes[0].distinct == 1


@pytest.mark.parametrize(
    ("text", "distinct", "entropy"),
    # Figure 2's last class has one illness only; figure 3's classes have three, mixed as 2**1.5 would be.
    [(FOUR_ANONYMOUS, 1, 1.0), (THREE_DIVERSE, 3, 2**1.5)],
)
def test_machanavajjhalas_tables_are_as_diverse_as_they_say(text, distinct, entropy):
    frame = table(text, zip=pl.String, age=pl.String, illness=pl.String)
    risk = measure(survey_of([frame], ("zip", "age"), ("illness",)))
    assert risk.k == 4
    assert risk.attributes[0].distinct == distinct
    assert risk.attributes[0].entropy == pytest.approx(entropy)


@pytest.mark.parametrize(("text", "t"), [(LI_DIVERSE, 0.375), (LI_CLOSE, 1 / 6)])
def test_lis_tables_are_as_close_as_they_say(text, t):
    frame = table(text, zip=pl.String, age=pl.String, salary=pl.Int64, illness=pl.String)
    salary, illness = measure(survey_of([frame], ("zip", "age"), ("salary", "illness"))).attributes
    assert salary.t == pytest.approx(t)
    assert (salary.ordered, illness.ordered) == (True, False)
    assert salary.distinct == 3


def test_the_two_distances_that_the_paper_works_out():
    # P1 = {3k, 4k, 5k} is 0.375 and P2 = {6k, 8k, 11k} is 0.167 away from {3k, ..., 11k}.
    frame = table(LI_DIVERSE, zip=pl.String, age=pl.String, salary=pl.Int64, illness=pl.String)
    rest = frame.with_columns(pl.when(pl.col("age") == ">=40").then(pl.col("age")).alias("age")).with_columns(
        zip=pl.when(pl.col("age") == ">=40").then(pl.col("zip"))
    )
    (salary,) = measure(survey_of([rest], ("zip", "age"), ("salary",))).attributes
    assert salary.t == pytest.approx(1 / 6)


def test_equal_distances_are_half_the_differences():
    # One class has all of one illness, the whole has it in half of its rows: |1 - 1/2| + |0 - 1/2|, halved.
    frame = pl.DataFrame({"q": ["a", "a", "b", "b"], "s": ["x", "x", "y", "y"]})
    assert measure(survey_of([frame], ("q",), ("s",))).attributes[0].t == pytest.approx(0.5)


def test_a_population_lowers_the_journalists_and_the_marketers_risk():
    sample = pl.DataFrame({"q": ["a", "a", "b"]})
    everybody = pl.DataFrame({"q": ["a"] * 10 + ["b"] * 4 + ["c"] * 2})
    risk = measure(survey_of([sample], ("q",)), population=survey_of([everybody], ("q",)))
    assert (risk.prosecutor, risk.journalist) == (1.0, 0.25)
    assert risk.marketer == pytest.approx((2 / 10 + 1 / 4) / 3)
    assert risk.population == 16


def test_an_empty_table_gives_nothing_away():
    risk = measure(survey_of([], ("q",), ("s",)))
    assert (risk.rows, risk.k, risk.prosecutor) == (0, 0, 0.0)
    assert broken(risk, RecordRisk(("q",), 5)) == ()
    assert search(survey_of([], ("q",)), {}, RecordRisk(("q",), 5)).rows_suppressed == 0


def test_broken_promises_are_told_without_values():
    frame = pl.DataFrame({"q": ["secret", "secret", "b"], "s": ["x", "x", "y"]})
    promise = RecordRisk(("q",), 2, ("s",), 2, t=0.1)
    told = broken(measure(survey_of([frame], ("q",), ("s",))), promise)
    assert [one.split(" is ")[0] for one in told] == ["k", "l of s", "t of s"]
    assert "secret" not in str(told)


def test_steps_that_do_not_nest_are_refused():
    with pytest.raises(DeclarationError, match="parts what"):
        hierarchy_of("day", pl.Series(["2024-01-01", "2024-05-01", "2025-01-01"]), ("year", "month"))


def test_too_many_combinations_of_levels_are_refused():
    names = [f"q{n}" for n in range(9)]
    frame = pl.DataFrame({name: ["330106", "330102"] for name in names})
    steps = dict.fromkeys(names, ("city", "province"))
    with pytest.raises(DeclarationError, match="combinations of levels"):
        search(survey_of([frame], names), steps, RecordRisk(tuple(names), 2))


def test_no_mark_alters_what_was_measured():
    columns = (
        a_column("people", Kind.INTEGER, sensitivity=Sensitivity.INTERNAL),
        replace(a_column("stock", Kind.INTEGER, sensitivity=Sensitivity.INTERNAL), steps=("band 10",)),
        a_column("orders", Kind.INTEGER, sensitivity=Sensitivity.INTERNAL),
    )
    for audience in (Audience.INTERNAL, Audience.INSTITUTES):
        dataset = a_dataset(columns, audience=audience, risk=RecordRisk(("people",), 5))
        assert profile_of(dataset, "https://amr.example.org/").values == {"orders"}
