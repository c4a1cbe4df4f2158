"""Arrow schemas of a dataset's released columns and of checked source fields."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from catalog.derive.shape import released_kind
from catalog.model import Column, Field, Kind

DIGITS = 20
"""Digits of every decimal, before and after the point together."""

ZONE = "Asia/Shanghai"

_PLAIN = {
    Kind.STRING: pa.string(),
    Kind.STRINGS: pa.list_(pa.string()),
    Kind.INTEGER: pa.int64(),
    Kind.DATE: pa.date32(),
    Kind.DATETIME: pa.timestamp("ms", ZONE),
    Kind.BOOLEAN: pa.bool_(),
    Kind.CODE: pa.string(),
    Kind.CODES: pa.list_(pa.string()),
    Kind.JSON: pa.string(),
    Kind.FILE: pa.string(),
}


def data_type(kind: Kind, scale: int) -> pa.DataType:
    """The Arrow type of a kind; ``scale`` counts for decimals only."""
    return pa.decimal128(DIGITS, scale) if kind is Kind.DECIMAL else _PLAIN[kind]


def schema(columns: Iterable[Column]) -> pa.Schema:
    """The schema of released rows, in the order of the columns."""
    return pa.schema([pa.field(c.name, data_type(released_kind(c), c.field.scale)) for c in columns])


def raw_schema(fields: Iterable[Field]) -> pa.Schema:
    """The schema of checked source rows: every field under its own name, before any treatment."""
    return pa.schema([pa.field(f.name, data_type(f.kind, f.scale)) for f in fields])
