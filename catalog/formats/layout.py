"""What a writer must know about a table before the first row comes, and the contract of all writers."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

import polars as pl
import pyarrow as pa

from catalog.errors import DeclarationError
from catalog.files import disk_error
from catalog.release import Resource, Role

SHEET_ROWS = 1_048_575
"""Rows that a spreadsheet takes below its heading."""

# One spelling fits everything: an XML element, a column of a database, a key of JSON, a heading without quotes.
_NAME = re.compile(r"(?!xml)[A-Za-z_\u4e00-\u9fff][0-9A-Za-z_\u4e00-\u9fff]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """One table on its way into files.

    ``name`` is the stem of the file names. ``notes`` are facts about the whole file, written where a format has a
    place for them: Parquet's key-value metadata, attributes of XML's root, properties of a spreadsheet. ``tips``
    explain the columns to a reader of a spreadsheet; ``dictionary`` (first row: headings) and ``about`` become its
    second and third sheet. ``sheet_rows`` is how many rows a spreadsheet takes before the next file is begun.
    """

    name: str
    schema: pa.Schema
    as_of: datetime
    title: str = ""
    creator: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    tips: tuple[str, ...] = ()
    dictionary: tuple[tuple[str, ...], ...] = ()
    about: tuple[tuple[str, str], ...] = ()
    sheet_rows: int = SHEET_ROWS


class Writer(Protocol):
    """Writes rows as they come; equal rows give equal bytes however they are cut into batches."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Write rows of the layout's schema; raise ``StorageError`` when the disk refuses."""
        ...

    def close(self) -> tuple[Resource, ...]:
        """Finish and sync the files, and tell what they are."""
        ...

    def abandon(self) -> None:
        """Let go of the files without finishing them; whoever owns the folder removes it."""
        ...


def check_layout(layout: Layout) -> None:
    """Raise ``DeclarationError`` for names and types that not every format can carry."""
    for field in layout.schema:
        if not _NAME.fullmatch(field.name):
            raise DeclarationError(
                f"Column {field.name!r} of {layout.name} cannot be named so in every format.",
                todo="Use letters, digits and _, beginning with a letter.",
            )
        if not _is_known(field.type):
            raise DeclarationError(
                f"Column {field.name} of {layout.name} has the type {field.type}, which no file format here writes.",
                todo="Use text, a list of texts, int64, decimal, date, timestamp or boolean.",
            )


def _is_known(kind: pa.DataType) -> bool:
    types = pa.types
    if types.is_list(kind):
        return bool(types.is_string(kind.value_type))
    tests = (types.is_string, types.is_int64, types.is_decimal128, types.is_date32, types.is_boolean)
    return any(test(kind) for test in tests) or (types.is_timestamp(kind) and kind.unit == "ms" and bool(kind.tz))


class Hashed:
    """A file that is written from its beginning to its end, and the SHA-256 of what was written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hash = hashlib.sha256()
        self._size = 0
        self._file = path.open("wb", buffering=0)

    @property
    def closed(self) -> bool:
        return self._file.closed

    def write(self, octets: bytes | memoryview | pa.Buffer) -> int:
        """All of the bytes are written, or ``OSError`` is raised."""
        rest = memoryview(octets).cast("B")
        self._hash.update(rest)
        self._size += rest.nbytes
        written = rest.nbytes
        while rest.nbytes:
            rest = rest[self._file.write(rest) :]
        return written

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        self._file.close()

    def finished(self, form: str, media_type: str, rows: int) -> Resource:
        """The resource of the file, which is synced and closed; the disk must hold as many bytes as were written."""
        with guarded(self._path):
            os.fsync(self._file.fileno())
            self._file.close()
            if self._path.stat().st_size != self._size:
                raise OSError(errno.EIO, "size")
        return Resource(self._path.name, Role.DATA, form, media_type, self._size, self._hash.hexdigest(), rows, 1)


def finished(path: Path, form: str, media_type: str, rows: int, part: int = 1) -> Resource:
    """The resource of a data file that is closed: it is synced, and its hash is read back from the disk."""
    with guarded(path), path.open("rb") as file:
        os.fsync(file.fileno())
        size = path.stat().st_size
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Resource(path.name, Role.DATA, form, media_type, size, digest, rows, part)


@contextmanager
def guarded(path: Path) -> Iterator[None]:
    """Turn errors of disk and libraries into the hub's own, which hold no value of a record."""
    try:
        yield
    except OSError as error:
        raise disk_error(error, path) from None
    except (pa.ArrowException, pl.exceptions.PolarsError, UnicodeError) as error:
        raise DeclarationError(
            f"Rows could not be written to {path.name}: the library reported {type(error).__name__}.",
            left="The file was not finished and is not part of a release.",
            todo="Compare the rows' types with the dataset's declaration.",
        ) from None
