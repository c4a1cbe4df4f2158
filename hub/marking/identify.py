"""From found files to a verdict: which dataset and version, whose copy, and whether a single record is the hub's."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import polars as pl
import pyarrow as pa

from catalog.errors import ProofError
from desensitise.mark import KeyService, Original, Verdict, identify
from desensitise.mark.identify import matched_share, together
from desensitise.mark.narrowed import narrowed
from desensitise.mark.proving import verified_token
from desensitise.mark.reading import file_token_of as properties_token
from desensitise.mark.reading import tables_of
from desensitise.mark.token import read_token
from hub.db.engine import reading
from hub.marking import marks
from hub.marking.copies import file_token_of, kept_path
from hub.marking.kept import LIST, shared_batches, shared_table
from hub.marking.marks import Entry
from hub.marking.record_index import RecordIndex
from hub.parts import Parts
from hub.state import releases


class Readable(Protocol):
    """A file, or what was pasted."""

    @property
    def name(self) -> str:
        """What the report calls it."""
        ...

    def read_bytes(self) -> bytes:
        """All of it."""
        ...


@dataclass(frozen=True, slots=True)
class Pasted:
    """Text that was pasted; it is never written to disk."""

    raw: bytes
    name: str = "pasted text"

    def read_bytes(self) -> bytes:
        return self.raw


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a folder, called by its path within it."""

    path: Path
    name: str

    def read_bytes(self) -> bytes:
        return self.path.read_bytes()


@dataclass(frozen=True, slots=True)
class Stamp:
    """A token among a file's properties: the number it says, and the registered copy when it is genuine.

    Properties move from file to file at will: they tell where to look and count for nothing in a verdict.
    """

    file: str
    number: int
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What some found files came to: ``files`` with their SHA-256, the version they match best, and the verdict.

    ``unread`` are files of a folder that hold no table; ``stamped`` are copies that files name in their properties.
    """

    files: dict[str, str]
    dataset: str
    version: int
    versions_tried: int
    verdict: Verdict
    entries: tuple[Entry, ...]
    unread: tuple[str, ...] = ()
    stamped: tuple[Stamp, ...] = ()


def members(folder: Path) -> list[Member]:
    """The files of a folder and of those in it, hidden ones left out."""
    inside = ((path, path.relative_to(folder.parent)) for path in sorted(folder.rglob("*")) if path.is_file())
    return [Member(path, str(name)) for path, name in inside if not any(part[0] == "." for part in name.parts[1:])]


def examine(
    parts: Parts, service: KeyService, files: Sequence[Readable], dataset: str | None, epsilon: float
) -> Finding:
    """Read the files, find the dataset and version that their rows belong to, and weigh every grant's evidence.

    Which version is taken depends on rows only, never on keys, so the bound holds however many were tried.
    ProofError when nothing was ever registered for the dataset, or a file that was named is no table.
    """
    tables, digests, unread, tokens = _read(files)
    with reading(parts.engine) as connection:
        known = marks.entries(connection, dataset)
    if not known:
        raise ProofError(
            "No marked copy is registered" + (f" for '{dataset}'." if dataset else "."),
            left="Nothing can be said about the files.",
            todo="Marked copies are registered when they are delivered.",
        )
    tried = sorted({(e.copy.dataset, e.copy.version) for e in known})
    best, kept = None, 0
    for place in tried:
        # Of each version only the rows are held that the found ones could be.
        one = _tried(parts, service, place, known, tables)
        kept += one is not None
        if one is not None and (best is None or one.matched >= best.matched):
            best = one
    if best is None:
        raise ProofError("No unmarked rows of the marked versions are kept.", todo="Restore HUB_HOME/unmarked.")
    original = best.original
    mine = tuple(e for e in known if e.copy.dataset == original.dataset)
    verdict = identify(together(best.tables, original), original, marks.candidates(mine, service), epsilon)
    stamps = tuple(_stamp(parts, name, said) for name, said in tokens.items())
    return Finding(digests, original.dataset, original.version, kept, verdict, mine, unread, stamps)


def _stamp(parts: Parts, name: str, said: str) -> Stamp:
    token = read_token(said)
    if token is None:
        return Stamp(name, 0, None)
    with reading(parts.engine) as connection:
        entry = marks.entry(connection, token.download)
    genuine_here = entry is not None and hmac.compare_digest(file_token_of(entry, parts), said)
    return Stamp(name, token.download, entry if genuine_here else None)


def _read(
    files: Sequence[Readable],
) -> tuple[list[pl.DataFrame], dict[str, str], tuple[str, ...], dict[str, str]]:
    """All tables, digests by file, what a folder holds besides tables, and tokens among the properties of files."""
    tables: list[pl.DataFrame] = []
    digests: dict[str, str] = {}
    unread: list[str] = []
    tokens: dict[str, str] = {}
    for file in files:
        raw = file.read_bytes()
        try:
            tables += tables_of(file.name, raw)
        except ProofError:
            if not isinstance(file, Member):
                raise
            unread.append(file.name)
            continue
        name = file.name if file.name not in digests else f"{file.name} ({len(digests) + 1})"
        digests[name] = sha256(raw).hexdigest()
        if said := properties_token(raw):
            tokens[name] = said
    return tables, digests, tuple(unread), tokens


@dataclass(frozen=True, slots=True)
class _Tried:
    """A version, the found tables under its names, and how many of their rows are rows of it."""

    original: Original
    tables: Sequence[pl.DataFrame]
    matched: float


def _tried(
    parts: Parts,
    service: KeyService,
    place: tuple[str, int],
    known: Sequence[Entry],
    tables: Sequence[pl.DataFrame],
) -> _Tried | None:
    """One version beside what was found; None when its rows are not kept."""
    profile = next(e.profile for e in known if (e.copy.dataset, e.copy.version) == place)
    family = service.family(place[0])
    if profile.order:
        some = narrowed(tables, lambda: shared_batches(kept_path(*place, parts)), profile)
        if some is None:
            return None
        one = Original(*place, some.rows, profile, family, some.ordinals, some.naming)
        tables = some.tables
    else:
        # A table in its own order may be found by its rows' places alone; such tables are small.
        rows = shared_rows(parts, *place)
        if rows is None:
            return None
        one = Original(*place, rows, profile, family)
    return _Tried(one, tables, sum(matched_share(table, one) * table.height for table in tables))


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


def _index(parts: Parts, one: Entry, version: int) -> RecordIndex:
    return RecordIndex(kept_path(one.copy.dataset, version, parts), one.profile)
