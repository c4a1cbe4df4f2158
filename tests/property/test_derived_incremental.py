"""``hub derived update``: going on from the run before gives what ``--full`` gives, and reads what changed only."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from exporters.sample import invent
from exporters.sample.invent import province
from exporters.sample.later import change
from exporters.sample.registers import registers
from hub.rules import derived, keeping, supervised, views
from hub.rules.negative_list import kept
from tests.house import house

RESULTS = ("spans", "undecided", "points", "history", "doubts", "levels", *supervised.RESULTS)


def _run(home: Path, world: Path, *arguments: str) -> Any:
    from hub.cli import hub

    environ = {
        "HUB_HOME": str(home), "HUB_SOURCE": f"sqlite:///{world / 'p.sqlite'}", "HUB_REGISTERS": str(world / "registers"),
    }  # fmt: skip
    done = CliRunner().invoke(hub, ["derived", *arguments], env=environ, standalone_mode=False)
    assert done.exception is None, done.exception
    return json.loads(done.output)


def _same(home: Path, other: Path) -> None:
    one, two = house(home, "sqlite:///nowhere"), house(other, "sqlite:///nowhere")
    first, second = keeping.last(one, derived.NAME), keeping.last(two, derived.NAME)
    assert first is not None
    assert second is not None
    for name in RESULTS:
        a, b = first.frame(name), second.frame(name)
        assert a.sort(a.columns, nulls_last=True).equals(b.sort(b.columns, nulls_last=True)), name
    for name, place in views.PLACE.items():
        first, second = keeping.last(one, place), keeping.last(two, place)
        assert first is not None
        assert second is not None
        a, b = first.frame(name), second.frame(name)
        assert a.sort(a.columns, nulls_last=True).equals(b.sort(b.columns, nulls_last=True)), name
    assert kept(one).listing.entries.sort("entry_id").equals(kept(two).listing.entries.sort("entry_id"))
    one.engine.dispose()
    two.engine.dispose()


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A province, and a home in which everything was derived once."""
    world = tmp_path_factory.mktemp("province")
    invent(f"sqlite:///{world / 'p.sqlite'}", 700, seed=5)
    registers(province(700, 5), world / "registers")
    home = tmp_path_factory.mktemp("home")
    told = _run(home, world, "update", "--day", "2026-10-01", "--json")
    assert told["whole"]
    return home, world


def _later(begun: tuple[Path, Path], folder: Path) -> tuple[Path, Path, Path]:
    home, world = begun
    shutil.copytree(home, folder / "home")
    shutil.copytree(world, folder / "world")
    return folder / "home", folder / "world", folder / "fresh"


def test_a_run_over_nothing_new_reads_nothing_and_changes_nothing(begun: tuple[Path, Path], tmp_path: Path) -> None:
    home, world, _ = _later(begun, tmp_path)
    parts = house(home, "sqlite:///nowhere")
    before = keeping.last(parts, derived.NAME)
    assert before is not None
    nodes = {name: (before.folder / f"{name}.parquet").stat().st_ino for name in before.about["marks"]}
    again = _run(home, world, "update", "--day", "2026-10-01", "--json")
    assert (again["whole"], sum(again["read"].values()), again["class_changes"]) == (False, 0, 0)
    now = keeping.last(parts, derived.NAME)
    assert now is not None
    assert {name: (now.folder / f"{name}.parquet").stat().st_ino for name in nodes} == nodes, (
        "linked, not written again"
    )
    assert not any((before.folder / f"{name}.parquet").exists() for name in nodes), "facts stay with the last run only"
    assert before.frame("history").equals(now.frame("history"))


@pytest.mark.parametrize(("seed", "vanish"), [(1, False), (2, False), (3, True)])
def test_going_on_gives_what_a_full_run_gives(
    begun: tuple[Path, Path], tmp_path: Path, seed: int, vanish: bool
) -> None:
    home, world, fresh = _later(begun, tmp_path)
    change(f"sqlite:///{world / 'p.sqlite'}", 0.05, seed, vanish=vanish)
    penalties = pl.read_csv(world / "registers" / "penalty_decision.csv", infer_schema=False)
    penalties.head(penalties.height - seed).write_csv(world / "registers" / "penalty_decision.csv")
    went = _run(home, world, "update", "--day", "2026-10-15", "--json")
    full = _run(fresh, world, "update", "--day", "2026-10-15", "--full", "--json")
    assert (went["whole"], full["whole"]) == (False, True)
    assert sum(went["read"].values()) < sum(full["read"].values()) or vanish
    _same(home, fresh)


def test_a_change_of_class_is_kept_with_its_reason(begun: tuple[Path, Path], tmp_path: Path) -> None:
    home, world, _ = _later(begun, tmp_path)
    change(f"sqlite:///{world / 'p.sqlite'}", 0.3, 7)
    told = _run(home, world, "update", "--day", "2027-06-01", "--json")
    assert told["class_changes"] > 0
    rows = [row for row in _run(home, world, "changes", "--json") if row["run"] == 2]
    assert len(rows) == told["class_changes"]
    moved = [row for row in rows if row["was_risk_class"] and row["risk_class"]]
    assert all(any(row[name] != row[f"was_{name}"] for name in derived.CHANGES) for row in moved)
    (one,) = [row for row in _run(home, world, "changes", "--uscc", rows[0]["uscc"], "--json") if row["run"] == 2]
    assert one == rows[0]
