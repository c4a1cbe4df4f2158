"""Asking the list, feeding platforms, objecting: what comes back, and what never does."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from catalog.errors import DeclarationError, SourceError
from exporters.rules.accept import Facts, accept
from exporters.rules.book import parse_book, shipped
from exporters.rules.negative_list import Listing, Question, applied, ask, codes_of, delta, derive, full, not_asked, on
from tests.rules_world import MAKER, OTHER, SHOP, day, facts, frame

BOOK = shipped("negative_list")
DAY = day("2026-03-01")
GTIN = "6921168509256"
UNSAFE = {"verdict": "2", "safety_failed": True}


def world(**more: Any) -> Facts:
    return facts(
        **{
            "product_basic": [{}, {"product_code": "P2", "model_spec": "M2", "gtin": None}],
            "spot_check": [
                UNSAFE,
                {"verdict": "2", "sampling_form_no": "S2", "model_spec": "M2", "producer_uscc": OTHER},
                {**UNSAFE, "counterfeit": "2", "model_spec": "M3", "producer_uscc": SHOP, "batch": "B3"},
            ],
            **more,
        }
    )


def listed(given: Facts, when: str = "2026-03-01") -> Listing:
    return on(day(when), derive(given, BOOK).spans, BOOK, objections=given.get("objection"), not_asked=not_asked(given))


def answer(question: Question, given: Facts | None = None) -> dict[str, Any]:
    given = given or world()
    return ask(listed(given), codes_of(given), [question], BOOK).answers.row(0, named=True)


@pytest.mark.parametrize("code", ["4006381333931", "(01)06921168509256", "B0CHYPVWHV"])
def test_each_code_of_a_cell_of_bar_codes_is_found_as_it_is_printed(code: str) -> None:
    cell = "6921168509256\n4006381333931; B0CHYPVWHV，69211685"
    told = answer(Question(code=code), world(product_basic=[{"gtin": cell}]))
    assert told["outcome"] == "listed"


CASES = [
    (Question(uscc=MAKER, product="灶具", model="M1"), "listed", "I", 2),
    (Question(uscc=MAKER, product="灶具", model="M2"), "not_listed", None, 0),
    (Question(uscc=MAKER), "partly_listed", None, 2),
    (Question(uscc=MAKER, product="灶具", model="M1", batch="B7"), "listed", "I", 1),
    (Question(uscc=OTHER, product="灶具", model="M2"), "listed", "III", 2),
    (Question(product="灶具", model="M1"), "listed", "I", 2),
    (Question(product="灶具", batch="B1"), "partly_listed", None, 4),
    (Question(code=GTIN), "listed", "I", 2),
    (Question(code=f"0{GTIN}"), "listed", "I", 2),
    (Question(code=f"(01)0{GTIN}(10)B1"), "listed", "I", 2),
    (Question(code=f"https://id.example.cn/01/0{GTIN}/10/B7?11=260101"), "listed", "I", 1),
    (Question(code="P2"), "not_listed", None, 0),
    (Question(code="P2", uscc=OTHER), "unknown_code", None, 0),
    (Question(code="nonsense"), "unknown_code", None, 0),
    (Question(uscc=SHOP), "not_listed", None, 0),
    (Question(uscc=MAKER.lower(), product="灶具", model="M1"), "listed", "I", 2),
    (Question(uscc="91370100005000077Y", product="灶具"), "unclear", None, 0),
    (Question(model="M1"), "unclear", None, 0),
    (Question(), "unclear", None, 0),
    (Question(uscc="  ", product=""), "unclear", None, 0),
]


@pytest.mark.parametrize(("question", "outcome", "mark", "entries"), CASES, ids=[str(n) for n in range(len(CASES))])
def test_a_question_is_answered_for_what_it_names(question: Question, outcome: str, mark: str, entries: int) -> None:
    found = answer(question)
    assert (found["outcome"], found["class"], found["entries"]) == (outcome, mark, entries)
    assert found["advice"] == {"I": "do_not_sell", "II": "sell_with_care", "III": "sell_with_care", None: None}[mark]


def test_a_fake_is_found_by_its_goods_and_gives_its_nominal_producer_no_class() -> None:
    found = answer(Question(uscc=SHOP, product="灶具", model="M3"))
    assert (found["outcome"], found["class"], found["entries"], found["unattributed"]) == ("not_listed", None, 0, 2)


def test_many_questions_keep_their_order_and_tell_what_was_not_asked() -> None:
    given = world()
    asked = [Question(code=GTIN), Question(uscc=OTHER), Question(code=GTIN)]
    answers = ask(listed(given), codes_of(given), asked, BOOK).answers
    assert answers["question"].to_list() == [0, 1, 2]
    assert "I-3" in answers["not_asked"][0]
    assert answers["rules"].unique().to_list() == [BOOK.version]


def test_the_feed_tells_no_record_of_the_source() -> None:
    assert "evidence" not in full(listed(world()), BOOK).columns
    assert not [c for c in full(listed(world()), BOOK).columns if "record_id" in c]


def test_an_upheld_objection_removes_the_entry_until_new_evidence_comes() -> None:
    (entry,) = listed(world()).entries.filter((pl.col("rule") == "III-1") & (pl.col("level") == "product"))["entry_id"]
    objection = {"entry_id": entry, "objected_on": "2026-02-10", "answered_on": "2026-02-20", "outcome": "2"}
    given = world(objection=[objection])
    states = {when: _state(listed(given, when), entry) for when in ("2026-02-09", "2026-02-15", "2026-02-20")}
    assert states == {
        "2026-02-09": ("listed", None),
        "2026-02-15": ("listed", "open"),
        "2026-02-20": ("removed", "removed"),
    }
    changes = delta(listed(given, "2026-02-15"), listed(given, "2026-02-20"), BOOK)
    assert changes.filter(pl.col("entry_id") == entry).select("change", "reason").row(0) == (
        "removed",
        "objection_upheld",
    )
    again = {
        "verdict": "2",
        "sampling_form_no": "S2",
        "model_spec": "M2",
        "producer_uscc": OTHER,
        "published_on": "2026-03-01",
    }
    more = world(objection=[objection])["spot_check"]
    anew = accept({"spot_check": frame("spot_check", [again])})["spot_check"].with_columns(record_id=pl.lit("later"))
    later = listed({**given, "spot_check": pl.concat([more, anew])}, "2026-03-01")
    assert _state(later, entry) == ("listed", "removed")


def test_an_objection_kept_or_unanswered_leaves_the_entry_and_says_so() -> None:
    (entry,) = listed(world()).entries.filter(
        (pl.col("rule") == "I-1") & (pl.col("producer_uscc") == MAKER) & (pl.col("level") == "product")
    )["entry_id"]
    late = world(objection=[{"entry_id": entry}])
    assert _state(listed(late, "2026-03-05"), entry) == ("listed", "open")
    assert _state(listed(late, "2026-03-06"), entry) == ("listed", "overdue")
    kept = world(objection=[{"entry_id": entry, "answered_on": "2026-02-20", "outcome": "1"}])
    assert _state(listed(kept), entry) == ("listed", "kept")


def _state(listing: Listing, entry: str) -> tuple[str, str | None]:
    row = listing.entries.filter(pl.col("entry_id") == entry).row(0, named=True)
    return row["state"], row["objection"]


def test_changes_tell_why_an_entry_left() -> None:
    given = facts(spot_check=[{"verdict": "2", "rectify_result": "1", "rectify_result_on": "2026-03-10"}])
    before, after = listed(given, "2026-03-09"), listed(given, "2026-03-10")
    changes = delta(before, after, BOOK)
    assert changes.filter(pl.col("change") == "removed")["reason"].to_list() == ["recheck_passed"]
    assert applied(full(before, BOOK), changes).equals(full(after, BOOK))


def test_equal_facts_give_equal_lists_in_whatever_order_they_come() -> None:
    given = world()
    turned = {name: rows.reverse() for name, rows in given.items()}
    assert listed(turned).entries.equals(listed(given).entries)


def test_a_table_without_a_column_or_without_a_name_is_refused() -> None:
    with pytest.raises(SourceError, match="lacks verdict"):
        accept({"spot_check": frame("spot_check", [{}]).drop("verdict")})
    with pytest.raises(SourceError, match="No rule reads"):
        accept({"secrets": pl.DataFrame()})


def test_a_rule_set_that_says_too_little_or_too_much_is_refused() -> None:
    with pytest.raises(DeclarationError, match="no rule set"):
        parse_book('id = "x"\nsurprise = 1', "x.toml")
    with pytest.raises(DeclarationError, match="lacks the option"):
        BOOK.number("nothing")
    with pytest.raises(DeclarationError, match="must be a whole number"):
        BOOK.whole("price_share")


def test_identifiers_are_read_as_the_checks_read_them() -> None:
    wide = f" {MAKER}".replace("1", "１")
    rows = accept(
        {"spot_check": frame("spot_check", [{"producer_uscc": wide, "verdict": " ２", "sampled_on": "２026-01-02"}])}
    )
    assert rows["spot_check"].select("producer_uscc", "verdict", "flags").row(0) == (MAKER, "2", "")
