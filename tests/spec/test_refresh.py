"""``hub refresh``: the pages of the folder portal are made anew, the releases are not touched."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from exporters.sample import invent
from hub.cli import hub
from hub.job.pipeline import release
from hub.parts import datasets
from tests.house import house, settings, tree


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 60, seed=3)
    home = tmp_path / "home"
    (grading,) = datasets(settings(home, source), ("grading",))
    release(grading, house(home, source))
    monkeypatch.setenv("HUB_HOME", str(home))
    return home


def _refreshed() -> str:
    done = CliRunner().invoke(hub, ["refresh"], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


def test_a_damaged_page_is_mended_and_the_files_stay(home: Path) -> None:
    page = home / "portal" / "datasets" / "grading" / "index.html"
    page.write_text("scribbled over", encoding="utf-8")
    files = tree(home / "portal" / "datasets" / "grading" / "v1")
    assert "made anew" in _refreshed()
    assert "scribbled" not in page.read_text(encoding="utf-8")
    assert tree(home / "portal" / "datasets" / "grading" / "v1") == files


def test_pages_that_are_as_they_should_be_are_left_alone(home: Path) -> None:
    _refreshed()
    assert "as it should be" in _refreshed()
