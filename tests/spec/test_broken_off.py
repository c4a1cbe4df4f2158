"""What breaks one dataset stops no other; what broke a run off is told, and the next command goes on with it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest
from click.testing import CliRunner, Result

from catalog.datasets import declared
from catalog.errors import SourceError, SourceGone
from exporters.sample import change, invent
from hub.cli import hub
from hub.db.engine import reading
from hub.job import extract
from hub.job.pipeline import release
from hub.parts import Parts, datasets
from hub.state import runs
from tests.house import house, made_known, settings

CANARY = "13912345678"


class Panic(BaseException):
    """As native libraries raise it: no Exception."""


@pytest.fixture
def source(tmp_path: Path) -> str:
    invent(f"sqlite:///{tmp_path / 'p.sqlite'}", 200, seed=3)
    return f"sqlite:///{tmp_path / 'p.sqlite'}"


@pytest.fixture
def typed(tmp_path: Path, source: str) -> Any:
    """A command typed into a house of its own."""
    home, own = tmp_path / "home", tmp_path / "declared"
    home.mkdir()
    own.mkdir()
    made_known(home)
    environ = {"HUB_HOME": str(home), "HUB_SOURCE": source, "HUB_DATASETS": str(own)}

    def run(*words: str) -> Result:
        return CliRunner().invoke(hub, [*words], env=environ)

    return run


def _breaking(monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException) -> None:
    real = extract.process_unit

    def broken(dataset: Any, *rest: Any) -> Any:
        if dataset.id == name:
            raise error
        return real(dataset, *rest)

    monkeypatch.setattr(extract, "process_unit", broken)


def _runs(told: Result) -> list[tuple[str, str]]:
    return [(one["run"], one["state"]) for one in json.loads(told.stdout)["runs"]]


@pytest.mark.parametrize("error", [ValueError(CANARY), Panic(CANARY)])
def test_a_defect_in_one_dataset_stops_no_other_and_tells_no_value(
    typed: Any, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    _breaking(monkeypatch, "grading", error)
    told = typed("run", "grading", "licences")
    assert told.exit_code == 70
    assert "licences" in told.stdout
    assert f"error[unexpected] grading: {type(error).__name__} at " in told.stderr
    assert "Finished work is kept" in told.stderr
    looked = typed("status", "--json")
    assert _runs(looked) == [("licences-000001", "stored"), ("grading-000001", "broken-off")]
    assert type(error).__name__ in looked.stdout
    assert CANARY not in told.output + looked.output
    monkeypatch.undo()
    again = json.loads(typed("run", "grading", "--json").stdout)["released"][0]
    assert (again["run"], again["broken_off"]) == ("grading-000001", "grading-000001")
    assert _runs(typed("status", "grading", "--json")) == [("grading-000001", "published")]


def test_a_damaged_declaration_stops_no_dataset_and_is_told(
    typed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "declared" / "ours.toml").write_text("title = [", encoding="utf-8")
    (tmp_path / "declared" / "deep.toml").write_text("a = " + "[" * 100_000, encoding="utf-8")
    (tmp_path / "declared" / "folder.toml").mkdir()
    begun: list[str] = []

    def noted(dataset: Any, *_: object, **__: object) -> NoReturn:
        begun.append(dataset.id)
        raise SourceGone("Gone.")

    monkeypatch.setattr("hub.cli.run.release", noted)
    told = typed("run", "--json")
    assert told.exit_code == 3
    assert begun == [dataset.id for dataset in declared()]
    failed = [one["dataset"] for one in json.loads(told.stdout)["failed"]]
    assert failed == ["deep.toml", "folder.toml", "ours.toml", *begun]
    assert typed("run", "grading").exit_code == SourceGone.exit_code
    unknown = typed("run", "ours").exception
    assert "No dataset is called ours" in str(unknown)
    assert "ours.toml: is not valid TOML" in str(unknown)


def test_a_run_that_was_killed_is_told_as_broken_off_until_the_next_one_goes_on(
    typed: Any, tmp_path: Path, source: str
) -> None:
    from hub.timetable import leases

    parts = house(tmp_path / "home", source)
    (dataset,) = datasets(settings(tmp_path / "home", source), ("grading",))
    with leases.held(parts.engine, "dataset:grading", parts.clock, 10**9), _opened(parts, dataset) as reader:
        extract.begin(dataset, reader, parts, full=False)
        assert _runs(typed("status", "--json")) == [("grading-000001", "extracting")]
    told = typed("status").stdout
    assert "broken-off" in told
    assert "'hub run grading' goes on" in told
    outcome = release(dataset, parts)
    assert (outcome.broken_off, outcome.run) == ("grading-000001", "grading-000001")


def _opened(parts: Parts, dataset: Any) -> Any:
    from contextlib import closing

    return closing(parts.source(dataset))


def test_a_broken_off_run_whose_declaration_changed_is_begun_anew(tmp_path: Path, source: str) -> None:
    parts = house(tmp_path / "home", source)
    (dataset,) = datasets(settings(tmp_path / "home", source), ("grading",))
    with _opened(parts, dataset) as reader:
        extract.begin(dataset, reader, parts, full=False)
    outcome = release(replace(dataset, digest="0" * 64), parts)
    assert (outcome.broken_off, outcome.run) == ("grading-000001", "grading-000002")
    with reading(parts.engine) as connection:
        assert runs.find_run(connection, "grading-000001").state == "abandoned"


_TABLE = (
    "受检单位,标称生产单位,标称生产单位所在地,产品种类,产品名称,规格型号,生产日期/批号,主要不合格项目,承检机构,备注\n"
)


def test_a_file_that_changed_while_a_run_was_cut_short_begins_it_anew_and_midway_is_told(
    tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop, row = tmp_path / "drop", "店,厂,370200,灯,台灯,A-{0},2025-01-0{0},结构,院,\n"
    drop.mkdir()
    for name in ("a.csv", "b.csv"):
        (drop / name).write_text(_TABLE + row.format(1), encoding="utf-8")
    parts = house(tmp_path / "home", source, drop)
    (dataset,) = datasets(settings(tmp_path / "home", source, drop), ("spot_checks",))
    with _opened(parts, dataset) as reader:
        extract.begin(dataset, reader, parts, full=False)
    (drop / "b.csv").write_text(_TABLE + row.format(2) + row.format(3), encoding="utf-8")
    outcome = release(dataset, parts)
    assert (outcome.release.rows, outcome.broken_off, outcome.run) == (3, "spot_checks-000001", "spot_checks-000002")

    def gone(*_: object) -> NoReturn:
        raise SourceGone("Gone.", todo="Again.")

    (drop / "b.csv").write_text(_TABLE + row.format(4), encoding="utf-8")
    monkeypatch.setattr(extract, "_demand_complete", gone)
    with pytest.raises(SourceGone, match=r"^Gone\. 0 of 2 units of work are kept; nothing was released\. Again\.$"):
        release(dataset, parts)


@pytest.mark.parametrize(("error", "state"), [(SourceError("Bad."), "failed"), (SourceGone("Gone."), "extracting")])
def test_an_error_in_the_full_run_after_a_vanished_record_belongs_to_that_run(
    tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch, error: SourceError, state: str
) -> None:
    parts = house(tmp_path / "home", source)
    (dataset,) = datasets(settings(tmp_path / "home", source), ("traceability",))
    release(dataset, parts)
    change(source, 0.05, 6, vanish=True)
    real = extract.extract

    def only_what_changed(dataset: Any, source: Any, run: runs.Run, parts: Parts) -> None:
        if run.mode == "full":
            raise error
        real(dataset, source, run, parts)

    monkeypatch.setattr(extract, "extract", only_what_changed)
    with pytest.raises(SourceError):
        release(dataset, parts)
    with reading(parts.engine) as connection:
        found = [(one.id, one.state, one.error) for one in runs.latest_runs(connection)]
    assert found == [
        ("traceability-000003", state, error.happened),
        ("traceability-000002", "abandoned", None),
        ("traceability-000001", "published", None),
    ]


@pytest.mark.parametrize("slip", ["yesterday", "9999-12-31T23:59:59+08:00"])
def test_one_impossible_time_of_change_neither_breaks_a_release_nor_hides_later_corrections(
    tmp_path: Path, source: str, slip: str
) -> None:
    _at_source(tmp_path, f"UPDATE quality_grading SET updated_at = '{slip}' WHERE rowid = 5")
    parts = house(tmp_path / "home", source)
    (dataset,) = datasets(settings(tmp_path / "home", source), ("grading",))
    first = release(dataset, parts)
    assert first.release.as_of.year < 2100
    _at_source(
        tmp_path, "UPDATE quality_grading SET brand = '更正', updated_at = '2026-10-02T00:00:00+08:00' WHERE rowid > 5"
    )
    assert release(dataset, parts).release.changes.corrected > 0


def _at_source(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "p.sqlite") as connection:
        connection.execute(statement)
    connection.close()


def test_names_that_nobody_has_are_refused_where_one_looks(typed: Any) -> None:
    for words in (("status", "nobody"), ("releases", "nobody"), ("show", "nobody")):
        assert "is called nobody" in str(typed(*words).exception)
    assert typed("show", "grading/x").exit_code == 2
    assert typed("status", "--limit", "0").exit_code == 2
