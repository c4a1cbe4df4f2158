"""What a spreadsheet holds beside its cells: comments, headers and footers, text boxes, the people who made it.

OOXML (ECMA-376 part 1) for .xlsx and .xlsm, OpenDocument 1.2 for .ods. The old .xls is read by its cells only.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET

from catalog.errors import SourceError

_LARGEST = 64 << 20
_CHUNK = 1 << 20
_TAG = 16
# Parts of a workbook: which, what in them holds a text, and what such texts are called.
_PARTS = (
    (re.compile(r"xl/comments.*\.xml|xl/threadedComments/.*\.xml"), {"comment", "threadedComment"}, "comments 批注"),
    (re.compile(r"xl/comments.*\.xml"), {"author"}, "people 人员"),
    (re.compile(r"xl/(?:drawings|charts)/[^/]*\.xml"), {"p"}, "drawings 图形"),
    (re.compile(r"docProps/core\.xml|meta\.xml"), {"creator", "lastModifiedBy", "initial-creator"}, "people 人员"),
    (re.compile(r"docProps/(?:core|app)\.xml|meta\.xml"), {"title", "subject", "description", "Manager"}, "file 文件"),
    (re.compile(r"styles\.xml"), {"header", "footer"}, "headers 页眉页脚"),
)
_SHEETS = re.compile(r"xl/worksheets/[^/]*\.xml")
_MARGINS = re.compile(rb"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)>(.{1,8000}?)</", re.DOTALL)
# &L, &C and &R part a header, &"font,bold" and &12 dress it, &A and the like stand for what the program fills in.
_DRESS = re.compile(r'&"[^"]*"|&[0-9]{1,3}|&[A-Za-z+-]')


def asides(path: Path) -> dict[str, list[str]]:
    """Texts by what they are; empty for a file that is no package. SourceError for a part of more than 64 MiB."""
    found: dict[str, list[str]] = {}
    if not zipfile.is_zipfile(path):
        return found
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            for called, text in _texts(path, package, name):
                found.setdefault(called, []).append(text)
    return found


def _texts(path: Path, package: zipfile.ZipFile, name: str) -> Iterator[tuple[str, str]]:
    if _SHEETS.fullmatch(name):
        with package.open(name) as part:
            yield from (("headers 页眉页脚", text) for text in _margins(part))
    elif name.startswith("xl/persons/"):
        with _opened(path, package, name) as part:
            yield from (("people 人员", e.get("displayName", "")) for _, e in ET.iterparse(part))  # noqa: S314 - as below
    elif name == "content.xml":
        with package.open(name) as part:
            yield from (("comments 批注", text) for text in _inside(part, {"annotation"}))
    for pattern, tags, called in _PARTS:
        if pattern.fullmatch(name):
            with _opened(path, package, name) as part:
                yield from ((called, text) for text in _inside(part, tags))


def _opened(path: Path, package: zipfile.ZipFile, name: str) -> IO[bytes]:
    if package.getinfo(name).file_size > _LARGEST:
        raise SourceError(
            f"{path.name} holds a part of more than 64 MiB beside its cells.",
            left="Nothing was told of it.",
            todo="Take pictures and comments out of it, or save it as CSV.",
        )
    return package.open(name)


def _inside(part: IO[bytes], tags: set[str]) -> Iterator[str]:
    """All text inside each element of one of these local names."""
    depth = 0
    for event, element in ET.iterparse(part, ("start", "end")):  # noqa: S314 - expat bounds entities
        own = element.tag.rpartition("}")[2] in tags
        depth += own if event == "start" else -own
        if event == "end" and depth == 0:
            if own and (text := "".join(element.itertext()).strip()):
                yield text
            element.clear()


def _margins(part: IO[bytes]) -> Iterator[str]:
    """Headers and footers of a sheet, which stand behind its cells: sought as bytes, in flat memory."""
    rest = b""
    begun = False
    while chunk := part.read(_CHUNK):
        rest += chunk
        if not begun:
            at = rest.find(b"headerFooter")
            begun = at >= 0
            rest = rest[at:] if begun else rest[-_TAG:]
    for found in _MARGINS.finditer(rest):
        text = ET.fromstring(b"<t>" + found.group(1) + b"</t>").text or ""  # noqa: S314 - as above
        yield _DRESS.sub(" ", text).strip()
