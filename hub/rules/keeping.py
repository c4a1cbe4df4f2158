"""Derivations kept under numbers: whole files in a numbered folder, which counts once its row and event stand.

A kill between the renaming of the folder and the commit leaves a folder that nobody reads; the next takes its place.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from catalog.files import sha256_of, sync_folder
from hub.db.engine import reading, writing
from hub.marking.rooms import room
from hub.parts import Parts
from hub.state import derivations

ABOUT = "about.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept under ``number``: its folder and what was said of it."""

    number: int
    folder: Path
    about: Mapping[str, Any]

    def frame(self, name: str) -> pl.DataFrame:
        """One of its tables."""
        return pl.read_parquet(self.folder / f"{name}.parquet")


def keep(parts: Parts, name: str, frames: Mapping[str, pl.DataFrame | Path], facts: Mapping[str, Any]) -> Kept:
    """Write the tables and keep them under the next number of ``name``, with the event ``<name>.made``.

    A table given by its file in an earlier folder is linked, not written again. What makers that were killed left
    behind is swept before.
    """
    parts.work.mkdir(parents=True, exist_ok=True)
    with room(parts.work, name) as work:
        for table, frame in frames.items():
            _write(frame, work / f"{table}.parquet")
        digests = {table: sha256_of(work / f"{table}.parquet") for table in frames}
        home = home_of(parts, name)
        with writing(parts.engine) as connection:
            derivations.queue(connection)
            number = derivations.newest(connection, name) + 1
            about = {**facts, "number": number, "sha256": digests}
            (work / ABOUT).write_text(json.dumps(about, ensure_ascii=False, sort_keys=True), encoding="utf-8")
            sync_folder(work)
            place = home / f"{number:06d}"
            shutil.rmtree(place, ignore_errors=True)
            work.rename(place)
            sync_folder(home)
            derivations.enter(connection, name, about, parts.clock.now())
    return Kept(number, place, about)


def _write(frame: pl.DataFrame | Path, path: Path) -> None:
    if isinstance(frame, Path):
        path.hardlink_to(frame)
    else:
        frame.write_parquet(path, compression="zstd")


def last(parts: Parts, name: str) -> Kept | None:
    """What was kept last under this name; None before the first."""
    with reading(parts.engine) as connection:
        number = derivations.newest(connection, name)
    return kept(parts, name, number) if number else None


def kept(parts: Parts, name: str, number: int) -> Kept | None:
    """What was kept under this number; None when nothing was."""
    with reading(parts.engine) as connection:
        about = derivations.about(connection, name, number)
    return None if about is None else Kept(number, home_of(parts, name) / f"{number:06d}", about)


def forget(what: Kept, tables: Iterable[str]) -> None:
    """Remove tables of something kept that nobody needs any more; what links to them elsewhere stays."""
    for table in tables:
        (what.folder / f"{table}.parquet").unlink(missing_ok=True)


def home_of(parts: Parts, name: str) -> Path:
    """Where the numbered folders of a derivation stand."""
    home = parts.home / name
    home.mkdir(parents=True, exist_ok=True)
    return home
