"""The hub's negative lists: each stands whole in a numbered folder, with an event in the ledger; the last counts."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from catalog.errors import SourceError
from catalog.files import sha256_of, sync_folder
from exporters.rules.accept import Facts
from exporters.rules.book import Book, shipped
from exporters.rules.negative_list import CONDITIONS, Listing, codes_of, derive, not_asked, on
from hub.db.engine import writing
from hub.ledger.store import Event, append
from hub.parts import Parts

TABLES = (*dict.fromkeys(name for _, names in CONDITIONS.values() for name in names), "objection")
"""Every table that the list reads."""

_FRAMES = ("entries", "spans", "codes", "undecided")


@dataclass(frozen=True, slots=True)
class KeptList:
    """A list that was made: its number, the listing, and which product each code stands for."""

    number: int
    listing: Listing
    codes: pl.DataFrame
    folder: Path

    def undecided(self) -> pl.DataFrame:
        """Records that no rule could judge, with flags; for the stewards of their sources."""
        return pl.read_parquet(self.folder / "undecided.parquet")


def make(facts: Facts, day: date, parts: Parts, book: Book | None = None) -> KeptList:
    """Derive the list of ``day`` and keep it under the next number."""
    rules = book or shipped("negative_list")
    found = derive(facts, rules)
    listing = on(day, found.spans, rules, objections=facts.get("objection"), not_asked=not_asked(facts))
    codes = codes_of(facts)
    home = _home(parts)
    number = max(_numbers(home), default=0) + 1
    work = parts.work / f"negative-list-{number}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    for name, frame in zip(_FRAMES, (listing.entries, found.spans, codes, found.undecided), strict=True):
        frame.write_parquet(work / f"{name}.parquet", compression="zstd")
    digests = {name: sha256_of(work / f"{name}.parquet") for name in _FRAMES}
    about = {
        "number": number,
        "day": day.isoformat(),
        "rules": rules.version,
        "not_asked": list(listing.not_asked),
        "sha256": digests,
    }
    (work / "list.json").write_text(json.dumps(about, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    place = home / f"{number:06d}"
    with writing(parts.engine) as connection:
        append(connection, [Event("negative-list.made", about)], parts.clock.now())
        # The last thing before the commit: a kill leaves either neither or a list without its event, never the reverse.
        work.rename(place)
        sync_folder(home)
    return KeptList(number, listing, codes, place)


def kept(parts: Parts, number: int | None = None) -> KeptList:
    """The list of this number, or the last one; ``SourceError`` where there is none."""
    home = _home(parts)
    found = _numbers(home)
    if not found or (number is not None and number not in found):
        raise SourceError("There is no such negative list.", todo="Make one: hub negative-list make.")
    place = home / f"{number or max(found):06d}"
    about = json.loads((place / "list.json").read_text(encoding="utf-8"))
    entries = pl.read_parquet(place / "entries.parquet")
    listing = Listing(date.fromisoformat(about["day"]), about["rules"], tuple(about["not_asked"]), entries)
    return KeptList(int(about["number"]), listing, pl.read_parquet(place / "codes.parquet"), place)


def _home(parts: Parts) -> Path:
    home = parts.home / "negative-list"
    home.mkdir(parents=True, exist_ok=True)
    return home


def _numbers(home: Path) -> list[int]:
    return [int(place.name) for place in home.iterdir() if place.name.isdigit()]
