"""Answers that other tools printed for given data: cellKey's perturbed cells, GaussSuppression's primary cells, and
the risks of records that sdcMicro computes. The figures are theirs; each case names where they were published.
"""

import numpy as np
import polars as pl
import pytest

from desensitise.disclosure import parse_spec
from desensitise.disclosure.perturb.cellkey import KEY, counted, perturbation
from desensitise.disclosure.perturb.keys import SPAN
from desensitise.disclosure.perturb.ptable import p_table
from desensitise.disclosure.primary import primary_of
from desensitise.disclosure.spec import CellKey
from desensitise.disclosure.table import cells_of
from desensitise.records.classes import survey_of
from desensitise.records.measure import measure

# cellKey 0.18.1, reference of ck_setup: its example over 4,580 persons by sex and age. ``total`` is perturbed with
# ptable::pt_ex_cnts() (D = 2, V = 1.05, js = 1), ``cnt_males`` with D = 8, V = 3, js = 2, both by the same record keys.
NARROW, WIDE = CellKey(d=2, variance=1.05, js=1), CellKey(d=8, variance=3.0, js=2)
PRINTED_KEYS = [
    (NARROW, 4580, 0.24410263, 4579),
    (NARROW, 1969, 0.22869726, 1968),
    (NARROW, 1143, 0.63623435, 1143),
    (NARROW, 195, 0.95029257, 197),
    (NARROW, 84, 0.76251335, 85),
    (NARROW, 7, 0.06163708, 5),
    (WIDE, 195, 0.95029257, 198),
    (WIDE, 84, 0.76251335, 85),
    (WIDE, 7, 0.06163708, 4),
]
MALES = {2296: (2295, 2295), 1015: (1014, 1014), 571: (572, 572), 424: (424, 424), 195: (197, 198), 84: (85, 85)}
MALES |= {7: (5, 4)}


@pytest.mark.parametrize(("settings", "count", "share", "told"), PRINTED_KEYS)
def test_a_cell_of_records_with_these_keys_is_told_as_cellkey_tells_it(settings, count, share, told):
    keys = np.random.default_rng(count).integers(0, SPAN, count, dtype=np.uint64)
    keys[-1] = (int(share * SPAN) - int(keys[:-1].sum())) % SPAN
    records = pl.DataFrame({"cell": ["one"] * count, KEY: keys})
    assert counted(records, ["cell"], p_table(settings))["count"].item() == told


def test_some_key_explains_both_figures_of_every_cell_that_cellkey_printed_under_two_tables():
    """The keys of these cells were not printed; equal cells have equal keys, whatever table looks them up."""
    keys = (np.arange(20_000) + 0.5) / 20_000
    for count, both in MALES.items():
        made = [perturbation(np.full(len(keys), count), keys, p_table(one)) + count for one in (NARROW, WIDE)]
        assert ((made[0] == both[0]) & (made[1] == both[1])).any(), count


def test_the_tables_have_as_many_lines_as_those_of_the_example():
    """The example looks -2 to 2 up in lines 13 to 17."""
    assert sum(len(row) for row in p_table(NARROW).noise) == 17
    assert p_table(NARROW).noise[-1] == (-2, -1, 0, 1, 2)


# GaussSuppression, vignette "Magnitude table suppression": its data set magnitude1.
MAGNITUDE1 = [
    ("Agriculture", "private", "Portugal", "EU", "A", 75.9), ("Agriculture", "private", "Portugal", "EU", "B", 24.5),
    ("Agriculture", "private", "Spain", "EU", "A", 96.6), ("Agriculture", "private", "Spain", "EU", "B", 43.2),
    ("Entertainment", "private", "Iceland", "nonEU", "B", 16.8),
    ("Entertainment", "private", "Portugal", "EU", "B", 7.1), ("Entertainment", "private", "Portugal", "EU", "D", 2.3),
    ("Entertainment", "private", "Spain", "EU", "A", 77.4), ("Entertainment", "private", "Spain", "EU", "B", 11.5),
    ("Entertainment", "private", "Spain", "EU", "C", 16.4), ("Governmental", "public", "Portugal", "EU", "B", 21.6),
    ("Governmental", "public", "Portugal", "EU", "D", 2.0), ("Governmental", "public", "Spain", "EU", "C", 6.5),
    ("Governmental", "public", "Spain", "EU", "D", 2.7), ("Industry", "private", "Iceland", "nonEU", "B", 9.6),
    ("Industry", "private", "Iceland", "nonEU", "C", 8.8), ("Industry", "private", "Iceland", "nonEU", "D", 1.9),
    ("Industry", "private", "Portugal", "EU", "B", 25.7), ("Industry", "private", "Portugal", "EU", "D", 3.4),
    ("Industry", "private", "Spain", "EU", "C", 8.4),
]  # fmt: skip
TREES = 'hierarchy = "columns"\ncolumns = ["sector2", "sector4"]', 'hierarchy = "columns"\ncolumns = ["eu", "geo"]'
FLAT = 'columns = ["sector4"]', 'columns = ["geo"]'
ALONE = {("Entertainment", "Iceland"), ("Industry", "Spain")}


def sensitive(rules, contributor, trees):
    frame = pl.DataFrame(
        MAGNITUDE1, schema=["sector4", "sector2", "geo", "eu", "company", "value"], orient="row"
    ).with_row_index("row")
    text = f'[table]\nname = "magnitude1"\ncontributor = "{contributor}"\n[rules]\n{rules}\n'
    for name, tree in zip(("sector4", "geo"), trees, strict=True):
        text += f'[[dimension]]\nname = "{name}"\ntotal = "Total"\n{tree}\n'
    spec = parse_spec(f'{text}[[measure]]\nname = "value"\nkind = "value"\ndecimals = 1\n', "magnitude1.toml")
    cells = cells_of(frame.with_columns(pl.col("row").cast(pl.String)), spec)
    (found,) = primary_of(cells)
    places = [
        tuple(tree.codes[node] for tree, node in zip(cells.trees, nodes, strict=True)) for nodes in cells.nodes.tolist()
    ]
    return {place for place, hit in zip(places, found.sensitive.tolist(), strict=True) if hit}


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        # Table 2, maxN = 1, and table 3, n = 1 and k = 80: every row is a contributor.
        ("threshold = 2", ALONE),
        (
            "threshold = 0\n[[rules.dominance]]\nn = 1\nk = 80",
            ALONE | {("Governmental", "Portugal"), ("Industry", "Portugal")},
        ),
    ],
)
def test_sensitive_cells_are_those_of_gausssuppression(rules, found):
    assert sensitive(rules, "row", FLAT) == found


def test_sensitive_cells_by_company_over_hierarchies_are_those_of_gausssuppression():
    """Table 7, maxN = 2: the cells with one or two companies."""
    two = {("Agriculture", place) for place in ("Portugal", "Spain", "EU", "Total")}
    two |= {(sector, place) for sector in ("Governmental", "public") for place in ("Portugal", "Spain")}
    two |= {("Entertainment", "Portugal"), ("Entertainment", "nonEU"), ("Industry", "Portugal")}
    assert sensitive("threshold = 3", "company", TREES) == two | ALONE


def test_the_p_percent_rule_finds_the_cells_that_gausssuppression_prints():
    """The example before table 10, pPercent = 30: five of the lines printed are primary, one is not."""
    found = sensitive("threshold = 0\np = 30", "row", (TREES[0], FLAT[1]))
    printed = {("Entertainment", "Iceland"), ("Industry", "Iceland"), ("public", "Portugal")}
    printed |= {("Governmental", "Portugal"), ("Agriculture", "Spain")}
    assert printed <= found
    assert ("private", "Portugal") not in found


def test_the_risk_of_records_is_that_of_sdcmicro():
    """sdcMicro, tests/testthat/test_calcRisks.R: three keys drawn after ``set.seed(3)``; classes 2 1 2 1 1 2 1 2 1 1."""
    keys = {"Var4": [2, 2, 2, 2, 2, 2, 4, 2, 3, 2], "Var5": [2, 5, 2, 4, 3, 2, 1, 2, 3, 5]}
    keys["Var6"] = [1, 1, 3, 3, 3, 3, 2, 1, 1, 2]
    risk = measure(survey_of([pl.DataFrame(keys)], list(keys)))
    assert risk.marketer == pytest.approx(0.8)
    assert risk.marketer * risk.rows == pytest.approx(8)
    assert (risk.unique, risk.k) == (6, 1)


def test_the_diversity_of_records_is_that_of_sdcmicro():
    """sdcMicro, tests/testthat/test_ldiversity.R: classes with 3, 2 and 2 distinct values; a gap is a value of its own."""
    frame = pl.DataFrame(
        {
            "sex": ["female"] * 3 + ["male"] * 2 + ["female"] * 2,
            "occupation": [None] * 3 + ["teacher"] * 2 + ["nurse"] * 2,
            "ethnicity": ["other"] * 5 + ["majority"] * 2,
            "sensitive": [1, 0, 2, 1, 0, 0, 1],
        }
    )
    for some, diverse in ((frame[:3], 3), (frame[3:5], 2), (frame[5:], 2), (frame, 2)):
        risk = measure(survey_of([some], ["sex", "occupation", "ethnicity"], ["sensitive"]))
        assert risk.attributes[0].distinct == diverse
