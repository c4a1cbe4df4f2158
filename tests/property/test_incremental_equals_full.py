"""Reading only what changed gives the very release that reading everything gives."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pytest

from exporters.sample import change, invent
from hub.db.engine import reading
from hub.job.pipeline import release
from hub.marking import marks
from hub.marking.kept import shared_table
from hub.parts import datasets
from tests.house import house, settings

pytestmark = pytest.mark.slow  # runs the main job many times


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", ["traceability", "grading"])
def test_three_days_of_changes_read_incrementally_equal_one_full_reading(tmp_path: Path, name: str, seed: int) -> None:
    file = tmp_path / "p.sqlite"
    source = f"sqlite:///{file}"
    invent(source, 900, seed=seed)
    home = tmp_path / "daily"
    (dataset,) = datasets(settings(home, source), (name,))
    modes = [release(dataset, house(home, source)).mode]
    for day in range(3):
        change(source, 0.05, seed * 10 + day)
        outcome = release(dataset, house(home, source))
        modes.append(outcome.mode)
        fresh = tmp_path / f"fresh-{day}"
        whole = release(dataset, house(fresh, source))
        assert outcome.release.provenance.content == whole.release.provenance.content
        assert outcome.release.provenance.facts == whole.release.provenance.facts
        assert outcome.release.rows == whole.release.rows
        assert _data(home, name, outcome.release.version).equals(_data(fresh, name, 1))
    assert modes == ["full", "incremental", "incremental", "incremental"]


def _data(home: Path, name: str, version: int) -> pa.Table:
    """The rows before marks; the files of another version are another copy, in another order."""
    table = shared_table(home / "unmarked" / name / str(version))
    assert table is not None
    return table


def test_a_record_that_vanished_without_a_word_is_noticed_and_leaves_the_release(tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 900, seed=5)
    home = tmp_path / "home"
    (dataset,) = datasets(settings(home, source), ("traceability",))
    first = release(dataset, house(home, source))
    change(source, 0.02, 6, vanish=True)
    second = release(dataset, house(home, source))
    fresh = release(dataset, house(tmp_path / "fresh", source))
    assert second.mode == "full"
    assert second.release.provenance.content == fresh.release.provenance.content
    assert second.release.changes.withdrawn > 0
    assert first.release.version + 1 == second.release.version


def test_an_unchanged_source_makes_no_new_version(tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 300, seed=8)
    home = tmp_path / "home"
    (dataset,) = datasets(settings(home, source), ("grading",))
    release(dataset, house(home, source))
    again = release(dataset, house(home, source))
    fully = release(dataset, house(home, source), full=True)
    assert (again.state, fully.state) == ("unchanged", "unchanged")
    assert sorted(p.name for p in (home / "releases" / "grading").iterdir()) == ["1"]
    with reading(house(home, source).engine) as connection:
        assert [entry.copy.number for entry in marks.entries(connection)] == [1]
    shutil.rmtree(home)


def test_records_that_were_only_touched_make_no_new_version(tmp_path: Path) -> None:
    file = tmp_path / "p.sqlite"
    invent(f"sqlite:///{file}", 300, seed=8)
    home = tmp_path / "home"
    (dataset,) = datasets(settings(home, f"sqlite:///{file}"), ("traceability",))
    release(dataset, house(home, f"sqlite:///{file}"))
    with closing(sqlite3.connect(file)) as connection:
        touched = (
            "UPDATE traceability SET updated_at = (SELECT max(updated_at) FROM traceability) || '' WHERE rowid % 7 = 0"
        )
        assert connection.execute(touched).rowcount > 10
        connection.commit()
    outcome = release(dataset, house(home, f"sqlite:///{file}"), full=True)
    assert outcome.state == "unchanged"
