"""Parquet: zstd, row groups of a fixed size, facts about the file as key-value metadata.

Arrow's writer is the fastest of those measured; its bytes depend on how rows are cut, which ``Steady`` batches take
away, and on how texts that repeat are held. So the first row group tells which columns repeat in the file, and these
are written from dictionaries in the order in which their texts appear. To readers they are columns of texts. Texts that
hardly repeat get no least and greatest value: rows stand in no order of them, so nothing could be skipped by it. Where
most texts of the first row group are met once, no dictionary is begun, which would only be given up.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.formats import texts
from catalog.formats.layout import Layout, check_layout, finished, guarded
from catalog.formats.steady import STEADY_ROWS
from catalog.release import Resource
from catalog.repeats import few_distinct, in_order, whole

MEDIA_TYPE = "application/vnd.apache.parquet"
# Values that Arrow looks at together; its own thousand costs a tenth more.
_AT_ONCE = 8192


class ParquetWriter:
    """Streams rows into ``<name>.parquet``; every batch becomes a row group."""

    def __init__(self, folder: Path, layout: Layout) -> None:
        check_layout(layout)
        self._layout = layout
        self._path = folder / f"{layout.name}.parquet"
        self._rows = 0
        self._schema = layout.schema.with_metadata(dict(layout.notes))
        self._writer: pq.ParquetWriter | None = None
        with guarded(self._path):
            self._file = pa.OSFile(str(self._path), "wb")

    def write(self, batch: pa.RecordBatch) -> None:
        with guarded(self._path):
            writer = self._open(batch)
            columns = [_held(column, field.type) for column, field in zip(batch.columns, writer.schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(columns, schema=writer.schema), row_group_size=STEADY_ROWS)
        self._rows += batch.num_rows

    def close(self) -> tuple[Resource, ...]:
        with guarded(self._path):
            self._open(self._schema.empty_table()).close()
            self._file.close()
        return (finished(self._path, "parquet", MEDIA_TYPE, self._rows),)

    def abandon(self) -> None:
        with guarded(self._path):
            if self._writer is not None:
                self._writer.close()
            self._file.close()

    def _open(self, first: pa.RecordBatch | pa.Table) -> pq.ParquetWriter:
        """The file's writer, made when its first rows tell which columns repeat."""
        if self._writer is None:
            is_text = {field.name: pa.types.is_string(field.type) for field in self._schema}
            few = {name for name, text in is_text.items() if text and _repeats(first.column(name))}
            single = {name for name, text in is_text.items() if text and name not in few and _once(first.column(name))}
            fields = [f.with_type(pa.dictionary(pa.int32(), f.type)) if f.name in few else f for f in self._schema]
            # What readers are told to make of the columns is what they were before they were held so.
            told = {"ARROW:schema": base64.b64encode(self._schema.serialize().to_pybytes()).decode()}
            self._writer = pq.ParquetWriter(
                self._file,
                pa.schema(fields),
                compression="zstd",
                version="2.6",
                store_schema=False,
                write_batch_size=_AT_ONCE,
                use_dictionary=[path for name, path in _paths(self._schema) if name not in single],
                write_statistics=[name for name, text in is_text.items() if name in few or not text],
            )
            self._writer.add_key_value_metadata({**dict(self._layout.notes), **told})
        return self._writer


def _repeats(column: pa.Array | pa.ChunkedArray) -> bool:
    return isinstance(column, pa.Array) and few_distinct(whole(column))


def _once(column: pa.Array | pa.ChunkedArray) -> bool:
    """Whether most values are met no second time."""
    distinct = column.unique() if isinstance(column, pa.ChunkedArray) else in_order(column).dictionary
    return 2 * len(distinct) > len(column)


def _paths(schema: pa.Schema) -> Iterator[tuple[str, str]]:
    """Each column with the path by which Parquet calls its values."""
    for field in schema:
        yield field.name, f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name


def _held(column: pa.Array, kind: pa.DataType) -> pa.Array:
    """The column as the file holds it; nulls inside lists are left out."""
    if pa.types.is_dictionary(kind):
        return in_order(column)
    return texts.without_null_items(column) if pa.types.is_list(kind) else whole(column)
