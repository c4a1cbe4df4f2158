"""Arrow batches of a fixed size, so that equal rows give equal batches whatever a driver returns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa

BATCH_ROWS = 65_536


def rechunk(batches: Iterable[pa.RecordBatch], rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of exactly ``rows``, the last one shorter. Empty batches vanish."""
    waiting: list[pa.RecordBatch] = []
    held = 0
    for batch in batches:
        start = 0
        while held + batch.num_rows - start >= rows:
            take = rows - held
            yield _joined([*waiting, batch.slice(start, take)])
            waiting, held, start = [], 0, start + take
        if start < batch.num_rows:
            waiting.append(batch.slice(start))
            held += batch.num_rows - start
    if held:
        yield _joined(waiting)


def _joined(parts: list[pa.RecordBatch]) -> pa.RecordBatch:
    return parts[0] if len(parts) == 1 else pa.concat_batches(parts)


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with ``large_string`` and string views as ``string`` and without the driver's field metadata."""
    schema = pa.schema([pa.field(f.name, _plain_type(f.type)) for f in batch.schema])
    return batch if schema.equals(batch.schema, check_metadata=True) else batch.cast(schema)


def _plain_type(kind: pa.DataType) -> pa.DataType:
    return pa.string() if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) else kind


def texts(columns: dict[str, list[str | None]]) -> pa.RecordBatch:
    """A batch of text columns."""
    return pa.RecordBatch.from_pydict(
        {name: pa.array(values, pa.string()) for name, values in columns.items()},
    )
