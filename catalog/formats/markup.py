"""Texts inside XML 1.0, for XML files and for the sheets of a spreadsheet alike.

``& < >`` become entities. Characters that XML 1.0 cannot hold (controls, U+FFFE, U+FFFF) become ``_xHHHH_`` as
ECMA-376 part 1, 22.9.2.19 (ST_Xstring) writes them, and a ``_`` that would read as the beginning of such an escape
becomes ``_x005F_``. Carriage returns are written so too: a parser would turn a bare one into a line feed.
"""

from __future__ import annotations

import re

import polars as pl
import pyarrow as pa

from catalog.formats import texts

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ILLEGAL = [chr(code) for code in range(0x20) if chr(code) not in "\t\n"] + ["\ufffe", "\uffff"]
_ESCAPES = {**_ENTITIES, **{letter: f"_x{ord(letter):04X}_" for letter in _ILLEGAL}}
_MARKS = (b"&", b"<", b">", b"_x", b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_LOOKS_ESCAPED = r"_(x[0-9A-Fa-f]{4})"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def escaped(column: pa.Array) -> pa.Array:
    """A column's texts as they stand between two tags."""
    raw = texts.content(column)
    if not texts.has_controls(raw) and not texts.holds(raw, _MARKS):
        return column
    return texts.mapped(column, _escape)


def _escape(cells: pl.Series) -> pl.Series:
    safe = cells.str.replace_all(_LOOKS_ESCAPED, "_x005F_$1")
    return safe.str.replace_many(list(_ESCAPES), list(_ESCAPES.values()))


def escape_text(text: str) -> str:
    """One text, escaped by the same rule."""
    safe = re.sub(_LOOKS_ESCAPED, r"_x005F_\1", text)
    return safe.translate({ord(letter): escape for letter, escape in _ESCAPES.items()})


def attribute(text: str) -> str:
    """One text as an attribute's value, with its quotes."""
    safe = escape_text(text).replace('"', "&quot;").replace("\t", "&#9;").replace("\n", "&#10;")
    return f'"{safe}"'


def restored(text: str) -> str:
    """The text that was escaped, from what an XML parser gives."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
