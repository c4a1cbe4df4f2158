"""Rows in JSON of any shape: arrays of records or of rows, tables by column, and records inside whatever wraps them."""

from __future__ import annotations

import ast
import json
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

Row: TypeAlias = dict[str, Any]
_MOST_FAILURES: Final = 50
"""Broken objects that are passed over; after these a text is taken for something else."""
_MOST_PRINTED: Final = 20_000_000


def records(text: str) -> list[Row]:
    """The rows of a JSON text, of lines of it, or of one that was cut off; none where there are none."""
    try:
        return rows_of(json.loads(text))
    except ValueError:
        pass
    if rows := rows_of(_lines(text)):
        return rows
    pieces = [row for one in _pieces(text) for row in rows_of(one)]
    return pieces or rows_of(_python(text))


def rows_of(value: object) -> list[Row]:
    """The rows of a decoded value, the largest table of several."""
    if isinstance(value, list):
        return _of_array(value)
    if not isinstance(value, dict):
        return []
    inner = list(value.values())
    data, names = value.get("data"), value.get("columns")
    if isinstance(names, list) and isinstance(data, list) and all(isinstance(one, list) for one in data):
        return [dict(zip(map(str, names), one, strict=False)) for one in data]
    if inner and all(isinstance(one, dict) for one in inner):
        return _of_objects(value)
    if _are_columns(inner):
        return [dict(zip(value, row, strict=True)) for row in zip(*inner, strict=True)]
    deeper = max((rows_of(one) for one in (_groups(value), *inner)), key=len, default=[])
    wraps = any(isinstance(one, list) and one and isinstance(one[0], dict) for one in inner)
    return deeper if wraps or len(deeper) > 1 else [_flat(value)]


def _of_array(values: list[Any]) -> list[Row]:
    if rows := [_flat(one) for one in values if isinstance(one, dict)]:
        # Pages of an answer, or groups: the rows are those inside.
        inside = [row for one in rows for row in _largest(list(one.values()))]
        return rows_of(inside) if len(inside) > len(rows) else _upright(rows)
    if inside := _largest(values):
        return rows_of([row for one in values if isinstance(one, list) for row in one])
    lists = [one for one in values if isinstance(one, list)]
    if not lists:
        return []
    names, *rest = lists
    if len(set(map(str, names))) < len(names) or not all(isinstance(one, str) for one in names):
        names, rest = [f"column {place + 1}" for place in range(len(names))], lists
    return [dict(zip(map(str, names), one, strict=False)) for one in rest]


def _largest(cells: list[Any]) -> list[Any]:
    """The longest of those cells that are arrays of records."""
    return max(
        (one for one in cells if isinstance(one, list) and one and isinstance(one[0], dict)), key=len, default=[]
    )


def _upright(rows: list[Row]) -> list[Row]:
    """The rows; where each of them is a column, its name beside all its values, the rows that they make."""
    held = [[cell for cell in row.values() if isinstance(cell, list)] for row in rows]
    names = [next((cell for cell in row.values() if isinstance(cell, str)), "") for row in rows]
    long = {len(lists[0]) if len(lists) == 1 else 0 for lists in held}
    if len(rows) < 2 or len(long) > 1 or max(long) <= len(rows) or len(set(names)) < len(names):
        return rows
    return [dict(zip(names, cells, strict=True)) for cells in zip(*(lists[0] for lists in held), strict=True)]


def _of_objects(value: dict[str, dict[str, Any]]) -> list[Row]:
    """Objects by name: rows by their number, columns of values by row number, or tables one of which counts."""
    inner = list(value.values())
    if any(_is_deep(cell) for one in inner for cell in one.values()) and not _are_numbers(value):
        deeper = max((rows_of(one) for one in inner), key=len)
        if len(deeper) > len(inner) or len(inner) == 1:
            return deeper
    if _are_numbers(inner[0]) and not _are_numbers(value):
        return [{name: column.get(row) for name, column in value.items()} for row in inner[0]]
    if _are_numbers(value):
        return [_flat(one) for one in inner]
    return [{"key": name, **_flat(one)} for name, one in value.items()]


def _is_deep(cell: object) -> bool:
    """Whether a cell holds records, and not values alone."""
    return isinstance(cell, dict) or (isinstance(cell, list) and any(isinstance(one, dict) for one in cell))


def _groups(value: dict[str, Any]) -> list[Row]:
    """The records of several arrays of equal ones, as of a group each, with its name; none for anything else."""
    lists = {name: one for name, one in value.items() if isinstance(one, list) and one and isinstance(one[0], dict)}
    if len(lists) < 2 or len({frozenset(one[0]) for one in lists.values()}) > 1:
        return []
    return [{"key": name, **row} for name, one in lists.items() for row in one if isinstance(row, dict)]


def _are_numbers(names: Sequence[str] | dict[str, Any]) -> bool:
    return all(name.isdecimal() for name in names)


def _are_columns(inner: Sequence[object]) -> bool:
    """Whether these are columns: arrays of one length, of which at least two hold nothing but plain values."""
    lists = [one for one in inner if isinstance(one, list)]
    if len(lists) < max(len(inner), 2) or len({len(one) for one in lists}) > 1 or not lists[0]:
        return False
    return sum(not any(isinstance(cell, dict | list) for cell in one) for one in lists) > 1


def _flat(row: Row) -> Row:
    """A record with the fields of the records inside it."""
    made: Row = {}
    for name, value in row.items():
        fields = _flat(value) if isinstance(value, dict) else {name: value}
        for inner, cell in fields.items():
            made[inner if inner not in made else f"{name}.{inner}"] = cell
    return made


def _lines(text: str) -> list[object]:
    """Rows as arrays, one a line."""
    try:
        return [json.loads(line) for line in text.splitlines() if line.startswith("[")]
    except ValueError:
        return []


def _python(text: str) -> object:
    """What Python prints of rows, read as plain values."""
    try:
        return ast.literal_eval(text.strip().rstrip(";")) if len(text) < _MOST_PRINTED else None
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None


def _pieces(text: str) -> list[object]:
    """Whole objects, one after the other, whatever stands between them or was cut off."""
    decoder, found = json.JSONDecoder(), []
    place, failures = text.find("{"), 0
    while place >= 0 and failures < _MOST_FAILURES:
        try:
            one, stop = decoder.raw_decode(text, place)
            found.append(one)
        except ValueError:
            failures, stop = failures + 1, place + 1
        place = text.find("{", stop)
    return found
