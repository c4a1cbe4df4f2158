"""Rows in JSON of any shape: arrays of records or of rows, tables by column, and records inside whatever wraps them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

Row: TypeAlias = dict[str, Any]
_MOST_FAILURES: Final = 50
"""Broken objects that are passed over; after these a text is taken for something else."""


def records(text: str) -> list[Row]:
    """The rows of a JSON text, of lines of it, or of one that was cut off; none where there are none."""
    try:
        return rows_of(json.loads(text))
    except ValueError:
        return [row for one in _pieces(text) for row in rows_of(one)]


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
    deeper = max((rows_of(one) for one in inner), key=len, default=[])
    wraps = any(isinstance(one, list) and one and isinstance(one[0], dict) for one in inner)
    return deeper if wraps or len(deeper) > 1 else [_flat(value)]


def _of_array(values: list[Any]) -> list[Row]:
    if rows := [_flat(one) for one in values if isinstance(one, dict)]:
        return rows
    lists = [one for one in values if isinstance(one, list)]
    if not lists:
        return []
    names, *rest = lists
    if len(set(map(str, names))) < len(names) or not all(isinstance(one, str) for one in names):
        names, rest = [f"column {place + 1}" for place in range(len(names))], lists
    return [dict(zip(map(str, names), one, strict=False)) for one in rest]


def _of_objects(value: dict[str, dict[str, Any]]) -> list[Row]:
    """Objects by name: rows by their number, columns of values by row number, or tables one of which counts."""
    inner = list(value.values())
    if any(isinstance(cell, dict | list) for one in inner for cell in one.values()) and not _are_numbers(value):
        return max((rows_of(one) for one in inner), key=len)
    if _are_numbers(inner[0]) and not _are_numbers(value):
        return [{name: column.get(row) for name, column in value.items()} for row in inner[0]]
    return [_flat(one) for one in inner]


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
