"""Parquet: zstd, row groups of a fixed size, facts about the file as key-value metadata.

Arrow's writer is the fastest of those measured; its bytes depend on how rows are cut, which ``Steady`` batches take
away.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from catalog.formats import texts
from catalog.formats.layout import Layout, check_layout, finished, guarded
from catalog.formats.steady import STEADY_ROWS
from catalog.release import Resource

MEDIA_TYPE = "application/vnd.apache.parquet"


class ParquetWriter:
    """Streams rows into ``<name>.parquet``; every batch becomes a row group."""

    def __init__(self, folder: Path, layout: Layout) -> None:
        check_layout(layout)
        self._layout = layout
        self._path = folder / f"{layout.name}.parquet"
        self._rows = 0
        schema = layout.schema.with_metadata(dict(layout.notes))
        with guarded(self._path):
            self._writer = pq.ParquetWriter(str(self._path), schema, compression="zstd", version="2.6")

    def write(self, batch: pa.RecordBatch) -> None:
        with guarded(self._path):
            columns = [texts.without_null_items(c) if pa.types.is_list(c.type) else c for c in batch.columns]
            table = pa.Table.from_arrays(columns, schema=self._layout.schema)
            self._writer.write_table(table, row_group_size=STEADY_ROWS)
        self._rows += batch.num_rows

    def close(self) -> tuple[Resource, ...]:
        with guarded(self._path):
            self._writer.close()
        return (finished(self._path, "parquet", MEDIA_TYPE, self._rows),)

    def abandon(self) -> None:
        with guarded(self._path):
            self._writer.close()
