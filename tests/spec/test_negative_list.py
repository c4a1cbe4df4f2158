"""The negative list says what its manual says, rule by rule and day by day."""

from __future__ import annotations

from functools import cache

import polars as pl
import pytest

from exporters.rules.book import shipped
from exporters.rules.negative_list import Found, derive, full, on
from tests.rules_world import day, facts
from tests.spec import rules_page
from tests.spec.negative_list_cases import CASES, Case

BOOK = shipped("negative_list")
LISTS = [(case, when, shown) for case in CASES for when, shown in case.on.items()]


@cache
def derived(number: int) -> Found:
    return derive(facts(**CASES[number].given), BOOK)


def shown(case: Case, when: str) -> str:
    found = derived(CASES.index(case))
    listing = on(day(when), found.spans, BOOK)
    entries = full(listing, BOOK)
    detail = dict(listing.entries.select("entry_id", "detail").iter_rows())
    told = [
        f"{e['rule']} {e['level']}" + ("" if e["producer_uscc"] else " (nobody)")
        + (f" [{detail[e['entry_id']]}]" if e["rule"] == "II-5" and "[" in case.on[when] else "")
        for e in entries.iter_rows(named=True)
    ]  # fmt: skip
    unclear = {f"? {flag}" for flags in found.undecided["flags"] for flag in flags.split(";")}
    wanted = {part for part in case.on[when].split("; ") if part.startswith("? ")}
    return "; ".join([*sorted(told), *sorted(unclear & wanted)]) if wanted else "; ".join(sorted(told))


@pytest.mark.parametrize(
    ("case", "when", "wanted"), LISTS, ids=[f"{c.rule} {w} {n}" for n, (c, w, _) in enumerate(LISTS)]
)
def test_the_list_stands_as_the_manual_says(case: Case, when: str, wanted: str) -> None:
    assert shown(case, when) == wanted


def test_a_record_that_no_rule_doubts_is_not_told_as_undecided() -> None:
    undecided = derive(facts(spot_check=[{"verdict": "2"}], enterprise_basic=[{}], recall=[{}]), BOOK).undecided
    assert undecided.is_empty()


def test_every_condition_of_the_list_has_a_case() -> None:
    assert {rule.id for rule in BOOK.rule} <= {case.rule for case in CASES}


def test_no_case_lists_a_producer_whose_goods_were_faked() -> None:
    fakes = facts(spot_check=[{"verdict": "2", "safety_failed": True, "counterfeit": c} for c in ("1", "2", None)])
    spans = derive(fakes, BOOK).spans
    assert spans.height == 6
    assert spans.filter(pl.col("producer_uscc").is_not_null()).is_empty()


def test_the_manuals_are_current() -> None:
    assert rules_page.main(["--check"]) == 0
