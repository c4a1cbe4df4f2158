"""What stands inside archives, and what is refused before it is opened: bombs, encrypted files, bytes of no text."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Final

import pyarrow.parquet as pq

from catalog.errors import ProofError

LARGEST: Final = 2 << 30
"""Bytes that are read of one file, packed or not."""
_MOST_CELLS, _MOST_MEMBERS = 1_000_000_000, 1000
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BOOK = ("[Content_Types].xml", "mimetype")
_PACKED: Final[Mapping[bytes, Callable[[io.BytesIO], io.BufferedIOBase]]] = MappingProxyType(
    {b"\x1f\x8b": lambda raw: gzip.GzipFile(fileobj=raw), b"BZh": bz2.BZ2File, b"\xfd7zXZ\0": lzma.LZMAFile}
)
_TAR = slice(257, 262)
_LOOKED_AT, _ODD = 4096, 0.05
_OF_TEXT = "\t\n\r\f\x01\x1a"
_NO_LETTER = frozenset({"Cc", "Cn", "Co", "Cs"})


def unpacked(raw: bytes) -> list[bytes] | None:
    """The files of an archive (ZIP, TAR) or what was packed (GZIP, BZIP2, XZ); None for anything else, workbooks too.

    ProofError for a bomb.
    """
    for begin, opened in _PACKED.items():
        if raw.startswith(begin):
            with opened(io.BytesIO(raw)) as file:
                held = file.read(LARGEST + 1)
            if len(held) > LARGEST:
                raise too_large("It")
            return [held]
    if raw[_TAR] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
            members = [one for one in islice(archive, _MOST_MEMBERS) if one.isfile()]
            if sum(one.size for one in members) > LARGEST:
                raise too_large("It")
            return [inside.read() for one in members if (inside := archive.extractfile(one))]
    if raw[:4] != b"PK\x03\x04":
        return None
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        parts = package.infolist()
        if len(parts) > _MOST_MEMBERS or sum(part.file_size for part in parts) > LARGEST:
            raise too_large("It")
        if any(part.flag_bits & 1 for part in parts):
            raise _encrypted()
        if {part.filename for part in parts}.intersection(_BOOK):
            return None
        return [package.read(part) for part in parts if not part.is_dir()]


def demand_open(raw: bytes) -> None:
    """ProofError for a workbook that a password closes, and for Parquet that says it holds more than is read."""
    if raw[:4] == b"\xd0\xcf\x11\xe0" and _ENCRYPTED in raw:
        raise _encrypted()
    if raw[:4] == b"PAR1":
        told = pq.read_metadata(io.BytesIO(raw))
        if told.num_rows * told.num_columns > _MOST_CELLS:
            raise too_large("It")


def is_text(text: str) -> bool:
    """Whether decoded bytes were text: hardly any letter of it is a control, unassigned or unreadable one."""
    begin = text[:_LOOKED_AT]
    odd = sum(one == "\ufffd" or (unicodedata.category(one) in _NO_LETTER and one not in _OF_TEXT) for one in begin)
    return odd <= _ODD * len(begin)


def too_large(what: str) -> ProofError:
    """A file of which not all is read."""
    return ProofError(
        f"{what} holds more than is read at once.",
        left="Nothing was examined.",
        todo="Give a part of it: a thousand rows are enough.",
    )


def _encrypted() -> ProofError:
    return ProofError(
        "It is closed by a password.", left="Nothing was examined.", todo="Save it without one and try again."
    )
