"""Rows in XML and in tables of web pages, read as plain text: nothing is resolved, fetched or expanded."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape

from desensitise.mark.found_json import Row

_TABLE = re.compile(r"<tr\b", re.IGNORECASE)
_ROW = re.compile(r"<tr\b[^>]*>(.*?)(?=</tr\b|<tr\b|</table\b|\Z)", re.IGNORECASE | re.DOTALL)
_CELL = re.compile(r"<t[dh]\b[^>]*>(.*?)(?=</t[dh]\b|<t[dh]\b|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_PART = re.compile(r"<(/?)([\w:.-]+)[^>]*?(/?)>|<!\[CDATA\[(.*?)\]\]>|<[?!][^>]*>|([^<]+)", re.DOTALL)
_OPENING = re.compile(r"""<([\w:.-]+)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))+)""")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


def rows_of_markup(text: str) -> list[Row]:
    """Rows of a page's tables, or the records of an XML text: elements whose children, or attributes, hold values."""
    if _TABLE.search(text):
        return _of_page(text)
    rows = _of_xml(text)
    return rows if len(rows) > 1 else _of_attributes(text) or rows


def _of_page(text: str) -> list[Row]:
    rows = [[unescape(_TAG.sub("", cell)).strip() for cell in _CELL.findall(row)] for row in _ROW.findall(text)]
    rows = [row for row in rows if row]
    if not rows:
        return []
    names, *rest = rows
    longest = max(len(row) for row in rows)
    names = [name or f"column {place + 1}" for place, name in enumerate([*names, *[""] * (longest - len(names))])]
    return [dict(zip(names, row, strict=False)) for row in rest]


@dataclass
class _Element:
    """An element that is still open: the values of its children, and its own text."""

    name: str
    values: list[tuple[str, str | list[str]]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    has_records: bool = False


def _of_xml(text: str) -> list[Row]:
    rows: list[Row] = []
    open_ = [_Element("")]
    for closing, name, empty, verbatim, said in _PART.findall(text):
        if name and not closing:
            open_.append(_Element(name.rpartition(":")[2]))
        elif not name:
            open_[-1].text.append(verbatim or unescape(said))
        if (closing or empty) and len(open_) > 1:
            _close(open_.pop(), open_[-1], rows)
    return rows


def _of_attributes(text: str) -> list[Row]:
    """Records that are elements without content: those of the most frequent name that has several attributes."""
    held: dict[str, list[Row]] = {}
    for name, inside in _OPENING.findall(text):
        row: Row = {key.rpartition(":")[2]: unescape(one or other) for key, one, other in _ATTRIBUTE.findall(inside)}
        if len(row) > 1:
            held.setdefault(name, []).append(row)
    return max(held.values(), key=len, default=[])


def _close(one: _Element, parent: _Element, rows: list[Row]) -> None:
    """A closed element is a value or a list of its parent, or a record."""
    names = {name for name, _ in one.values}
    if one.has_records:
        parent.has_records = True
    elif not one.values:
        parent.values.append((one.name, "".join(one.text).strip()))
    elif names == {"item"} or (len(names) == 1 and (len(one.values) > 1 or parent.values)):
        parent.values.append((one.name, [value for _, value in one.values if isinstance(value, str)]))
    else:
        rows.append(dict(one.values))
        parent.has_records = True
