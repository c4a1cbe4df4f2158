"""Deriving only what a change touches gives what deriving everything gives; a feed's changes give the next feed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporters.rules.accept import accept
from exporters.rules.book import Book, shipped
from exporters.rules.negative_list import applied, delta, derive, full, on, update
from tests.rules_world import MAKER, OTHER, SHOP, day, frame

BOOK = shipped("negative_list")
_DAYS = ("2025-01-10", "2025-06-10", "2025-12-31", "2026-02-01", "2026-03-01", None)
_DAY = st.sampled_from(_DAYS)
_WHO = st.sampled_from((MAKER, OTHER, SHOP, None))
_YES = st.sampled_from((True, False, None))
_GOOD = st.sampled_from(("灶具", "软管"))
_MODEL = st.sampled_from(("M1", "M2", None))
_FAKE = st.sampled_from(("0", "0", "0", "1", None))
_SAMPLE = st.sampled_from(("S1", "S2", "S3"))
ROWS: Mapping[str, Mapping[str, st.SearchStrategy[Any]]] = {
    "spot_check": {
        "producer_uscc": _WHO, "product_name": _GOOD, "model_spec": _MODEL, "counterfeit": _FAKE, "published_on": _DAY,
        "verdict": st.sampled_from(("1", "2", "2", "4", "9")), "safety_failed": _YES, "sampling_form_no": _SAMPLE,
        "rectify_result": st.sampled_from(("1", "2", None)), "rectify_result_on": _DAY, "sampled_on": _DAY,
        "sample_price": st.sampled_from(("1", "40", "100")), "recheck_verdict": st.sampled_from(("1", "2", None)),
    },
    "penalty_decision": {
        "party_uscc": _WHO, "party_role": st.sampled_from(("1", "2", None)), "decided_on": _DAY, "executed_on": _DAY,
        "revoked_on": st.sampled_from((None, None, "2026-03-01")), "sampling_form_no": _SAMPLE, "product_name": _GOOD,
    },
    "product_basic": {
        "producer_uscc": _WHO, "product_name": _GOOD, "model_spec": _MODEL, "in_licence_catalogue": _YES,
        "in_ccc_catalogue": _YES, "executed_standards": st.sampled_from(("GB 2-2010", "GB 2-2020", None)),
    },
    "enterprise_basic": {
        "uscc": _WHO, "unit_role": st.sampled_from(("1", "2", None)), "registration_status": st.sampled_from(("1", "3")),
        "abnormal_list": _YES, "region_code": st.sampled_from(("370102", "330102")),
    },
    "production_licence": {
        "uscc": _WHO, "application_type": st.sampled_from("12"), "licence_status": st.sampled_from(("1", "2", "4", "9")), "issued_on": _DAY, "valid_until": _DAY,
        "status_changed_on": _DAY,
    },
    "ccc_certificate": {"producer_uscc": _WHO, "models": st.sampled_from(("M1", "M1;M2")), "status": st.sampled_from("129")},
    "traceability": {
        "producer_uscc": _WHO, "product_name": _GOOD, "model_spec": _MODEL, "produced_on": _DAY,
        "granularity": st.sampled_from("23"), "executed_standards": st.sampled_from(("GB 2-2010", "GB 2-2020")),
    },
    "special_rectification": {
        "uscc": _WHO, "unit_role": st.sampled_from(("1", "2")), "rectify_by": _DAY, "rectified_on": _DAY,
        "recheck_result": st.sampled_from(("1", "2")), "case_no": st.sampled_from(("C1", "C2", None)),
    },
    "case_closing": {"case_no": st.sampled_from(("C1", "C2")), "closed_on": _DAY},
    "recall": {"producer_uscc": _WHO, "product_name": _GOOD, "batches": st.sampled_from(("B1", None)), "closed_on": _DAY, "assessed_on": _DAY},
    "risk_monitoring": {"producer_uscc": _WHO, "product_name": _GOOD, "source_type": st.sampled_from("567"), "tolerable": _YES},
    "replaced_standard": {"transition_end": st.sampled_from(("2025-06-01", "2026-01-01"))},
    "inspection_finding": {"producer_uscc": _WHO, "product_name": _GOOD, "counterfeit": _FAKE, "confirmed_on": _DAY},
}  # fmt: skip
Tables = dict[str, dict[str, dict[str, Any]]]


def _rows(name: str, most: int) -> st.SearchStrategy[dict[str, dict[str, Any]]]:
    numbers = st.sampled_from([f"{name}-{n}" for n in range(20)])
    return st.dictionaries(numbers, st.fixed_dictionaries(dict(ROWS[name])), max_size=most)


def _tables(most: int) -> st.SearchStrategy[Tables]:
    return st.fixed_dictionaries({name: _rows(name, most) for name in ROWS})


def _frames(tables: Tables) -> dict[str, pl.DataFrame]:
    return {
        name: frame(name, [{**row, "record_id": key} for key, row in rows.items()]) for name, rows in tables.items()
    }


@pytest.mark.slow
# Few large worlds: an example costs nearly the same however many rows it holds.
@settings(max_examples=8, deadline=None)
@given(_tables(15), _tables(5), st.sets(st.sampled_from(sorted(ROWS)), max_size=3))
def test_an_update_gives_what_a_full_derivation_gives(old: Tables, news: Tables, only: set[str]) -> None:
    # The few low peers of so small a world would never be compared otherwise.
    book = shipped("negative_list").__class__(
        **{**{f: getattr(BOOK, f) for f in BOOK.__struct_fields__}, "options": {**BOOK.options, "price_peers": 2}}
    )
    changes = {name: rows if name in only or not only else {} for name, rows in news.items()}
    new = {name: {**rows, **changes[name]} for name, rows in old.items()}
    before, after = accept(_frames(old)), accept(_frames(new))
    was = {name: {key: row for key, row in old[name].items() if key in changes[name]} for name in old}
    gone, came = _frames(was), _frames(changes)
    changed = accept({name: pl.concat([gone[name], came[name]]) for name in old})
    # A table that no condition reads changes nothing.
    aside = {"quality_grading": accept({"quality_grading": frame("quality_grading", [{}])})["quality_grading"]}
    first, whole = derive(before, book), derive(after, book)
    quick = update(first, {**after, **aside}, {**changed, **aside}, book)
    assert quick.spans.equals(whole.spans)
    assert quick.undecided.equals(whole.undecided)
    assert derive({name: rows.reverse() for name, rows in after.items()}, book).spans.equals(whole.spans)
    then, now = on(day("2026-02-01"), first.spans, book), on(day("2026-03-05"), whole.spans, book)
    assert applied(full(then, book), delta(then, now, book)).equals(full(now, book))


_PRICED = st.fixed_dictionaries(
    {
        "producer_uscc": st.sampled_from((MAKER, OTHER, SHOP)),
        "model_spec": st.sampled_from(("M1", "M2")),
        "sampled_on": st.sampled_from(("2025-06-10", "2025-12-31")),
        "sample_price": st.sampled_from(("1", "40", "100")),
        "counterfeit": st.sampled_from(("0", "0", "0", "1")),
    }
)
_SAMPLES = st.sampled_from([f"S{n}" for n in range(20)])


@settings(max_examples=12, deadline=None)
@given(st.dictionaries(_SAMPLES, _PRICED, min_size=4), st.dictionaries(_SAMPLES, _PRICED, min_size=1, max_size=5))
def test_prices_of_peers_are_worked_out_anew_when_one_of_them_changes(
    old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]]
) -> None:
    fields = {name: getattr(BOOK, name) for name in BOOK.__struct_fields__}
    book = Book(**{**fields, "options": {**BOOK.options, "price_peers": 2}})
    was = {key: row for key, row in old.items() if key in new}
    before, after = (accept(_frames({"spot_check": rows})) for rows in (old, {**old, **new}))
    changed = accept({"spot_check": pl.concat([_frames({"spot_check": rows})["spot_check"] for rows in (was, new)])})
    assert update(derive(before, book), after, changed, book).spans.equals(derive(after, book).spans)
