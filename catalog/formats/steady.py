"""Batches of one size, so that what depends on their cut (row groups, file splits) is the same for equal rows."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from catalog.errors import DeclarationError
from catalog.formats.layout import Writer
from catalog.release import Resource
from catalog.repeats import joined, plain, plain_schema

STEADY_ROWS = 65_536
"""Rows of a Parquet row group, and of every batch that reaches such a writer. Batches of this size are not copied."""


class Gathering:
    """Collects batches and hands out slices of exactly ``rows`` rows; ``rest`` is what is left at the end."""

    def __init__(self, rows: int = STEADY_ROWS) -> None:
        self.rows = rows
        self._waiting: list[pa.RecordBatch] = []
        self._count = 0

    def add(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
        if batch.num_rows:
            self._waiting.append(batch)
            self._count += batch.num_rows
        while self._count >= self.rows:
            yield self._take(self.rows)

    def rest(self) -> Iterator[pa.RecordBatch]:
        if self._count:
            yield self._take(self._count)

    def _take(self, rows: int) -> pa.RecordBatch:
        taken: list[pa.RecordBatch] = []
        missing = rows
        while missing:
            batch = self._waiting.pop(0)
            if batch.num_rows > missing:
                self._waiting.insert(0, batch.slice(missing))
                batch = batch.slice(0, missing)
            taken.append(batch)
            missing -= batch.num_rows
        self._count -= rows
        return joined(taken)


class Steady:
    """A writer that gives another one batches of one size."""

    def __init__(self, inner: Writer, rows: int = STEADY_ROWS) -> None:
        self._inner = inner
        self._gathering = Gathering(rows)

    def write(self, batch: pa.RecordBatch) -> None:
        for steady in self._gathering.add(batch):
            self._inner.write(steady)

    def close(self) -> tuple[Resource, ...]:
        for steady in self._gathering.rest():
            self._inner.write(steady)
        return self._inner.close()

    def abandon(self) -> None:
        self._inner.abandon()


def fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch in exactly this schema, texts that repeat or not; other text types are cast, the rest is refused."""
    if plain_schema(batch.schema).equals(schema):
        return batch
    batch = plain(batch)
    if batch.schema.names != schema.names:
        raise DeclarationError(
            "Rows came with other columns than the dataset declares.", todo="Run the checks of the declaration."
        )
    try:
        return batch.cast(schema)
    except (pa.ArrowException, ValueError):
        raise DeclarationError(
            "Rows came with other types than the dataset declares.", todo="Run the checks of the declaration."
        ) from None
