"""The hub's negative lists: each kept whole under a number, with an event in the ledger; the last counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from catalog.errors import SourceError
from exporters.rules.accept import Facts
from exporters.rules.book import Book, shipped
from exporters.rules.negative_list import CONDITIONS, Listing, codes_of, derive, not_asked, on
from exporters.rules.negative_list.spans import Found
from hub.parts import Parts
from hub.rules import keeping, objections
from hub.state.exchange import desk, reading_desk

TABLES = (*dict.fromkeys(name for _, names in CONDITIONS.values() for name in names), "objection")
"""Every table that the list reads."""

NAME = "negative-list"
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


def make(
    facts: Facts, day: date, parts: Parts, book: Book | None = None, *, found: Found | None = None
) -> KeptList:  # fmt: skip
    """Keep the list of ``day`` under the next number; ``found`` is what was derived already, if it was."""
    rules = book or shipped("negative_list")
    found = found or derive(facts, rules)
    with reading_desk(parts.engine, parts.clock.now()) as looking:
        objected = objections.objections(looking, facts.get("objection"))
    listing = on(day, found.spans, rules, objections=objected, not_asked=not_asked(facts))
    codes = codes_of(facts)
    frames = dict(zip(_FRAMES, (listing.entries, found.spans, codes, found.undecided), strict=True))
    about = {"day": day.isoformat(), "rules": rules.version, "not_asked": list(listing.not_asked)}
    made = keeping.keep(parts, NAME, frames, about)
    with desk(parts.engine, parts.clock.now()) as changing:
        objections.settle(changing, listing.entries, made.number)
    return KeptList(made.number, listing, codes, made.folder)


def kept(parts: Parts, number: int | None = None) -> KeptList:
    """The list of this number, or the last one; ``SourceError`` where there is none."""
    found = keeping.last(parts, NAME) if number is None else keeping.kept(parts, NAME, number)
    if found is None:
        raise SourceError("There is no such negative list.", todo="Make one: hub negative-list make.")
    about = found.about
    listing = Listing(
        date.fromisoformat(about["day"]), about["rules"], tuple(about["not_asked"]), found.frame("entries")
    )
    return KeptList(found.number, listing, found.frame("codes"), found.folder)
