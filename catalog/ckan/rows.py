"""The rows of a release, read from its files in batches, as the DataStore takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from catalog.ckan.resources import table_parts
from catalog.derive.ckan_fields import ckan_fields
from catalog.errors import PortalError
from catalog.formats.csv import split_list, unguard
from catalog.portal import Edition

Facts = dict[str, Any]

TODO = "Pack the release again; if it repeats, report it as a defect of the hub."


def table_fields(edition: Edition) -> list[Facts]:
    """The declared fields of the columns that the files have, in their order."""
    declared = {field["id"]: field for field in ckan_fields(edition.dataset)}
    names = _names(edition.folder / table_parts(edition)[0].name)
    if not set(names) <= set(declared):
        raise PortalError(f"{edition.release.name} has columns that its dataset does not declare.", todo=TODO)
    return [declared[name] for name in names]


def row_batches(edition: Edition, size: int) -> Iterator[pa.RecordBatch]:
    """Batches of at most ``size`` rows; refuses NUL characters, which PostgreSQL has no place for."""
    for part in table_parts(edition):
        path = edition.folder / part.name
        batches = _parquet(path, size) if part.format == "parquet" else _csv(path, table_fields(edition), size)
        for batch in batches:
            _refuse_nul(batch, edition)
            yield batch


def records(batch: pa.RecordBatch) -> list[Facts]:
    """The batch as CKAN's JSON records: numbers, texts, lists; dates and times in ISO 8601."""
    plain = [_plain(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(plain, names=batch.schema.names).to_pylist()  # type: ignore[no-any-return]


def copy_columns(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with lists as PostgreSQL's array literals, ready to be written as CSV for COPY."""
    columns = [
        _mapped(column, _array_literal) if pa.types.is_list(column.type) else _plain(column) for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _names(path: Path) -> list[str]:
    if path.suffix == ".parquet":
        return list(pq.read_schema(path).names)
    with pacsv.open_csv(path) as reader:
        return [name.removeprefix("\ufeff") for name in reader.schema.names]


def _parquet(path: Path, size: int) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(size)


def _csv(path: Path, fields: Sequence[Facts], size: int) -> Iterator[pa.RecordBatch]:
    """Cells as texts (PostgreSQL reads numbers and dates itself); empty cells without quotes are null."""
    types = {field["id"]: pa.string() for field in fields}
    convert = pacsv.ConvertOptions(
        column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""]
    )
    parse = pacsv.ParseOptions(newlines_in_values=True)
    lists = {field["id"] for field in fields if field["type"].endswith("[]")}
    with pacsv.open_csv(path, parse_options=parse, convert_options=convert) as reader:
        for batch in reader:
            columns = [
                _mapped(column, _split, pa.list_(pa.string())) if name in lists else _mapped(column, unguard)
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            ]
            whole = pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
            for start in range(0, whole.num_rows, size):
                yield whole.slice(start, size)


def _split(cell: str) -> list[str]:
    return split_list(unguard(cell))


def _plain(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_timestamp(kind):
        return pc.strftime(column.cast(pa.timestamp("s", kind.tz), safe=False), "%Y-%m-%dT%H:%M:%S%z")
    if pa.types.is_date(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.string())
    if pa.types.is_dictionary(kind):
        return column.dictionary_decode()
    return column


def _mapped(column: pa.Array, change: Any, kind: pa.DataType | None = None) -> pa.Array:
    return pa.array([None if cell is None else change(cell) for cell in column.to_pylist()], type=kind or pa.string())


def _array_literal(cells: Sequence[str | None]) -> str:
    """``{"a","b"}`` with the two characters escaped that need it."""
    quoted = ("NULL" if cell is None else '"' + cell.replace("\\", "\\\\").replace('"', '\\"') + '"' for cell in cells)
    return "{" + ",".join(quoted) + "}"


def _refuse_nul(batch: pa.RecordBatch, edition: Edition) -> None:
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        texts = column.flatten() if pa.types.is_list(column.type) else column
        if pa.types.is_string(texts.type) or pa.types.is_large_string(texts.type):
            bad = pc.sum(pc.match_substring(texts, "\x00")).as_py() or 0
            if bad:
                raise PortalError(
                    f"{edition.release.name}: {bad} cells of column {name} hold NUL characters, which no table takes.",
                    todo="Mend the source or let the column's treatment remove them; then run again.",
                )
