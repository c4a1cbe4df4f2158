"""A room is swept when its maker is dead and never before."""

from __future__ import annotations

import time
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
from sqlalchemy import select

from exporters.sample import invent
from hub.db.engine import reading
from hub.db.tables import mark_copy
from hub.job.pipeline import release
from hub.marking import copies, downloads, marks
from hub.marking.copies import copy_for
from hub.marking.downloads import download
from hub.marking.rooms import room, sweep
from hub.parts import datasets
from hub.state.releases import find_release
from tests.house import house, settings
from tests.plugins.ports import PATIENCE
from tests.plugins.processes import START, start

NAME = "grading"
ROOM = 1 << 30


def _stands_still(reached: Event) -> None:
    reached.set()
    time.sleep(2 * PATIENCE)


def _makes(work: Path, reached: Event) -> None:
    with room(work, "copy") as path:
        (path / "half").write_text("x", encoding="utf-8")
        _stands_still(reached)


def _killed(process, reached):
    assert reached.wait(PATIENCE)
    process.kill()
    process.join()


def test_a_room_is_its_makers_while_it_lives_and_swept_after_a_kill(tmp_path):
    reached = START.Event()
    maker = start(_makes, tmp_path, reached)
    assert reached.wait(PATIENCE)
    sweep(tmp_path, "copy")
    with room(tmp_path, "copy") as mine:
        (theirs,) = set(tmp_path.iterdir()) - {mine}
        assert (theirs / "half").exists()
    assert list(tmp_path.iterdir()) == [theirs]
    _killed(maker, reached)
    sweep(tmp_path, "copy")
    assert not list(tmp_path.iterdir())


def test_only_rooms_of_the_kind_are_swept(tmp_path):
    for name in ("copy-1", "run-7", "copy-file"):
        (tmp_path / name).mkdir() if name != "copy-file" else (tmp_path / name).write_text("x", encoding="utf-8")
    with room(tmp_path, "copy"):
        assert not (tmp_path / "copy-1").exists()
    assert {path.name for path in tmp_path.iterdir()} == {"run-7", "copy-file"}


def test_what_is_renamed_out_of_a_room_stays_and_an_error_leaves_nothing(tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    with room(work, "copy") as path:
        path.rename(tmp_path / "done")
    with pytest.raises(ZeroDivisionError), room(work, "copy"):
        raise ZeroDivisionError
    assert (tmp_path / "done").is_dir()
    assert not list(work.iterdir())


@pytest.fixture
def world(tmp_path):
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 200, seed=5)
    parts = house(tmp_path / "home", source)
    (dataset,) = datasets(settings(tmp_path / "home", source), (NAME,))
    release(dataset, parts)
    yield parts, dataset, (tmp_path / "home", source)
    parts.engine.dispose()


def _dies(home: Path, source: str, owner: str, effect: str, reached: Event) -> None:
    """A public download that stands still before one effect."""
    parts = house(home, source)
    (dataset,) = datasets(settings(home, source), (NAME,))
    setattr(
        {"copies": copies, "downloads": downloads, "marks": marks}[owner], effect, lambda *_: _stands_still(reached)
    )
    _downloaded(parts, dataset, "198.51.100.1")


def _downloaded(parts, dataset, caller):
    with reading(parts.engine) as connection:
        found = find_release(connection, NAME, 1)
    (csv,) = [one for one in found.release.resources if one.format == "csv" and one.role == "data"]
    return download(dataset, found.release, csv, caller, parts, ROOM)


@pytest.mark.parametrize(("owner", "effect"), [("copies", "write_lines"), ("marks", "closed"), ("downloads", "_list")])
def test_a_download_killed_anywhere_is_never_shown_and_leaves_nothing_once_another_is_made(world, owner, effect):
    parts, dataset, where = world
    standing = copy_for(dataset, 1, "grant-1", "甲省", parts, ("parquet",))
    reached = START.Event()
    maker = start(_dies, *where, owner, effect, reached)
    assert reached.wait(PATIENCE)
    left = {*parts.work.glob("copy-*"), *parts.copies.glob("[0-9]*")} - {standing.folder}
    other = copy_for(dataset, 1, "grant-2", "乙省", parts)
    assert all(path.exists() for path in left)
    _killed(maker, reached)
    made = _downloaded(parts, dataset, "198.51.100.2")
    assert set(parts.copies.glob("[0-9]*")) == {standing.folder, other.folder, made.path.parent}
    assert not list(parts.work.glob("copy-*"))
    with reading(parts.engine) as connection:
        numbers = connection.execute(select(mark_copy.c.number)).scalars().all()
    assert len(left) == 1
    # Who was cut off gets a copy, and it is the registered one where that one was closed.
    again = _downloaded(parts, dataset, "198.51.100.1")
    assert (again.number in numbers) == (effect == "_list")
