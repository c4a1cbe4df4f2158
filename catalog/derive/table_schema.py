"""Frictionless Table Schema of a dataset's files.

Values of list columns are one text joined by ``;`` in CSV, so they are declared as strings there; constraints stand
only where the released values are the source's own.
"""

from __future__ import annotations

from typing import Any

from catalog.codes import code_list
from catalog.derive.shape import is_always_filled, is_exact, pattern_of, released_kind, within_limits
from catalog.model import Column, Dataset, Field, Kind

_TYPES = {
    Kind.STRING: "string",
    Kind.STRINGS: "string",
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "number",
    Kind.DATE: "date",
    Kind.DATETIME: "datetime",
    Kind.BOOLEAN: "boolean",
    Kind.CODE: "string",
    Kind.CODES: "string",
    Kind.JSON: "string",
    Kind.FILE: "string",
}
_ENUM = 50
"""Longer code lists are named by their source instead of being repeated in every package."""


def table_schema(dataset: Dataset) -> dict[str, Any]:
    """The schema as plain JSON values; equal declarations give equal schemas."""
    return {"fields": [_field(column, dataset.product) for column in dataset.columns], "missingValues": [""]}


def _field(column: Column, product: str) -> dict[str, Any]:
    kind = released_kind(column)
    body: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES[kind],
        "title": f"{column.zh} / {column.en}",
    }
    if kind is Kind.BOOLEAN:
        body |= {"trueValues": ["true"], "falseValues": ["false"]}
    if note := " / ".join(part for part in (column.field.note_zh, column.field.note_en) if part):
        body["description"] = note
    if constraints := _constraints(column, kind, product):
        body["constraints"] = constraints
    return body


def _constraints(column: Column, kind: Kind, product: str) -> dict[str, Any]:
    field = column.field
    found: dict[str, Any] = {}
    if is_always_filled(column, product):
        found["required"] = True
    if (pattern := pattern_of(column)) and kind not in {Kind.STRINGS, Kind.CODES}:
        found["pattern"] = pattern
    if is_exact(column) and kind in {Kind.STRING, Kind.CODE}:
        found |= _text(field)
    if kind in {Kind.INTEGER, Kind.DECIMAL} and within_limits(column):
        limits = {"minimum": field.minimum, "maximum": field.maximum}
        found |= {key: _plain(value) for key, value in limits.items() if value is not None}
    return found


def _text(field: Field) -> dict[str, Any]:
    """Upper length and codes. A lower length is left out: a withheld name or code may be a short word."""
    found: dict[str, Any] = {}
    if field.max_length is not None:
        found["maxLength"] = field.max_length
    if field.codes is not None and len(code_list(field.codes).entries) <= _ENUM:
        found["enum"] = list(code_list(field.codes).codes)
    return found


def _plain(value: float) -> int | float:
    return int(value) if value == int(value) else value
