"""What an old .xls workbook says of merged cells and passwords; the fast reader tells neither.

Read from the two layers of such files: the compound file, a small file system with chains of sectors ([MS-CFB] 2.2 to
2.6), and in its stream "Workbook" a list of records ([MS-XLS] 2.1). Only what is needed is followed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from exporters.spreadsheets.grid import Merge

_LAST_SECTOR = 0xFFFF_FFFA
_SMALL_STREAM = 4096
_SMALL_SECTOR = 64
_BOF, _EOF, _SHEET, _PASSWORD, _MERGED = 0x0809, 0x000A, 0x0085, 0x002F, 0x00E5


@dataclass(frozen=True, slots=True)
class Told:
    """Merged ranges by sheet name, and whether a password is needed."""

    merges: dict[str, tuple[Merge, ...]]
    encrypted: bool


def told(content: bytes) -> Told:
    """Read a whole .xls file. ``ValueError`` where it is damaged, or is no workbook."""
    try:
        book = _stream(content, ("Workbook", "Book"))
        sheets: dict[str, int] = {}
        for kind, body in _records(book, 0):
            if kind == _PASSWORD:
                return Told({}, encrypted=True)
            if kind == _SHEET:
                sheets[_name(body)] = struct.unpack_from("<I", body)[0]
        return Told({name: tuple(_merges(book, at)) for name, at in sheets.items()}, encrypted=False)
    except (struct.error, IndexError, UnicodeDecodeError):
        raise ValueError("compound file") from None


def _merges(book: bytes, at: int) -> Iterator[Merge]:
    for kind, body in _records(book, at):
        if kind == _MERGED:
            for first, last, left, _ in struct.iter_unpack("<4H", body[2 : 2 + 8 * struct.unpack_from("<H", body)[0]]):
                yield Merge(left, first + 1, last + 1)


def _records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of the stream; parts inside of it (charts) are passed over."""
    depth = 0
    while True:
        kind, size = struct.unpack_from("<HH", book, at)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            return
        if depth == 1:
            yield kind, book[at + 4 : at + 4 + size]
        at += 4 + size


def _name(body: bytes) -> str:
    """A sheet's name: a length, a flag, and one or two bytes a character."""
    count, wide = body[6], body[7] & 1
    return body[8 : 8 + count * 2].decode("utf-16-le") if wide else body[8 : 8 + count].decode("latin-1")


def _stream(content: bytes, names: tuple[str, ...]) -> bytes:
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    if size not in {512, 4096}:
        raise ValueError("sector size")
    table = _table(content, size)
    directory = _chain(content[size:], size, table, struct.unpack_from("<I", content, 48)[0])
    root = struct.unpack_from("<I", directory, 116)[0]
    for at in range(0, len(directory), 128):
        length = struct.unpack_from("<H", directory, at + 64)[0]
        if directory[at : at + max(length - 2, 0)].decode("utf-16-le") in names:
            start, stream_size = struct.unpack_from("<II", directory, at + 116)
            if stream_size >= _SMALL_STREAM:
                return _chain(content[size:], size, table, start)[:stream_size]
            # Small streams share one ordinary stream, the root's, which has small sectors and a table of its own.
            shared = _chain(content[size:], size, table, root)
            small = _chain(content[size:], size, table, struct.unpack_from("<I", content, 60)[0])
            return _chain(shared, _SMALL_SECTOR, _numbers(small), start)[:stream_size]
    raise ValueError("no workbook")


def _numbers(sectors: bytes) -> list[int]:
    return [number for (number,) in struct.iter_unpack("<I", sectors)]


def _table(content: bytes, size: int) -> list[int]:
    """Which sector follows which. The list of the table's own sectors starts in the header and may go on in chains."""
    own = list(struct.unpack_from("<109I", content, 76))
    following = struct.unpack_from("<I", content, 68)[0]
    for _ in range(len(content) // size):
        if following >= _LAST_SECTOR:
            break
        *more, following = struct.unpack_from(f"<{size // 4}I", content, (following + 1) * size)
        own += more
    sectors = [struct.unpack_from(f"<{size // 4}I", content, (s + 1) * size) for s in own if s < _LAST_SECTOR]
    return [entry for sector in sectors for entry in sector]


def _chain(sectors: bytes, size: int, table: list[int], start: int) -> bytes:
    """The sectors from ``start`` on. A chain longer than the file walks in a circle."""
    parts: list[bytes] = []
    for _ in range(len(sectors) // size + 2):
        if start >= _LAST_SECTOR:
            return b"".join(parts)
        parts.append(sectors[start * size : (start + 1) * size])
        start = table[start]
    raise ValueError("circle of sectors")
