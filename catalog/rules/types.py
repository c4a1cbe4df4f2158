"""The Arrow type that a declared kind is conformed to."""

from __future__ import annotations

import pyarrow as pa

from catalog.model import Field, Kind

ZONE = "Etc/GMT-8"
"""+08:00 under the name that Arrow and polars both keep; Asia/Shanghai had summer time until 1991."""

PRECISION = 20

_TYPES = {
    **dict.fromkeys((Kind.STRING, Kind.CODE, Kind.FILE, Kind.JSON), pa.string()),
    **dict.fromkeys((Kind.STRINGS, Kind.CODES), pa.list_(pa.string())),
    Kind.INTEGER: pa.int64(),
    Kind.DATE: pa.date32(),
    Kind.DATETIME: pa.timestamp("ms", ZONE),
    Kind.BOOLEAN: pa.bool_(),
}


def arrow_type(field: Field) -> pa.DataType:
    """Type of the field's column in checked rows."""
    return pa.decimal128(PRECISION, field.scale) if field.kind is Kind.DECIMAL else _TYPES[field.kind]


def arrow_schema(fields: tuple[Field, ...]) -> pa.Schema:
    """Schema of checked rows of these fields, without the quality flags that checking adds."""
    return pa.schema([pa.field(f.name, arrow_type(f)) for f in fields])
