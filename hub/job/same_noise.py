"""Noise that was drawn once and told is told again, for as long as what it was drawn on stays as it is.

A run on unchanged sums would otherwise spend of the privacy budget for nothing, and two draws on the same sums tell
more of them than one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.model import Dataset
from catalog.rows import Raw, Safe
from desensitise.parts import load, save
from desensitise.policy import Policy
from hub.job.told import Archive, Fresh, write
from hub.layers import PartFile
from hub.marking.copies import kept_path
from hub.marking.kept import LIST
from hub.parts import Parts

if TYPE_CHECKING:
    from desensitise.disclosure.history import Edition


def told_again(
    raw: Raw, dataset: Dataset, policy: Policy, archive: Archive, path: Path, parts: Parts
) -> tuple[PartFile, Fresh] | None:
    """The part at ``path`` with what was told before, and its edition, which spends nothing; None if noise is due."""
    before = drawn_before(raw, dataset, archive, parts)
    if before is None:
        return None
    saved = save(rows_of(before, dataset, policy.digest, parts), path)
    fresh = write(before, archive, path.with_name("told.arrow"), None)
    return PartFile(path, saved.sha256, saved.rows), fresh


def drawn_before(raw: Raw, dataset: Dataset, archive: Archive, parts: Parts) -> Edition | None:
    """The edition of the dataset with noise on the same sums by the same specification; None where noise is due."""
    from desensitise.disclosure.release import asked_of, sums_behind

    asked = asked_of(dataset, parts.small_cell)
    if not asked:
        return None
    sums = sums_behind(raw, dataset, archive)
    for edition in reversed(archive.editions(archive.source)):
        own = edition.name.rpartition("/")[0] == dataset.id
        if own and edition.asked == asked and edition.sums.equals(sums):
            return edition
    return None


def rows_of(edition: Edition, dataset: Dataset, policy: str, parts: Parts) -> Iterator[Safe]:
    """The rows that the edition's readers were given, before any mark; ProofError where they are gone or others."""
    folder = kept_path(dataset.id, int(edition.name.rpartition("/")[2]), parts)
    for one in json.loads((folder / LIST).read_text(encoding="utf-8")):
        yield from load(folder / one["file"], one["sha256"], policy)
