"""What can be known of a workbook without a spreadsheet library: whether it is safe to open, and a sheet's markup.

A workbook from a drop folder is untrusted: it may be a zip bomb, hold macros, or be cut short. All of it is unpacked
once into nothing, with the sizes counted as they come, before any other library sees the file.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET

from catalog.errors import SourceError
from exporters.spreadsheets import biff
from exporters.spreadsheets.grid import Merge

_BLOCK = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAX_PARTS = 10_000
_MAX_INDEX = 16 << 20
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell [^>]*?ref="([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})"')
_FORMULA = re.compile(
    rb"<(?:\w+:)?c ([^>]*)><(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v ?/>|<(?:\w+:)?v></(?:\w+:)?v>)?</"
)
_NUMBER = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})([0-9]{1,7})"([^>]*)><(?:\w+:)?v>')
_ROW_END = re.compile(rb"</(?:\w+:)?row>")


@dataclass(frozen=True, slots=True)
class Markup:
    """What a sheet's own XML tells: merged ranges, formulas that were never computed, cells that are numbers."""

    merges: tuple[Merge, ...]
    uncomputed: int
    numbers: Mapping[int, tuple[int, ...]]


def kind_of(path: Path) -> str:
    """``xlsx``, ``xls`` or ``csv``, by content rather than by name."""
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith(b"PK\x03\x04"):
        return "xlsx"
    if start == _OLE:
        return "xls"
    if start.startswith(b"PK") or path.suffix.lower() in {".xlsx", ".xlsm", ".xls"}:
        raise broken(path)
    return "csv"


def demand_safe(path: Path, max_bytes: int) -> None:
    """``SourceError`` unless the workbook is whole, free of macros and unpacks to at most ``max_bytes``."""
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            if len(parts) > _MAX_PARTS or sum(part.file_size for part in parts) > max_bytes:
                raise _too_large(path, max_bytes)
            if any(part.flag_bits & 0x1 for part in parts):
                raise _encrypted(path)
            if any("vbaproject" in part.filename.lower() for part in parts):
                raise macros(path)
            total = 0
            for part in parts:
                with package.open(part) as file:
                    while block := file.read(_BLOCK):
                        total += len(block)
                        if total > max_bytes:
                            raise _too_large(path, max_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError):
        raise broken(path) from None


def demand_safe_xls(path: Path, max_bytes: int) -> None:
    """The same for the old binary format, as far as its directory tells."""
    content = path.read_bytes()
    if len(content) > max_bytes:
        raise _too_large(path, max_bytes)
    if "EncryptedPackage".encode("utf-16-le") in content or "EncryptionInfo".encode("utf-16-le") in content:
        raise _encrypted(path)
    if "_VBA_PROJECT".encode("utf-16-le") in content:
        raise macros(path)
    try:
        encrypted = biff.told(content).encrypted
    except ValueError:
        raise broken(path) from None
    if encrypted:
        raise _encrypted(path)


def merges_of_xls(path: Path, sheet: str) -> tuple[Merge, ...]:
    """Merged ranges of one sheet of the old binary format."""
    try:
        return biff.told(path.read_bytes()).merges.get(sheet, ())
    except ValueError:
        raise broken(path) from None


def sheets(path: Path) -> dict[str, str]:
    """Sheet name -> name of its part, in the workbook's order."""
    try:
        with zipfile.ZipFile(path) as package:
            book, links = _xml(package, "xl/workbook.xml"), _xml(package, "xl/_rels/workbook.xml.rels")
    except (KeyError, zipfile.BadZipFile, ET.ParseError, ValueError):
        raise broken(path) from None
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    found = [e for e in book.iter() if e.tag.endswith("}sheet")]
    parts = {e.get("name", ""): targets.get(e.get(_RELATIONS), "") for e in found}
    return {name: t.lstrip("/") if t.startswith("/") else f"xl/{t}" for name, t in parts.items() if t}


def hidden_sheets(path: Path) -> frozenset[str]:
    """Names of the sheets of a workbook that a spreadsheet program does not show; none are known of an .xls."""
    if not zipfile.is_zipfile(path):
        return frozenset()
    with zipfile.ZipFile(path) as package:
        book = _xml(package, "xl/workbook.xml")
    shown = {None, "visible"}
    return frozenset(e.get("name", "") for e in book.iter() if e.tag.endswith("}sheet") and e.get("state") not in shown)


def counts_from_1904(path: Path) -> bool:
    """Whether date serials count from 1904-01-01, as old Macs wrote them."""
    with zipfile.ZipFile(path) as package:
        head = package.read("xl/workbook.xml")
    return re.search(rb'date1904="(1|true)"', head) is not None


def markup(path: Path, part: str) -> Markup:
    """One pass over a sheet's XML, a row at a time."""
    merges: list[Merge] = []
    numbers: dict[int, list[int]] = {}
    uncomputed = 0
    with zipfile.ZipFile(path) as package, package.open(part) as file:
        for piece in _rows(file):
            # Most pieces have neither merges nor formulas, and a plain search is far cheaper than the patterns.
            if b"mergeCell" in piece:
                merges += (Merge(_index(m[1]), int(m[2]), int(m[4])) for m in _MERGE.finditer(piece))
            if b"<f" in piece or b":f" in piece:
                uncomputed += sum(b't="str"' not in m[1] for m in _FORMULA.finditer(piece))
            for m in _NUMBER.finditer(piece):
                if b" t=" not in m[3] or b't="n"' in m[3]:
                    numbers.setdefault(_index(m[1]), []).append(int(m[2]))
    return Markup(tuple(merges), uncomputed, {index: tuple(rows) for index, rows in numbers.items()})


def _rows(file: IO[bytes]) -> Iterator[bytes]:
    """The file in pieces that end with a row, so that no cell is cut in two."""
    rest = b""
    while block := file.read(_BLOCK):
        rest += block
        end = max((m.end() for m in _ROW_END.finditer(rest)), default=0)
        if end:
            yield rest[:end]
            rest = rest[end:]
    yield rest


def _xml(package: zipfile.ZipFile, part: str) -> ET.Element:
    with package.open(part) as file:
        text = file.read(_MAX_INDEX)
    if b"<!DOCTYPE" in text:
        raise ValueError(part)
    return ET.fromstring(text)  # noqa: S314 -- no document type, so no entities, and a bounded size


def _index(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def broken(path: Path) -> SourceError:
    """The error for a file that is no workbook (any more)."""
    return SourceError(
        f"{path.name} is damaged or no Excel workbook.",
        todo="Open it and save it again as .xlsx, or drop a good copy.",
    )


def macros(path: Path) -> SourceError:
    """The error for a workbook that brings a program."""
    return SourceError(f"{path.name} holds macros.", todo="Save it as .xlsx without macros and drop it anew.")


def _encrypted(path: Path) -> SourceError:
    return SourceError(f"{path.name} is encrypted.", todo="Save it without a password and drop it anew.")


def _too_large(path: Path, max_bytes: int) -> SourceError:
    return SourceError(
        f"{path.name} unpacks to more than {max_bytes} bytes.",
        todo="Split it, deliver it as CSV, or raise max_bytes in the declaration.",
    )
