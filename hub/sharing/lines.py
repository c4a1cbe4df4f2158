"""What is said of a table, line by line, in the protocol's two forms: ``parquet`` and ``delta`` (for kernels)."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from hub.sharing.cuts import Cut, Piece

PARQUET, DELTA = "parquet", "delta"
MEDIA: Final = "application/x-ndjson"
_NAMES: Final = uuid.UUID("6f1d9a0c-5d3e-5b0e-9a53-3f0a7a5d1c11")
_SIMPLE: Final = (
    (pa.types.is_boolean, "boolean"),
    (pa.types.is_int8, "byte"),
    (pa.types.is_int16, "short"),
    (pa.types.is_int32, "integer"),
    (pa.types.is_integer, "long"),
    (pa.types.is_float32, "float"),
    (pa.types.is_floating, "double"),
    (pa.types.is_date, "date"),
    (pa.types.is_timestamp, "timestamp"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """A version of a table as a client is told of it; ``stamp`` is milliseconds since 1970."""

    share: str
    table: str
    title: str
    version: int
    stamp: int
    cut: Cut


def schema_text(schema: pa.Schema) -> str:
    """The schema as Spark's JSON (Delta protocol, schema serialisation)."""
    columns = [_column(field) for field in schema if field.name != "_change_type"]
    return json.dumps({"type": "struct", "fields": columns}, ensure_ascii=False)


def _column(field: pa.Field) -> dict[str, Any]:
    return {"name": field.name, "type": _type(field.type), "nullable": True, "metadata": {}}


def _type(kind: pa.DataType) -> Any:
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return {"type": "array", "elementType": _type(kind.value_type), "containsNull": True}
    if pa.types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    return next((name for is_it, name in _SIMPLE if is_it(kind)), "string")


def protocol(form: str) -> dict[str, Any]:
    """The first line: who may read this."""
    if form == DELTA:
        return {"protocol": {"deltaProtocol": {"minReaderVersion": 1, "minWriterVersion": 4}}}
    return {"protocol": {"minReaderVersion": 1}}


def metadata(told: Told, form: str) -> dict[str, Any]:
    """The second line: the table."""
    size = {"version": told.version, "size": told.cut.size, "numFiles": len(told.cut.pieces)}
    about: dict[str, Any] = {
        "id": str(uuid.uuid5(_NAMES, f"{told.share}/{told.table}")),
        "name": told.table,
        "description": told.title,
        "format": {"provider": "parquet", "options": {}},
        "schemaString": schema_text(told.cut.schema),
        "partitionColumns": [],
    }
    if form == DELTA:
        change = {"configuration": {"delta.enableChangeDataFeed": "true"}, "createdTime": told.stamp}
        return {"metaData": {**size, "deltaMetadata": {**about, **change}}}
    return {"metaData": {**about, **size, "configuration": {"enableChangeDataFeed": "true"}}}


def files(told: Told, pieces: tuple[Piece, ...], form: str, link: Callable[[Piece], str], until: int) -> Iterator[Any]:
    """A line for each file, with its signed link, which holds until ``until`` (milliseconds since 1970)."""
    for piece in pieces:
        known = {"id": piece.name[:32], "version": told.version, "timestamp": told.stamp, "expirationTimestamp": until}
        add = {"partitionValues": {}, "size": piece.size, "stats": stats_text(piece)}
        if form == DELTA:
            single = {"add": {"path": link(piece), **add, "modificationTime": told.stamp, "dataChange": True}}
            yield {"file": {**known, "deltaSingleAction": single}}
        else:
            yield {"file": {"url": link(piece), **known, **add}}


def changes(told: Told, form: str, link: Callable[[Piece], str], until: int) -> Iterator[Any]:
    """A line for each file of a version's changes."""
    for piece in told.cut.pieces:
        known = {"id": piece.name[:32], "version": told.version, "timestamp": told.stamp, "expirationTimestamp": until}
        size = {"partitionValues": {}, "size": piece.size}
        if form == DELTA:
            yield {"file": {**known, "deltaSingleAction": {"cdc": {"path": link(piece), **size, "dataChange": False}}}}
        else:
            yield {"cdf": {"url": link(piece), **known, **size}}


def stats_text(piece: Piece) -> str:
    """Counts, least and greatest values of a file, as Delta writes them."""
    told = {
        "numRecords": piece.rows,
        "minValues": {name: one[0] for name, one in piece.stats.items()},
        "maxValues": {name: one[1] for name, one in piece.stats.items()},
        "nullCount": {name: one[2] for name, one in piece.stats.items()},
    }
    return json.dumps(told, ensure_ascii=False)


def text(lines: Iterator[Any]) -> bytes:
    """The lines as NDJSON."""
    return "".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n" for one in lines).encode()


def form_of(capabilities: str) -> str:
    """The form to answer in: ``delta`` only for a client that takes nothing else."""
    said = dict(part.split("=", 1) for part in capabilities.lower().replace(" ", "").split(";") if "=" in part)
    return DELTA if said.get("responseformat", PARQUET) == DELTA else PARQUET
