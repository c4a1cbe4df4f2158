"""Grades are as the manual says; the released results tell grades and never what was measured."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import DeclarationError
from exporters.rules.quality_grading import grades, on, parse_catalogue, shipped_catalogue, update
from exporters.sample import invent
from hub.job.pipeline import release
from hub.parts import datasets
from tests.house import house
from tests.house import settings as house_settings
from tests.rules_world import day, facts
from tests.spec.quality_grading_cases import CASES, STATES

BOOK = shipped_catalogue()
TEXT = (Path(__file__).resolve().parents[2] / "exporters/rules/quality_grading/rules.toml").read_text(encoding="utf-8")
CANARY = 31415926


def graded(*rows: Mapping[str, Any]) -> pl.DataFrame:
    return grades(facts(grading_record=rows)["grading_record"], BOOK)


@pytest.mark.parametrize(
    ("what", "row", "listed", "score", "grade", "flag"), CASES, ids=[str(n) for n in range(len(CASES))]
)
def test_a_record_is_graded_as_the_manual_says(
    what: str, row: Mapping[str, Any], listed: str | None, score: str | None, grade: str | None, flag: str
) -> None:
    (made,) = graded(row).iter_rows(named=True)
    told = (
        made["indicator_grades"],
        None if made["score"] is None else str(made["score"]),
        made["grade"],
        made["flags"],
    )
    assert told == (listed, score, grade, flag), what


@pytest.mark.parametrize(("when", "status", "until", "state"), STATES)
def test_a_result_has_the_state_of_its_day(when: str, status: str | None, until: str, state: str | None) -> None:
    made = on(day(when), graded({"status": status, "valid_until": until}))
    assert made["state"].to_list() == [state]


def test_the_weakest_indicator_decides_where_the_catalogue_says_so() -> None:
    lowest = parse_catalogue(TEXT.replace('overall = "score"', 'overall = "lowest"'), "x")
    row = {"measured_values": '[{"code":"I1","value":575},{"code":"I2","value":620}]', "grade": "A"}
    assert grades(facts(grading_record=(row,))["grading_record"], lowest)["grade"].to_list() == ["A"]


@pytest.mark.parametrize(
    ("was", "is_", "why"),
    [
        ("weight = 0.6", "weight = 0.7", "weights do not sum to 1"),
        ("limits = [1150, 1035, 920, 748, 575]", "limits = [1150, 1035, 1035, 748, 575]", "limits of I1"),
        ('level = "团标"', 'level = "企标"', "level"),
        ('overall = "score"', 'overall = "best"', "overall"),
        ('code = "I2"', 'code = "I1"', "twice"),
    ],
)
def test_a_catalogue_that_does_not_hold_is_refused(was: str, is_: str, why: str) -> None:
    assert was in TEXT
    with pytest.raises(DeclarationError, match=why):
        parse_catalogue(TEXT.replace(was, is_), "x.toml")


_RECORD = st.fixed_dictionaries(
    {
        "catalogue_item": st.sampled_from(("FJ-001", "FJ-999")),
        "grading_standard_no": st.sampled_from(("GB/T 40100-2025", "T/CAQI 100-2025")),
        "measured_values": st.sampled_from((
            '[{"code":"I1","value":900},{"code":"I2","value":700}]', '[{"code":"I2","value":806},{"code":"I1","value":1}]', "[]")),
        "grade": st.sampled_from(("AAA", "AAAAA", None)),
        "status": st.sampled_from("123"),
    }
)  # fmt: skip
_RECORDS = st.dictionaries(st.sampled_from("abcdef"), _RECORD, max_size=5)


@settings(max_examples=40, deadline=None)
@given(_RECORDS, _RECORDS, st.sets(st.sampled_from("abcdef"), max_size=2))
def test_grading_what_changed_gives_what_grading_everything_gives(
    old: dict[str, dict[str, Any]], new: dict[str, dict[str, Any]], gone: set[str]
) -> None:
    def table(rows: Mapping[str, Mapping[str, Any]]) -> pl.DataFrame:
        return facts(grading_record=[{**row, "record_id": key} for key, row in rows.items()])["grading_record"]

    after = {key: row for key, row in {**old, **new}.items() if key not in gone}
    changed = {key: row for key, row in new.items() if key not in gone}
    quick = update(grades(table(old), BOOK), table(changed), pl.Series(sorted(gone), dtype=pl.String), BOOK)
    assert quick.equals(grades(table(after), BOOK).sort("record_id"))


def test_the_release_tells_grades_of_the_rules_and_no_measured_value(tmp_path: Path) -> None:
    invent(f"sqlite:///{tmp_path}/p.sqlite", 300, seed=2)
    with closing(sqlite3.connect(tmp_path / "p.sqlite")) as source, source:
        ids = [
            row[0] for row in source.execute("SELECT grading_no FROM quality_grading WHERE record_status = '1' LIMIT 2")
        ]
        source.execute(
            "UPDATE quality_grading SET openness = '1', catalogue_item = 'FJ-001', grading_standard_no = 'GB/T 40100-2025', "
            "grade = 'AAAA', measured_values = ? WHERE grading_no = ?",
            (json.dumps([{"code": "I1", "value": 575.0314159}, {"code": "I2", "value": CANARY}]), ids[0]),
        )
        source.execute(
            "UPDATE quality_grading SET openness = '1', grade = 'A', measured_values = '[]' WHERE grading_no = ?",
            ids[1:],
        )
    home = tmp_path / "home"
    parts = house(home, f"sqlite:///{tmp_path}/p.sqlite")
    (dataset,) = datasets(house_settings(home, f"sqlite:///{tmp_path}/p.sqlite"), ("grading",))
    assert release(dataset, parts).state == "published"
    rows = [
        json.loads(line)
        for line in (home / "releases/grading/1/grading.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    assert sum(row["grade"] is not None for row in rows) > len(rows) * 0.85
    told = {row["grading_no"]: row for row in rows}
    assert told[ids[0]]["grade"] == "AAAA"
    assert told[ids[0]]["indicator_grade_list"] == ["导体电阻:AAAA", "绝缘最薄处厚度:AAAAA"]
    assert told[ids[1]]["grade"] is None
    assert told[ids[1]]["indicator_grade_list"] is None
    for path in home.rglob("*"):
        if path.is_file():
            held = path.read_bytes()
            assert str(CANARY).encode() not in held, path.name
            assert b"0314159" not in held, path.name
