"""Arrow schemas of a dataset's released columns and of checked source fields.

Types are those that checking conforms values to (``catalog.rules.types``); a treatment that changes what a value is
makes its column text.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from catalog.derive.shape import released_kind
from catalog.model import Column, Field
from catalog.rules.types import arrow_schema, arrow_type


def schema(columns: Iterable[Column]) -> pa.Schema:
    """The schema of released rows, in the order of the columns."""
    return pa.schema([pa.field(column.name, data_type(column)) for column in columns])


def data_type(column: Column) -> pa.DataType:
    """The Arrow type of a released column."""
    return arrow_type(column.field) if released_kind(column) is column.field.kind else pa.string()


def raw_schema(fields: Iterable[Field]) -> pa.Schema:
    """The schema of checked source rows: every field under its own name, before any treatment."""
    return arrow_schema(tuple(fields))
