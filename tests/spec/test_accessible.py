"""可访问性 (GB/T 36344): the version that readers have is read back before the next one is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from exporters.sample import change, invent
from hub.job.pipeline import release
from hub.parts import datasets
from tests.house import house, settings


@pytest.fixture
def day(tmp_path: Path):
    """One day's run of grading: gives the shares of ``reachable`` and ``usable`` as (met, of), or None."""
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 60, seed=3)
    (grading,) = datasets(settings(tmp_path / "home", source), ("grading",))

    def run(seed: int):
        change(source, 0.3, seed)
        report = release(grading, house(tmp_path / "home", source)).report
        (found,) = [d for d in report["quality"]["dimensions"] if d["name"] == "accessibility"]
        shares = {i["name"]: i["share"] for i in found["indicators"]}
        return {name: share and (share["met"], share["of"]) for name, share in shares.items()}

    return run


def test_before_there_is_a_version_nothing_is_claimed(day) -> None:
    assert day(1) == {"reachable": None, "usable": None}


def test_every_file_of_the_current_version_counts_when_it_is_whole(day) -> None:
    day(1)
    met, of = day(2)["reachable"]
    assert met == of > 5


def test_a_version_that_readers_do_not_get_whole_counts_as_not_reached(day, tmp_path: Path) -> None:
    day(1)
    published = tmp_path / "home" / "portal" / "datasets" / "grading" / "v1" / "grading.csv"
    published.chmod(0o644)
    published.write_bytes(published.read_bytes()[:-1])
    met, of = day(2)["reachable"]
    assert (met, of > 5) == (0, True)
