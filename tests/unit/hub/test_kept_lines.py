"""Lines kept for CSV copies: made once, believed only as they were sealed, never the reason for other bytes."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from catalog.errors import ProofError, StorageError
from catalog.files import load_batches, save_batches
from exporters.sample import invent
from hub.job.pipeline import release
from hub.marking import kept_lines
from hub.marking.copies import again, comes_out_again, copy_for, kept_path
from hub.marking.kept_lines import LINES, NOTE
from hub.parts import datasets
from tests.house import house, settings, tree

NAME = "grading"


@pytest.fixture
def world(tmp_path):
    source = f"sqlite:///{tmp_path / 'p.sqlite'}"
    invent(source, 300, seed=5)
    parts = house(tmp_path / "home", source)
    (dataset,) = datasets(settings(tmp_path / "home", source), (NAME,))
    release(dataset, parts)
    yield parts, dataset, kept_path(NAME, 1, parts)
    parts.engine.dispose()


def test_a_csv_copy_comes_from_lines_and_row_by_row_with_the_same_bytes(world):
    parts, dataset, folder = world
    assert not (folder / LINES).exists()
    made = copy_for(dataset, 1, "g1", "甲省", parts)
    assert (folder / LINES).exists()
    assert comes_out_again(dataset, made.number, parts)


def test_a_later_copy_reads_no_rows(world):
    parts, dataset, folder = world
    copy_for(dataset, 1, "g1", "甲省", parts)
    for part in folder.glob("part-*.arrow"):
        part.unlink()
    assert copy_for(dataset, 1, "g2", "乙省", parts).files
    with pytest.raises(ProofError):
        copy_for(dataset, 1, "g2", "乙省", parts, ("jsonl",))


def changed(folder):
    batches = [batch.slice(1) for batch in load_batches(folder / LINES)]
    return save_batches(batches, folder / LINES).sha256


def cut(folder):
    (folder / LINES).write_bytes((folder / LINES).read_bytes()[:-9])


def renoted(folder):
    note = json.loads((folder / NOTE).read_bytes())
    (folder / NOTE).write_text(json.dumps({**note, "sha256": changed(folder)}), encoding="utf-8")


def unread(folder):
    (folder / NOTE).write_text("[]", encoding="utf-8")


@pytest.mark.parametrize("harm", [changed, cut, renoted, unread])
def test_lines_that_are_not_as_they_were_sealed_are_made_anew(world, harm):
    parts, dataset, folder = world
    made = copy_for(dataset, 1, "g1", "甲省", parts)
    before, lines = tree(made.folder), (folder / LINES).read_bytes()
    harm(folder)
    assert tree(again(dataset, made.number, parts).folder) == before
    assert (folder / LINES).read_bytes() == lines


def test_lines_sealed_under_another_key_are_not_believed(world):
    parts, dataset, folder = world
    copy_for(dataset, 1, "g1", "甲省", parts)
    note = (folder / NOTE).read_bytes()
    other = replace(parts.mark_keys(), master=b"x" * 32)
    copy_for(dataset, 1, "g2", "乙省", replace(parts, mark_keys=lambda: other))
    assert (folder / NOTE).read_bytes() != note


def test_without_room_for_lines_a_copy_is_made_row_by_row(world, monkeypatch):
    parts, dataset, folder = world
    first = copy_for(dataset, 1, "g1", "甲省", parts)
    before = tree(first.folder)
    (folder / LINES).unlink()

    def full(*_):
        raise StorageError("The disk is full.")

    monkeypatch.setattr(kept_lines, "save_batches", full)
    assert tree(again(dataset, first.number, parts).folder) == before
    assert not (folder / LINES).exists()
