"""The journal of publishing: planned, uploaded, loaded, verified, switched, superseded; a second run goes on from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from catalog.model import Dataset
from catalog.portal import Edition, Portal
from exporters.sample import change, invent
from hub.db.engine import reading
from hub.job.pipeline import release
from hub.parts import Parts, datasets
from hub.state.releases import journal
from tests.house import house, settings


class Watched:
    """A portal that notes the journal when a step begins, and stops like a killed process where it is told to."""

    def __init__(self, parts: Parts, stop_at: str = "") -> None:
        self._parts, self._stop_at = parts, stop_at
        self.seen: list[tuple[str, str]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parts.portal, name)

    def _note(self, step: str) -> None:
        self.seen.append((step, step_of(self._parts)))
        if step == self._stop_at:
            raise KeyboardInterrupt

    def stage(self, edition: Edition, uploaded: Callable[[], None]) -> None:
        self._note("stage")
        self._parts.portal.stage(edition, uploaded)
        self._note("load")

    def verify(self, edition: Edition) -> None:
        self._note("verify")
        self._parts.portal.verify(edition)

    def switch(self, edition: Edition) -> None:
        self._note("switch")
        self._parts.portal.switch(edition)


@pytest.fixture
def world(tmp_path: Path) -> tuple[Parts, Dataset, str]:
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 400, seed=4)
    home = tmp_path / "home"
    (dataset,) = datasets(settings(home, source), ("traceability",))
    return house(home, source), dataset, source


def step_of(parts: Parts, version: int = 1) -> str:
    with reading(parts.engine) as connection:
        steps = {found: step for _, _, found, step in journal(connection)}
    return steps.get(version, "planned")


def test_the_journal_names_each_step_and_the_version_before_is_superseded(world: tuple[Parts, Dataset, str]) -> None:
    parts, dataset, source = world
    watched = Watched(parts)
    release(dataset, dataclasses.replace(parts, portal=cast("Portal", watched)))
    assert watched.seen == [("stage", "planned"), ("load", "uploaded"), ("verify", "loaded"), ("switch", "verified")]
    assert step_of(parts) == "switched"
    change(source, 0.1, 5)
    release(dataset, parts)
    assert (step_of(parts, 1), step_of(parts, 2)) == ("superseded", "switched")


@pytest.mark.parametrize(("stop_at", "reached"), [("load", "uploaded"), ("verify", "loaded"), ("switch", "verified")])
def test_a_second_run_goes_on_where_the_journal_stands(
    world: tuple[Parts, Dataset, str], stop_at: str, reached: str
) -> None:
    parts, dataset, _ = world
    with pytest.raises(KeyboardInterrupt):
        release(dataset, dataclasses.replace(parts, portal=cast("Portal", Watched(parts, stop_at))))
    assert step_of(parts) == reached
    again = Watched(parts)
    release(dataset, dataclasses.replace(parts, portal=cast("Portal", again)))
    assert again.seen[0] == ({"load": "stage"}.get(stop_at, stop_at), reached)
    assert step_of(parts) == "switched"
    shown = parts.portal.shown(dataset.id)
    assert shown is not None
    assert shown.version == 1
