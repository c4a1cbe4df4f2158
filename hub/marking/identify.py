"""From found files to a verdict: which dataset and version, whose copy, and whether a single record is the hub's."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

from catalog.errors import ProofError
from desensitise.mark import KeyService, Original, Verdict, identify
from desensitise.mark.identify import agreement, together
from desensitise.mark.match import tokens_in
from desensitise.mark.narrowed import narrowed
from desensitise.mark.proving import verified_token
from desensitise.mark.token import read_token
from hub.db.engine import reading
from hub.marking import marks
from hub.marking.copies import file_token_of, kept_path
from hub.marking.found_files import Readable, read_files
from hub.marking.kept import LIST, shared_batches, shared_table
from hub.marking.marks import Entry
from hub.marking.questions import Met, Place, questions, shares
from hub.marking.record_index import RecordIndex
from hub.parts import Parts
from hub.state import releases


@dataclass(frozen=True, slots=True)
class Stamp:
    """A token among a file's properties: the number it says, and the registered copy when it is genuine.

    Properties move from file to file at will: they tell where to look and count for nothing in a verdict.
    """

    file: str
    number: int
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Weighed:
    """One version's answer: the ``files`` that were weighed beside it, the verdict, and the dataset's copies."""

    dataset: str
    version: int
    files: tuple[str, ...]
    verdict: Verdict
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """What some found files came to: ``files`` with their SHA-256, and the answers, those that name somebody first.

    ``unread`` are files of a folder that hold no table; ``stamped`` are copies that files name in their properties.
    """

    files: dict[str, str]
    versions_tried: int
    weighed: tuple[Weighed, ...]
    unread: tuple[str, ...] = ()
    stamped: tuple[Stamp, ...] = ()

    @property
    def dataset(self) -> str:
        """The dataset of the first answer."""
        return self.weighed[0].dataset

    @property
    def verdict(self) -> Verdict:
        """The first answer."""
        return self.weighed[0].verdict


def examine(
    parts: Parts, service: KeyService, files: Sequence[Readable], dataset: str | None, epsilon: float
) -> Finding:
    """Read the files, find the datasets and versions that their rows belong to, and weigh every grant's evidence.

    Which versions are taken depends on rows and on what tokens claim, never on keys; they share ``epsilon``, so the
    bound holds for all answers together. ProofError when nothing was ever registered for the dataset, or a file that
    was named is no table.
    """
    read = read_files(files)
    with reading(parts.engine) as connection:
        known = marks.entries(connection, dataset)
    if not known:
        raise ProofError(
            "No marked copy is registered" + (f" for '{dataset}'." if dataset else "."),
            left="Nothing can be said about the files.",
            todo="Marked copies are registered when they are delivered.",
        )
    tables = [table for _, table in read.tables]
    places = sorted({(e.copy.dataset, e.copy.version) for e in known})
    met = {p: found for p in places if (found := _met(parts, service, p, known, tables)) is not None}
    if not met:
        raise ProofError("No unmarked rows of the marked versions are kept.", todo="Restore HUB_HOME/unmarked.")
    asked = questions(met)
    weighed = []
    for (place, among), share in zip(asked, shares(len(asked)), strict=True):
        mine = tuple(e for e in known if e.copy.dataset == place[0])
        beside = _beside(parts, service, place, known, [tables[n] for n in among])
        if beside is not None:
            original, named = beside
            verdict = identify(together(named, original), original, marks.candidates(mine, service), epsilon * share)
            own = tuple(dict.fromkeys(read.tables[n][0] for n in among))
            weighed.append(Weighed(*place, own, verdict, mine))
    weighed.sort(key=lambda one: not one.verdict.named)
    stamps = tuple(_stamp(parts, name, said) for name, said in read.stamps.items())
    return Finding(read.digests, len(met), tuple(weighed), read.unread, stamps)


def _stamp(parts: Parts, name: str, said: str) -> Stamp:
    token = read_token(said)
    if token is None:
        return Stamp(name, 0, None)
    with reading(parts.engine) as connection:
        entry = marks.entry(connection, token.download)
    genuine_here = entry is not None and hmac.compare_digest(file_token_of(entry, parts), said)
    return Stamp(name, token.download, entry if genuine_here else None)


def _beside(
    parts: Parts,
    service: KeyService,
    place: Place,
    known: Sequence[Entry],
    tables: Sequence[pl.DataFrame],
) -> tuple[Original, Sequence[pl.DataFrame]] | None:
    """One version beside what was found, and the tables under its names; None when its rows are not kept.

    Only the rows are held that the found ones could be.
    """
    profile = next(e.profile for e in known if (e.copy.dataset, e.copy.version) == place)
    family = service.family(place[0])
    if profile.order:
        some = narrowed(tables, lambda: shared_batches(kept_path(*place, parts)), profile)
        if some is None:
            return None
        return Original(*place, some.rows, profile, family, some.ordinals, some.naming), some.tables
    # A table in its own order may be found by its rows' places alone; such tables are small.
    rows = shared_rows(parts, *place)
    return None if rows is None else (Original(*place, rows, profile, family), tables)


def _met(
    parts: Parts, service: KeyService, place: Place, known: Sequence[Entry], tables: Sequence[pl.DataFrame]
) -> list[Met] | None:
    """What each table shows of a version; None when its rows are not kept."""
    beside = _beside(parts, service, place, known, tables)
    if beside is None:
        return None
    numbers = {e.copy.number for e in known if (e.copy.dataset, e.copy.version) == place}
    original, named = beside
    return [
        Met(agreement(table, original), sum(token.download in numbers for token in tokens_in(table).values()))
        for table in named
    ]


def shared_rows(parts: Parts, dataset: str, version: int) -> pa.Table | None:
    """The rows of a release before any mark, or None when they are not kept."""
    return shared_table(kept_path(dataset, version, parts))


@dataclass(frozen=True, slots=True)
class Answer:
    """What anybody may know of a record: whether it is the hub's, and whether it stands unchanged today."""

    genuine: bool
    state: str = ""
    unchanged: bool | None = None


def verify_record(parts: Parts, service: KeyService, address: str) -> Answer:
    """Whether the token of ``address`` is the hub's, and its record current, superseded or withdrawn; nothing else."""
    found = genuine(parts, service, address)
    if found is None:
        return Answer(genuine=False)
    one, row = found
    with reading(parts.engine) as connection:
        sealed = releases.releases_of(connection, one.copy.dataset)
    states = {release.release.version: release.state for release in sealed}
    current = next((v for v, state in states.items() if state == "current"), None)
    if current is None:
        return Answer(genuine=True, state=states.get(one.copy.version, "superseded"))
    if current == one.copy.version:
        return Answer(genuine=True, state="current", unchanged=True)
    kept = (kept_path(one.copy.dataset, current, parts) / LIST).is_file()
    unchanged = _index(parts, one, current).holds(row) if kept else None
    return Answer(genuine=True, state="superseded", unchanged=unchanged)


def genuine(parts: Parts, service: KeyService, address: str) -> tuple[Entry, pa.RecordBatch] | None:
    """The copy that a record's address was given out with, and the record's row before marks; None for a forgery."""
    said = read_token(address)
    if said is None:
        return None
    with reading(parts.engine) as connection:
        one = marks.entry(connection, said.download)
    row = _index(parts, one, one.copy.version).row(said.ordinal) if one else None
    if one is None or row is None or not verified_token(row, one.profile, service, one.copy, said):
        return None
    return one, row


def given_address(parts: Parts, address: str) -> str:
    """What addresses of the copy that ``address`` names began with when it was made; "" when there is no such copy."""
    said = read_token(address)
    with reading(parts.engine) as connection:
        one = marks.entry(connection, said.download) if said else None
    return one.profile.address if one else ""


def _index(parts: Parts, one: Entry, version: int) -> RecordIndex:
    return RecordIndex(kept_path(one.copy.dataset, version, parts), one.profile)
