"""Taking versions down: what the portal remembers of them, and the proof that nothing else is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from catalog.folder import reach
from catalog.folder.change import HIDDEN, LOCK
from catalog.folder.entry import Entry, Withdrawn, entry_of
from catalog.folder.shelf import OWN_NAMES, shelf
from catalog.portal import Absence, Edition

Gone = Mapping[int, tuple[str, ...]]
"""Withdrawn versions and the names of their files."""


def entry_without(
    known: Entry | None, remaining: Edition | None, gone: Gone, at: datetime, reason: str
) -> Entry | None:
    """The entry after a withdrawal; None for a dataset that readers never saw.

    A version that was withdrawn before keeps its date and takes the new reason.
    """
    before = {one.version: one for one in known.withdrawn} if known else {}
    for version, files in gone.items():
        old = before.get(version, Withdrawn(version, at, reason, ()))
        before[version] = replace(old, reason=reason, files=tuple(sorted({*old.files, *files})))
    withdrawn = tuple(before[version] for version in sorted(before, reverse=True))
    if remaining is not None:
        listed = tuple(release for release in remaining.earlier if release.version not in before)
        return entry_of(replace(remaining, earlier=listed), withdrawn)
    if known is None:
        return None
    return Entry(known.dataset, None, tuple(r for r in known.releases if r.version not in before), withdrawn)


def prove(root: Path, base_url: str | None, dataset_id: str, gone: Gone, proof: str = "") -> Absence:
    """Ask for the folder and all files of each version in ``gone``, on disk and, where there is one, on the web."""
    asked, there = 0, []
    for version, names in sorted(gone.items()):
        place = shelf(root, dataset_id, version)
        for name in ("", *sorted({*names, *OWN_NAMES})):
            path = f"datasets/{dataset_id}/v{version}/{name}"
            asked += 1
            if (place / name).exists() or (place / name).is_symlink():
                there.append(path)
            if name and reach.is_web(base_url):
                asked += 1
                url = reach.join(base_url or "", path)
                there += [url] if reach.fetch(url, proof) is not None else []
    pages = _pages(root, dataset_id)
    there += [page.relative_to(root).as_posix() for page in pages if _links(root, page, dataset_id, gone)]
    there += [file.relative_to(root).as_posix() for file in _leftovers(root)]
    return Absence(asked + len(pages) + 1, tuple(there))


def _leftovers(root: Path) -> list[Path]:
    """What lies in the hub's own room although it should be empty."""
    return [file for file in sorted((root / HIDDEN).rglob("*")) if file.is_file() and file.name != LOCK]


def _pages(root: Path, dataset_id: str) -> list[Path]:
    """Pages and lists that could name a file of the dataset."""
    homes = (root, root / "en", root / "datasets" / dataset_id, root / "en" / "datasets" / dataset_id)
    return [file for home in homes for file in sorted(home.glob("*")) if file.is_file()]


def _links(root: Path, page: Path, dataset_id: str, gone: Gone) -> bool:
    text = page.read_bytes()
    full = any(f"datasets/{dataset_id}/v{version}/".encode() in text for version in gone)
    near = page.parent == root / "datasets" / dataset_id
    return full or (near and any(f'"v{version}/'.encode() in text for version in gone))
