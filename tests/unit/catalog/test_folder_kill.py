"""Killed at every effect on the disk, the folder portal never shows a broken page and always ends the same."""

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from catalog.errors import PortalError
from catalog.folder import FolderPortal
from tests.factories import a_dataset
from tests.unit.catalog.folder_factories import NOON, an_edition, publish
from tests.unit.catalog.folder_reader import crawl, tree
from tests.unit.catalog.folder_story import steps, tell

pytestmark = pytest.mark.slow  # kills processes at every step

REPOSITORY = Path(__file__).parents[3]
STEPS = range(8)
THIRD = a_dataset(id="third")


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(os, "fsync", lambda *_: None)  # a kill loses nothing that was written


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """Sites that were left by every step killed at effect 0, 1, 2 and so on: (step, effect) and the folder of all."""
    folder = tmp_path_factory.mktemp("kills")
    command = [sys.executable, "-m", "tests.unit.catalog.folder_story", str(folder)]
    subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True)
    sites = sorted(tuple(map(int, path.name.split("-")[1:])) for path in folder.glob("killed-*"))
    last = {step: max(effect for number, effect in sites if number == step) for step in STEPS}
    return folder, [(step, effect) for step in last for effect in range(last[step] + 1)]


def test_every_step_was_killed_at_several_effects(killed):
    _, sites = killed
    assert len(sites) > 100
    assert min(sum(step == number for step, _ in sites) for number in STEPS) > 3


def test_a_reader_of_a_killed_site_meets_no_broken_link_and_no_false_checksum(killed):
    folder, sites = killed
    defects = {site: found for site in sites if (found := crawl(folder / "killed-{}-{}".format(*site))[1])}
    assert defects == {}


def test_going_on_after_any_kill_ends_as_if_there_had_been_none(killed, tmp_path):
    """Each step ends with the same bytes, hidden files too; so then does every story made of steps."""
    folder, sites = killed
    whole = [tree(folder / f"whole-{number}") for number in STEPS]
    again = steps(folder / "made")
    different = []
    for step, effect in sites:
        site = _copy(folder / f"killed-{step}-{effect}", tmp_path / f"{step}-{effect}")
        proof = tell(site, again[step])
        if tree(site) != whole[step] or (proof is not None and proof.still_there):
            different.append((step, effect))
    assert different == []


def test_a_kill_is_mended_by_whatever_is_published_next(killed, tmp_path):
    """The hub may go on with another dataset first; its call finishes what was begun."""
    folder, sites = killed
    for step, effect in sites[::5]:
        site = _copy(folder / f"killed-{step}-{effect}", tmp_path / f"{step}-{effect}")
        publish(FolderPortal(site, clock=lambda: NOON, patience=0), an_edition(tmp_path / "made", dataset=THIRD))
        assert crawl(site)[1] == []
        assert [path.name for path in (site / ".portal").iterdir()] == ["lock"]


def _copy(site, target):
    if site.exists():
        shutil.copytree(site, target)
    return target


def test_readers_meet_no_broken_link_while_versions_are_switched(tmp_path):
    portal = FolderPortal(tmp_path / "site", clock=lambda: NOON)
    editions, earlier = [], ()
    for version in range(1, 13):
        edition = an_edition(tmp_path / "made", version, earlier=earlier)
        editions.append(edition)
        earlier = (edition.release, *earlier)
    publish(portal, editions[0])
    defects, rounds, stop = [], [], threading.Event()

    def read():
        while len(rounds) < 2 or not stop.is_set():
            reached, found = crawl(tmp_path / "site")
            defects.extend(found)
            rounds.append(len(reached))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for edition in editions[1:]:
            publish(portal, edition)
    finally:
        stop.set()
        reader.join()
    assert defects == []
    assert len(rounds) > 1
    assert portal.shown("example").versions == tuple(range(12, 0, -1))


def test_a_withdrawal_takes_links_away_before_files(tmp_path, monkeypatch):
    """Whoever reads the site between any two of its steps meets no link to a missing file."""
    portal = FolderPortal(tmp_path / "site", clock=lambda: NOON)
    first = an_edition(tmp_path / "made", 1)
    second = an_edition(tmp_path / "made", 2, earlier=(first.release,))
    publish(portal, first)
    publish(portal, second)
    seen = []
    monkeypatch.setattr(os, "fsync", lambda *_: seen.append(crawl(tmp_path / "site")[1]))
    portal.withdraw(first.dataset, (1,), second, "误发")
    assert len(seen) > 10
    assert [found for found in seen if found] == []


def test_a_verified_portal_knows_when_a_file_rots(tmp_path):
    portal = FolderPortal(tmp_path / "site", clock=lambda: NOON)
    edition = an_edition(tmp_path / "made")
    publish(portal, edition)
    file = tmp_path / "site/datasets/example/v1/example.csv"
    whole = file.read_bytes()
    for damage in (whole[:-1], whole[:-1] + b"x", b""):
        file.write_bytes(damage)
        with pytest.raises(PortalError):
            portal.verify(edition)
    file.chmod(0o600)
    file.write_bytes(whole)
    with pytest.raises(PortalError):
        portal.verify(edition)
    portal.stage(edition)
    portal.verify(edition)
    assert file.read_bytes() == whole


def test_a_later_proof_does_not_replace_the_first(tmp_path):
    """The ledger grows between two attempts; the proof that was published stays true."""
    portal = FolderPortal(tmp_path / "site", clock=lambda: NOON)
    publish(portal, an_edition(tmp_path / "made", proof='{"tree":1}'))
    publish(portal, an_edition(tmp_path / "made", proof='{"tree":9}'))
    proof = tmp_path / "site/datasets/example/v1/proof.json"
    assert json.loads(proof.read_text()) == {"tree": 1}
