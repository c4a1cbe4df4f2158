"""The main job, end to end on real parts: what each reader gets, and what stays behind."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from catalog.errors import NotPermitted, SourceError, UnsafeRelease
from exporters.sample import change, invent
from hub.job.gate_cost import BUDGET
from hub.job.pipeline import Outcome, release
from hub.job.publish import approve, publish, withdraw
from hub.parts import datasets
from tests.house import house, settings, tree

WHO = ("product_category", "region_code", "exposed_users", "assessed_on")


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("province")
    source = f"sqlite:///{folder / 'p.sqlite'}"
    invent(source, 1500, seed=11, drop_folder=folder / "drop")
    return source, folder / "drop"


@pytest.fixture(scope="module")
def whole_house(
    tmp_path_factory: pytest.TempPathFactory, province: tuple[str, Path]
) -> tuple[Path, dict[str, Outcome]]:
    home = tmp_path_factory.mktemp("home")
    parts = house(home, *province)
    return home, {d.id: release(d, parts) for d in datasets(settings(home, *province))}


def _rows(home: Path, name: str) -> list[dict[str, str]]:
    path = home / "releases" / name / "1" / f"{name}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_declared_dataset_is_run_and_accounts_for_every_row(whole_house: tuple[Path, dict[str, Outcome]]) -> None:
    _, outcomes = whole_house
    assert len(outcomes) >= 8
    for name in ("grading", "traceability", "licences", "risk_monitoring", "risk_cases"):
        outcome = outcomes[name]
        assert outcome.release.rows > 0
        assert outcome.report["rows_read"] == outcome.release.rows + sum(outcome.release.held_back.values())


def test_cases_for_other_provinces_are_alike_in_fives_and_the_report_tells_risk_and_loss(
    whole_house: tuple[Path, dict[str, Outcome]],
) -> None:
    home, outcomes = whole_house
    known = [tuple(row[name] for name in WHO) for row in _rows(home, "risk_cases")]
    assert min(Counter(known).values()) >= 5
    report = outcomes["risk_cases"].report["record_risk"]
    assert report["before"]["k"] == 1  # type: ignore[index]
    assert report["after"]["prosecutor"] <= 0.2  # type: ignore[index]
    assert report["after"]["attributes"][0]["distinct"] >= 2  # type: ignore[index]
    assert 0 < report["loss"] < 1  # type: ignore[index]


def test_the_run_tells_what_the_gate_cost(whole_house: tuple[Path, dict[str, Outcome]]) -> None:
    _, outcomes = whole_house
    for outcome in outcomes.values():
        share, budget = outcome.report["gate_share"], outcome.report["gate_budget"]
        assert isinstance(share, float)
        assert 0 <= share < 1
        assert budget == BUDGET


def test_the_public_sees_open_datasets_with_files_and_conditional_ones_without(
    whole_house: tuple[Path, dict[str, Outcome]],
) -> None:
    home, _ = whole_house
    shown = {path.name for path in (home / "portal" / "datasets").iterdir()}
    assert {"grading", "traceability", "rectification"} <= shown
    assert not {"licences", "risk_monitoring", "spot_checks"} & shown
    assert not list((home / "portal").rglob("statistics*.csv"))


def test_a_conditional_release_waits_for_a_second_person(tmp_path: Path, province: tuple[str, Path]) -> None:
    parts = house(tmp_path, *province)
    (dataset,) = datasets(settings(tmp_path, *province), ("statistics",))
    outcome = release(dataset, parts)
    assert outcome.state == "held"
    with pytest.raises(NotPermitted):
        approve(dataset, 1, "tester", "approve", "", parts)
    publish(dataset, approve(dataset, 1, "somebody else", "approve", "", parts), parts)
    page = (tmp_path / "portal" / "datasets" / "statistics" / "index.html").read_text(encoding="utf-8")
    assert dataset.conditions_zh in page
    assert not list((tmp_path / "portal").rglob("*.parquet"))


def test_bulk_trace_files_hold_no_flow_no_item_serial_and_no_person(
    whole_house: tuple[Path, dict[str, Outcome]],
) -> None:
    home, _ = whole_house
    rows = _rows(home, "traceability")
    flow = {"sold_at", "buyer_name", "buyer_address", "buyer_contact", "supplier_name", "customer_name", "quantity"}
    assert not flow & set(rows[0])
    items = [row for row in rows if row["granularity"] == "3"]
    assert items
    assert all(row["serial_or_batch"] == "" for row in items)
    assert not [row for row in items if "/21/" in row["trace_code"] or "(21)" in row["trace_code"]]
    assert not [row for row in rows if row["openness" if "openness" in row else "granularity"] == ""]


def test_withdrawn_corrected_and_closed_records_are_not_released(whole_house: tuple[Path, dict[str, Outcome]]) -> None:
    _, outcomes = whole_house
    assert outcomes["traceability"].release.held_back["not for this audience or withdrawn"] > 0
    assert outcomes["traceability"].release.held_back["quarantined"] > 0


def test_small_cells_of_aggregates_are_withheld(whole_house: tuple[Path, dict[str, Outcome]]) -> None:
    home, outcomes = whole_house
    assert outcomes["rectification"].release.held_back["small cells"] > 0
    counts = [row["producers_inspected"] for row in _rows(home, "rectification")]
    assert not {"1", "2", "3", "4"} & set(counts)
    assert any(counts)


def test_equal_inputs_give_equal_bytes_however_they_are_cut_into_units(
    tmp_path: Path, province: tuple[str, Path]
) -> None:
    for home, rows in ((tmp_path / "a", "200"), (tmp_path / "b", "37")):
        parts = house(home, *province, HUB_UNIT_ROWS=rows)
        for dataset in datasets(settings(home, *province), ("grading", "rectification", "spot_checks")):
            release(dataset, parts)
    assert tree(tmp_path / "a" / "releases") == tree(tmp_path / "b" / "releases")


def test_a_withdrawn_release_is_gone_and_does_not_come_back_by_itself(
    tmp_path: Path, province: tuple[str, Path]
) -> None:
    parts = house(tmp_path, *province)
    (dataset,) = datasets(settings(tmp_path, *province), ("grading",))
    release(dataset, parts)
    absence = withdraw(dataset, (1,), "published by mistake", parts)
    assert absence.checked > 0
    assert not list(tmp_path.rglob("grading.csv"))
    with pytest.raises(UnsafeRelease):
        release(dataset, parts, full=True)
    assert not list(tmp_path.rglob("grading.csv"))


def test_earlier_versions_stay_listed_with_what_changed(tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 800, seed=4)
    parts = house(tmp_path / "home", source)
    (dataset,) = datasets(settings(tmp_path / "home", source), ("traceability",))
    release(dataset, parts)
    change(source, 0.1, 5)
    second = release(dataset, parts)
    moved = second.release.changes
    assert second.release.version == 2
    assert moved.added > 0
    assert moved.corrected > 0
    assert moved.withdrawn > 0
    page = (tmp_path / "home" / "portal" / "datasets" / "traceability" / "index.html").read_text(encoding="utf-8")
    assert "v1/" in page
    assert "v2/" in page


def test_a_release_that_lost_most_of_its_rows_waits_for_a_person(tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 500, seed=4)
    parts = house(tmp_path / "home", source)
    (dataset,) = datasets(settings(tmp_path / "home", source), ("grading",))
    first = release(dataset, parts)
    with closing(sqlite3.connect(tmp_path / "p.sqlite")) as connection, connection:
        connection.execute("DELETE FROM quality_grading WHERE rowid % 4 > 0")
    second = release(dataset, parts)
    assert second.state == "held"
    shown = parts.portal.shown("grading")
    assert shown is not None
    assert shown.version == first.release.version
    publish(dataset, approve(dataset, 2, "somebody else", "approve", "it is so", parts), parts)
    shown = parts.portal.shown("grading")
    assert shown is not None
    assert shown.version == 2


def test_a_source_without_the_table_leaves_nothing_behind(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "empty.sqlite").close()
    source = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    parts = house(tmp_path / "home", source)
    (dataset,) = datasets(settings(tmp_path / "home", source), ("grading",))
    with pytest.raises(SourceError):
        release(dataset, parts)
    assert tree(tmp_path / "home" / "releases") == {}


def test_a_bureau_adds_a_dataset_by_a_toml_file_alone(tmp_path: Path, province: tuple[str, Path]) -> None:
    import re

    page = Path(__file__).resolve().parents[2] / "docs" / "datasets.md"
    example = re.search(r"```toml\n(\[dataset\]\n.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    (tmp_path / "declared").mkdir()
    (tmp_path / "declared" / "ours.toml").write_text(example[1], encoding="utf-8")
    more = {"HUB_DATASETS": str(tmp_path / "declared")}
    every = {d.id: d for d in datasets(settings(tmp_path, *province, **more))}
    (added,) = set(every) - {d.id for d in datasets(settings(tmp_path, *province))}
    outcome = release(every[added], house(tmp_path, *province, **more))
    assert outcome.state == "published"
    assert outcome.release.rows > 0


def test_every_release_tells_what_it_was_made_from(whole_house: tuple[Path, dict[str, Outcome]]) -> None:
    _, outcomes = whole_house
    for outcome in outcomes.values():
        body = json.loads(outcome.release.to_json())
        assert all(len(digest) == 64 for digest in body["provenance"].values())
        assert body["mark"]
