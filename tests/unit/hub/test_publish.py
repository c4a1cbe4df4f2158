"""Who may publish a release, and from where it is taken down: every portal that it went to, whichever is chosen now."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.errors import NotPermitted, SettingsError
from catalog.folder.portal import FolderPortal
from catalog.model import Dataset
from catalog.portal import Portal
from exporters.sample import invent
from hub.job.pipeline import release
from hub.job.publish import approve, find, publish, withdraw
from hub.parts import Parts, datasets
from tests.house import house, settings


class Other(FolderPortal):
    """Another portal."""

    name = "other"


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Parts, Dataset, Other]]:
    """A release that awaits a second person, and two portals that it could go to."""
    folder = tmp_path_factory.mktemp("publish")
    source = f"sqlite:///{folder / 'p.sqlite'}"
    invent(source, 60, seed=4)
    parts, other = house(folder / "home", source), Other(folder / "other")

    (declared,) = datasets(settings(folder / "home", source), ("grading",))
    dataset = dataclasses.replace(declared, approval="second-person")
    parts = dataclasses.replace(parts, portal_called=lambda _: other)
    assert release(dataset, parts).state == "held"
    yield parts, dataset, other
    parts.engine.dispose()


def lost(name: str) -> Portal:
    """What is chosen where a portal's settings are gone."""
    raise SettingsError(f"The portal '{name}' is not set.", todo="")


def test_a_release_is_published_by_approval_only_and_withdrawn_from_wherever_it_went(
    held: tuple[Parts, Dataset, Other],
) -> None:
    parts, dataset, other = held
    with pytest.raises(NotPermitted, match="awaiting"):
        publish(dataset, find(dataset, 1, parts), parts)
    assert (find(dataset, 1, parts).state, parts.portal.shown(dataset.id)) == ("awaiting", None)
    approve(dataset, 1, "a second person", "approve", "", parts)
    publish(dataset, find(dataset, 1, parts), dataclasses.replace(parts, portal=other))
    assert parts.portal.shown(dataset.id) is None
    with pytest.raises(SettingsError, match=other.name):
        withdraw(dataset, (1,), "误发", dataclasses.replace(parts, portal_called=lost))
    assert find(dataset, 1, parts).state == "current"
    absent = withdraw(dataset, (1,), "误发", parts)
    assert other.shown(dataset.id) is None
    assert absent.checked > 0
    with pytest.raises(NotPermitted, match="withdrawn"):
        publish(dataset, find(dataset, 1, parts), parts)
    assert parts.portal.shown(dataset.id) is None


def test_a_release_that_went_to_two_portals_is_gone_from_both(tmp_path: Path) -> None:
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 60, seed=5)
    other = Other(tmp_path / "other")
    parts = dataclasses.replace(house(tmp_path / "home", source), portal_called=lambda _: other)
    (dataset,) = datasets(settings(tmp_path / "home", source), ("grading",))
    assert release(dataset, parts).state == "published"
    publish(dataset, find(dataset, 1, parts), dataclasses.replace(parts, portal=other))
    assert all(one.shown(dataset.id) for one in (parts.portal, other))
    withdraw(dataset, (1,), "误发", parts)
    assert not any(one.shown(dataset.id) for one in (parts.portal, other))
    parts.engine.dispose()
