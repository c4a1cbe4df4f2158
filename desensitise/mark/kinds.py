"""Rows as other libraries hold them: large texts and lists, and views of them, as the plain types that are marked."""

from __future__ import annotations

import polars as pl
import pyarrow as pa

from catalog.repeats import plain

_LISTS = (pa.types.is_large_list, pa.types.is_list_view, pa.types.is_large_list_view, pa.types.is_fixed_size_list)


def usual(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with texts and lists of the plain types of Arrow; the very one where it has them already."""
    kinds = [_usual_type(field.type) for field in batch.schema]
    if kinds == batch.schema.types:
        return batch
    fields = [field.with_type(kind) for field, kind in zip(batch.schema, kinds, strict=True)]
    columns = [_cast(column, kind) for column, kind in zip(batch.columns, kinds, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=pa.schema(fields, batch.schema.metadata))


def usual_table(rows: pa.Table) -> pa.Table:
    """The same of a table, with a value in every row of every column."""
    batches = [plain(usual(batch)) for batch in rows.to_batches() or rows.schema.empty_table().to_batches()]
    return pa.Table.from_batches(batches) if batches else rows


def as_texts(table: pl.DataFrame | pa.Table) -> pl.DataFrame:
    """Any table as texts; lists are joined by line feeds, which no item holds. What is no text reads as nothing."""
    frame = table if isinstance(table, pl.DataFrame) else pl.DataFrame(table)
    return frame.with_columns(_texts(column) for column in frame.iter_columns())


def _texts(column: pl.Series) -> pl.Series:
    kind = column.dtype
    if isinstance(kind, pl.Array):
        column, kind = column.arr.to_list(), pl.List(kind.inner)
    if isinstance(kind, pl.List):
        return column.cast(pl.List(pl.String)).list.join("\n")
    if isinstance(kind, pl.Binary):
        return pl.Series(column.name, [one and one.decode(errors="replace") for one in column], pl.String)
    if isinstance(kind, pl.Object | pl.Duration):
        return pl.Series(column.name, [None if one is None else str(one) for one in column], pl.String)
    return column.cast(pl.String, strict=False)


def _usual_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_list(kind) or any(is_kind(kind) for is_kind in _LISTS):
        inner = _usual_type(kind.value_type)
        return kind if pa.types.is_list(kind) and inner == kind.value_type else pa.list_(inner)
    if pa.types.is_dictionary(kind) and _usual_type(kind.value_type) != kind.value_type:
        return pa.dictionary(pa.int32(), _usual_type(kind.value_type))
    return kind


def _cast(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if not pa.types.is_dictionary(kind) or column.type == kind:
        return column if column.type == kind else column.cast(kind)
    return pa.DictionaryArray.from_arrays(column.indices.cast(kind.index_type), column.dictionary.cast(kind.value_type))
