"""Found files as tables: files, those of folders, and what was pasted, each read once and bounded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from stat import S_ISREG
from typing import Final, Protocol

import polars as pl

from catalog.errors import ProofError
from desensitise.mark.found_packed import LARGEST, too_large
from desensitise.mark.reading import file_token_of, tables_of

_LARGEST_STREAM: Final = 256 << 20
"""Bytes that are read of a pipe or device."""


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


def members(folder: Path) -> list[Member]:
    """The files of a folder and of those in it, hidden ones left out."""
    inside = ((path, path.relative_to(folder.parent)) for path in sorted(folder.rglob("*")) if path.is_file())
    return [Member(path, str(name)) for path, name in inside if not any(part[0] == "." for part in name.parts[1:])]


def _bytes(file: Readable) -> bytes:
    """All of a file; ProofError when it cannot be opened or never ends."""
    if not isinstance(file, Path | Member):
        return file.read_bytes()
    try:
        with (file if isinstance(file, Path) else file.path).open("rb") as stream:
            regular = S_ISREG(os.fstat(stream.fileno()).st_mode)
            most = LARGEST if regular else _LARGEST_STREAM
            raw = stream.read(most + 1) if not regular or os.fstat(stream.fileno()).st_size <= most else None
    except OSError as error:
        why = f"{file.name} could not be opened ({type(error).__name__})."
        raise ProofError(why, left="Nothing was examined.", todo="Look whether it may be read.") from None
    if raw is None or len(raw) > most:
        raise too_large(file.name)
    return raw


@dataclass(frozen=True, slots=True)
class Found:
    """Tables with the file that each was in, digests by file, files without a table, tokens among properties."""

    tables: list[tuple[str, pl.DataFrame]]
    digests: dict[str, str]
    unread: tuple[str, ...]
    stamps: dict[str, str]


def read_files(files: Sequence[Readable]) -> Found:
    """The tables of files. ProofError where one that was named is no table; of a folder's files it is only told."""
    tables: list[tuple[str, pl.DataFrame]] = []
    digests: dict[str, str] = {}
    unread: list[str] = []
    stamps: dict[str, str] = {}
    for file in files:
        name = file.name if file.name not in digests else f"{file.name} ({len(digests) + 1})"
        try:
            raw = _bytes(file)
            tables += [(name, table) for table in tables_of(file.name, raw)]
        except ProofError:
            if not isinstance(file, Member):
                raise
            unread.append(file.name)
            continue
        digests[name] = sha256(raw).hexdigest()
        if said := file_token_of(raw):
            stamps[name] = said
    return Found(tables, digests, tuple(unread), stamps)
