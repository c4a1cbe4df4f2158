"""Producers have the class that the manual says on each day, and updating gives what deriving everything gives."""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.rules.accept import accept
from exporters.rules.book import shipped
from exporters.rules.enterprise_class import Classes, classes, not_asked, on, red_of, update
from exporters.rules.negative_list import derive
from hub.rules.derivations import Asked
from hub.rules.derivations import classes as derived_classes
from tests.rules_world import MAKER, OTHER, SHOP, day, facts, frame
from tests.spec.enterprise_class_cases import CASES

BOOK = shipped("enterprise_class")
DAYS = [(n, when, shown) for n, case in enumerate(CASES) for when, shown in case.on.items()]


@cache
def made(number: int) -> Classes:
    born = {"enterprise_basic": [{"established_on": "2025-01-01"}]}
    given_ = facts(**{**born, **CASES[number].given})
    only = {name: rows for name, rows in given_.items() if name == "inspection_finding"}
    return classes(given_, BOOK, red_of(derive(only, shipped("negative_list")).spans))


@pytest.mark.parametrize(("number", "when", "shown"), DAYS, ids=[f"{n} {when}" for n, when, _ in DAYS])
def test_a_producer_has_the_class_of_the_manual(number: int, when: str, shown: str) -> None:
    row = on(day(when), made(number).history.filter(pl.col("uscc") == MAKER)).row(0, named=True)
    doubts = "".join(f" ? {flag}" for flag in made(number).doubts["flags"])
    told = (
        f"{row['risk_class']} {row['class_abcd']} {row['class_2012']} {row['score']} {row['because']}".strip() + doubts
    )
    assert told == shown


def test_every_rule_has_a_case() -> None:
    told = " ".join(shown for case in CASES for shown in case.on.values())
    missing = {rule.id for rule in BOOK.rule if rule.id not in told}
    assert missing <= {"recall_ordered"}


def test_a_table_that_was_not_delivered_is_told() -> None:
    assert "overdue" in not_asked(facts(enterprise_basic=[{}]))
    every: dict[str, Any] = dict.fromkeys((*_POOLS, "quality_grading", "main_responsibility"), ())
    assert not_asked(facts(**every)) == ()


_WHO = st.sampled_from((MAKER, OTHER, SHOP, None))
_DAY = st.sampled_from(("2025-02-01", "2025-11-01", "2026-01-15", "2026-12-01", None))
_POOLS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "spot_check": {"producer_uscc": _WHO, "published_on": _DAY, "verdict": st.sampled_from(("1", "2", "x")),
                   "safety_failed": st.sampled_from((True, False, None)), "sampling_form_no": st.sampled_from(("S1", "S2", "S3"))},
    "penalty_decision": {"party_uscc": _WHO, "decided_on": _DAY, "serious": st.sampled_from((True, False))},
    "recall": {"producer_uscc": _WHO, "started_on": _DAY},
    "enterprise_basic": {"uscc": _WHO, "abnormal_list": st.sampled_from((True, False)), "established_on": _DAY,
                         "unit_role": st.sampled_from(("1", "2"))},
    "production_licence": {"uscc": _WHO, "licence_status": st.sampled_from("16"), "status_changed_on": _DAY},
    "ccc_certificate": {"producer_uscc": _WHO, "status": st.sampled_from("13"), "status_changed_on": _DAY},
    "special_rectification": {"uscc": _WHO, "rectify_by": _DAY, "rectified_on": _DAY},
    "risk_monitoring": {"producer_uscc": _WHO, "source_type": st.sampled_from("78"), "assessed_on": _DAY},
    "traceability": {"producer_uscc": _WHO, "produced_on": _DAY},
}  # fmt: skip
Tables = dict[str, dict[str, dict[str, Any]]]


def _tables(most: int) -> st.SearchStrategy[Tables]:
    numbers = st.sampled_from([str(n) for n in range(20)])
    return st.fixed_dictionaries(
        {name: st.dictionaries(numbers, st.fixed_dictionaries(pool), max_size=most) for name, pool in _POOLS.items()}
    )


def _frames(tables: Tables) -> dict[str, pl.DataFrame]:
    return {n: frame(n, [{**row, "record_id": f"{n}-{k}"} for k, row in rows.items()]) for n, rows in tables.items()}


@pytest.mark.slow
# Few large worlds: an example costs nearly the same however many rows it holds.
@settings(max_examples=10, deadline=None)
@given(_tables(15), _tables(5), st.sets(st.sampled_from(sorted(_POOLS)), min_size=1, max_size=2))
def test_an_update_gives_what_a_full_derivation_gives(old: Tables, news: Tables, only: set[str]) -> None:
    changes: Tables = {name: rows if name in only else {} for name, rows in news.items()}
    was: Tables = {name: {k: r for k, r in old[name].items() if k in changes[name]} for name in old}
    before = accept(_frames(old))
    after = accept(_frames({name: {**rows, **changes[name]} for name, rows in old.items()}))
    gone, came = _frames(was), _frames(changes)
    changed = accept({n: pl.concat([gone[n], came[n]]) for n in old})
    first, whole = classes(before, BOOK), classes(after, BOOK)
    quick = update(first, after, changed, BOOK)
    assert quick.history.equals(whole.history)
    assert quick.points.equals(whole.points)
    assert quick.doubts.equals(whole.doubts)


def test_a_class_carries_flags_for_what_could_not_be_counted() -> None:
    given_ = facts(
        enterprise_basic=[{}, {"uscc": OTHER}],
        spot_check=[{"verdict": "8"}, {"verdict": "2", "safety_failed": None, "sampling_form_no": "S2"}],
    )
    told = dict(derived_classes(given_, Asked(day("2026-03-01"))).select("uscc", "flags").iter_rows())
    assert told == {MAKER: "spot_check.MISSING:safety_failed;spot_check.UNKNOWN:verdict", OTHER: ""}
