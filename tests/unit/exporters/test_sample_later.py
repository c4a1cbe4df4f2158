"""A day after: changes lie beyond everything earlier, and happen whole and alike everywhere."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from catalog.errors import SettingsError, SourceError
from exporters.sample import change, invent

pytestmark = pytest.mark.slow  # invents provinces


def read(path: Path, columns: str = "*") -> dict[str, tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(f"SELECT record_id, {columns} FROM traceability")
        return {row[0]: row[1:] for row in found}


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    path = tmp_path / "p.db"
    invent(f"sqlite:///{path}", 400, 7)
    return path


def test_all_that_changes_lies_beyond_the_high_water_mark(sample: Path) -> None:
    before = read(sample)
    high = max(row[0] for row in read(sample, "updated_at").values())
    done = next(d for d in change(f"sqlite:///{sample}", 0.1, 5) if d.table == "traceability")
    after, times = read(sample), read(sample, "updated_at")
    moved = {key for key in after if after[key] != before.get(key)}
    assert len(moved) == done.new + done.corrected + done.updated + done.withdrawn
    assert all(times[key][0] > high for key in moved)
    assert len(after) == len(before) + done.new + done.corrected
    assert done.vanished == 0


def test_states_are_withdrawn_and_corrections_name_a_record_that_is_there(sample: Path) -> None:
    before = read(sample, "record_status, supersedes")
    done = next(d for d in change(f"sqlite:///{sample}", 0.3, 5) if d.table == "traceability")
    after = read(sample, "record_status, supersedes")
    fixes = {key: row[1] for key, row in after.items() if row[0] == "2" and key not in before}
    assert len(fixes) == done.corrected > 0
    assert all(old in before for old in fixes.values())
    gone = [key for key in before if after[key][0] in {"3", "4"} and before[key][0] not in {"3", "4"}]
    assert 0 < len(gone) <= done.withdrawn


def test_vanished_records_leave_no_trace(sample: Path) -> None:
    before = read(sample)
    done = next(d for d in change(f"sqlite:///{sample}", 0.1, 5, vanish=True) if d.table == "traceability")
    assert len(before.keys() - read(sample).keys()) == done.vanished > 0


def test_a_second_day_is_another_day(sample: Path) -> None:
    first = change(f"sqlite:///{sample}", 0.1, 5)
    high = max(row[0] for row in read(sample, "updated_at").values())
    before = read(sample)
    second = change(f"sqlite:///{sample}", 0.1, 5)
    moved = [key for key, row in read(sample, "updated_at").items() if row[0] > high]
    assert len(moved) >= 40
    assert len(read(sample)) > len(before)
    assert [d.table for d in first] == [d.table for d in second]


def test_a_day_is_the_same_on_both_databases(sample: Path, postgres_database: str) -> None:
    invent(postgres_database, 400, 7)
    for _ in range(2):
        assert change(f"sqlite:///{sample}", 0.1, 5, vanish=True) == change(postgres_database, 0.1, 5, vanish=True)
    with psycopg.connect(postgres_database) as connection:
        found = connection.execute("SELECT record_id, record_hash FROM traceability").fetchall()
    # The digest is over all other cells, so equal digests are equal records.
    assert {key: (digest,) for key, digest in found} == read(sample, "record_hash")


def test_a_break_leaves_the_day_undone(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read(sample)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("exporters.sample.store.Store.mark", stop)
    with pytest.raises(KeyboardInterrupt):
        change(f"sqlite:///{sample}", 0.1, 5)
    assert read(sample) == before


def test_no_day_passes_where_there_is_no_sample(tmp_path: Path, postgres_database: str) -> None:
    for address in (f"sqlite:///{tmp_path}/none.db", postgres_database):
        with pytest.raises(SourceError, match="no sample province"):
            change(address, 0.1, 5)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("share", [0, -0.1, 1.5])
def test_a_share_of_nothing_or_of_more_than_all_is_refused(share: float, sample: Path) -> None:
    with pytest.raises(SettingsError):
        change(f"sqlite:///{sample}", share, 5)
