"""One change of the public folder: pages to replace and things to remove, applied wholly or not at all.

A change is first written down completely where nobody reads (a redo log), then made valid by one rename, then
applied step by step. A failure before the rename leaves readers what they saw; after it, whoever works on the
folder next finishes the steps, each of which may be repeated.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.errors import PortalError
from catalog.folder.disk import PRIVATE_FOLDER, guard, make_folder, remove, sync_folder, told, write_new

HIDDEN = ".portal"
LOCK = "lock"
DRAFT, READY, TRASH, STAGING = "draft", "ready", "trash", "staging"
PLAN = "plan.json"

AS_BEFORE = "Readers see what they saw before."
UNFINISHED = "Some pages may be new and some old; nothing that is linked is missing."


@dataclass(frozen=True, slots=True)
class Change:
    """``writes`` maps paths below the root to contents, in the order readers may meet them; removals come last."""

    writes: Mapping[str, bytes]
    removals: Sequence[str] = ()


def open_hidden(root: Path) -> Path:
    """The portal's own room: mode 0700, so a web server of another user serves nothing from it."""
    root.mkdir(parents=True, exist_ok=True)
    hidden = root / HIDDEN
    make_folder(root, hidden, PRIVATE_FOLDER)
    return hidden


def settle(root: Path) -> None:
    """Finish a change that a kill interrupted and sweep what lies about. Needs the lock."""
    hidden = root / HIDDEN
    if (hidden / READY / PLAN).is_file():
        _replay(root)
    for name in (DRAFT, READY, TRASH, STAGING):
        remove(hidden / name)


def commit(root: Path, change: Change) -> bool:
    """Apply a change; False if the folder already is as wanted (then no file is touched). Needs the lock."""
    writes = {path: data for path, data in change.writes.items() if not _same(root, path, data)}
    removals = [path for path in change.removals if _there(root, path)]
    if not writes and not removals:
        return False
    hidden = open_hidden(root)
    draft = hidden / DRAFT
    with told(AS_BEFORE):
        try:
            _write_down(root, draft, writes, removals)
        except OSError:
            # A full disk must not keep the half-written draft: its room is needed to get going again.
            remove(draft)
            raise
        draft.rename(hidden / READY)
    _replay(root)
    remove(hidden / READY)
    return True


def _write_down(root: Path, draft: Path, writes: Mapping[str, bytes], removals: Sequence[str]) -> None:
    make_folder(root, draft, PRIVATE_FOLDER)
    for number, data in enumerate(writes.values()):
        write_new(draft / f"{number:06d}", data)
    plan = {"writes": list(writes), "removals": list(removals)}
    write_new(draft / PLAN, json.dumps(plan, ensure_ascii=False).encode())
    sync_folder(draft)


def _there(root: Path, path: str) -> bool:
    place = guard(root, root / path)
    return place.exists()


def _same(root: Path, path: str, data: bytes) -> bool:
    place = guard(root, root / path)
    if place.is_dir():
        raise PortalError(
            f"{path} in the portal folder is a folder.", todo="Move it away; the portal writes a file there."
        )
    return place.is_file() and place.stat().st_size == len(data) and place.read_bytes() == data


def _replay(root: Path) -> None:
    """Apply what is written down; each step may be done already."""
    with told(UNFINISHED):
        _apply(root, root / HIDDEN)


def _apply(root: Path, hidden: Path) -> None:
    sync_folder(hidden)
    plan = json.loads((hidden / READY / PLAN).read_text(encoding="utf-8"))
    for number, path in enumerate(plan["writes"]):
        page = hidden / READY / f"{number:06d}"
        if page.is_file():
            target = guard(root, root / path)
            make_folder(root, target.parent)
            page.replace(target)
            sync_folder(target.parent)
    trash = hidden / TRASH
    for number, path in enumerate(plan["removals"]):
        if _there(root, path):
            make_folder(root, trash, PRIVATE_FOLDER)
            # One rename takes the whole version away from readers; what follows they cannot see.
            (root / path).rename(trash / f"{number:06d}")
            sync_folder((root / path).parent)
    remove(trash)
