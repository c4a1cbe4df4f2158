"""Rows of SQL dumps: ``INSERT INTO … VALUES …`` as MySQL, PostgreSQL, SQLite, SQL Server and Oracle write it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from desensitise.mark.found_json import Row

_NAME = r"""(?:`[^`]*`|"[^"]*"|\[[^\]]*\]|[^\s(,;]+)"""
_INSERT = re.compile(
    rf"\binsert\s+(?:or\s+\w+\s+|ignore\s+)?into\s+{_NAME}\s*(?:\(([^)]*)\))?\s*values?\s*(?=\()", re.IGNORECASE
)
_PART = re.compile(r"'((?:[^'\\]|\\.|'')*)'|([(),;])|[^\s'(),;]+", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "": "'"}


def rows_of_sql(text: str) -> list[Row]:
    """The rows that a dump inserts, by the columns it names or by their places; none where it inserts none."""
    rows: list[Row] = []
    for insert in _INSERT.finditer(text):
        named = [name.strip().strip('`"[]') for name in (insert[1] or "").split(",")]
        for values in _tuples(text, insert.end()):
            places = [f"column {place + 1}" for place in range(len(values))]
            rows.append(dict(zip(named if len(named) == len(values) else places, values, strict=True)))
    return rows


def _tuples(text: str, begin: int) -> Iterator[list[str | None]]:
    """The tuples of values from ``begin`` to the end of the statement."""
    values: list[str | None] = []
    said: str | None = None
    bare = ""
    depth = 0
    for part in _PART.finditer(text, begin):
        sign = part[2]
        if part[1] is not None:
            # Of a call, as of to_date('…', '…'), the first text is the value.
            said = _plain(part[1]) if said is None else said
        elif sign is None:
            bare = bare or part[0]
        elif sign == "(":
            depth += 1
        elif depth == 1 and sign in ",)":
            values.append(said if said is not None else None if bare.lower() in {"", "null"} else bare)
            said, bare = None, ""
        if sign == ")":
            depth -= 1
            if not depth:
                yield values
                values = []
        if not depth and sign not in {",", ")"}:
            return


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: _LETTERS.get(found[1] or "", found[1] or "'"), text)
