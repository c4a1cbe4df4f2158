"""Product risk and levels are as their manual says, and an update gives what a full derivation gives."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.rules.accept import accept
from exporters.rules.book import shipped
from exporters.rules.product_risk import assessed, levels, probability_of, update, wilson_upper
from tests.rules_world import day, facts, frame
from tests.spec.product_risk_cases import CASES, STEPS, Case

DAY = day("2026-03-01")


@pytest.mark.parametrize(("steps", "severity", "step", "level"), STEPS)
def test_a_scenario_has_the_step_and_level_of_the_manual(
    steps: str, severity: str, step: str | None, level: str | None
) -> None:
    row = pl.DataFrame({"steps": [steps], "severity": [severity], "flags": [""]})
    found = assessed(row.with_columns(probability_of(pl.col("steps")).alias("probability"))).row(0, named=True)
    assert (found["probability"], found["level"]) == (step, level)


@pytest.mark.parametrize("case", CASES, ids=[str(n) for n in range(len(CASES))])
def test_a_product_has_the_level_of_the_manual(case: Case) -> None:
    (row,) = levels(facts(**case.given), shipped("product_risk", case.scheme), DAY).iter_rows(named=True)
    assert (row["level"], (row["low"], row["high"]), row["because"], row["flags"]) == (
        case.level, case.points, case.because, case.flags,
    )  # fmt: skip


def test_a_level_that_differs_from_the_matrix_is_flagged() -> None:
    rows = facts(risk_monitoring=[{"risk_level": "S"}, {}])["risk_monitoring"]
    assert assessed(rows)["flags"].to_list() == ["CONTRADICTS:risk_level,matrix", ""]


@pytest.mark.parametrize(("failed", "batches"), [(0, 3), (1, 10), (5, 29), (29, 29)])
def test_wilsons_bound_is_the_root_of_its_equation(failed: int, batches: int) -> None:
    bound = pl.select(wilson_upper(pl.lit(failed), pl.lit(batches), 1.96)).item()
    share = failed / batches
    assert math.isclose((bound - share) ** 2, 1.96**2 * bound * (1 - bound) / batches, rel_tol=1e-9, abs_tol=1e-12)
    assert bound >= share


_ROW = st.fixed_dictionaries(
    {
        "product_name": st.sampled_from(("灶具", "软管", "电线", None)),
        "severity": st.sampled_from(("1", "4", None)),
        "probability": st.sampled_from(("II", "VII", "X")),
        "source_type": st.sampled_from("5678"),
        "verdict": st.sampled_from("12"),
        "in_licence_catalogue": st.sampled_from((True, None)),
    }
)
_TABLES = ("product_basic", "risk_monitoring", "spot_check")


def _frames(rows: dict[int, dict[str, Any]]) -> dict[str, pl.DataFrame]:
    made = {}
    for name in _TABLES:
        columns = set(frame(name, []).columns)
        mine = {key: row for key, row in rows.items() if key % len(_TABLES) == _TABLES.index(name)}
        made[name] = frame(
            name, [{c: v for c, v in row.items() if c in columns} | {"record_id": str(k)} for k, row in mine.items()]
        )
    return made


@settings(max_examples=10, deadline=None)
@given(st.dictionaries(st.integers(0, 41), _ROW, max_size=35), st.dictionaries(st.integers(0, 41), _ROW, max_size=10))
def test_an_update_gives_what_a_full_derivation_gives(old: dict[int, Any], new: dict[int, Any]) -> None:
    book = shipped("product_risk")
    was = {key: row for key, row in old.items() if key in new}
    gone, came = _frames(was), _frames(new)
    changed = {name: pl.concat([gone[name], came[name]]) for name in _TABLES}
    before, after = accept(_frames(old)), accept(_frames({**old, **new}))
    whole = levels(after, book, DAY)
    assert update(levels(before, book, DAY), after, accept(changed), book, DAY).equals(whole)
