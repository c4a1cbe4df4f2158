"""Streams that say when they are whole: NDJSON and Arrow, each ending with the count of rows and a SHA-256.

A stream without its end record was cut, whatever the connection says.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from typing import Final

import pyarrow as pa

from catalog.formats.jsonl import lines_of

NDJSON: Final = "application/x-ndjson"
ARROW: Final = "application/vnd.apache.arrow.stream"
END: Final = "@end"


def ndjson(batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """Lines; the last is ``{"@end":{"rows":…,"sha256":…}}`` over all bytes before it."""
    digest, rows = hashlib.sha256(), 0
    for batch in batches:
        # Whole before it leaves: a slow reader would otherwise keep all that the lines are made from.
        piece = b"".join(map(bytes, lines_of(batch)))
        rows += batch.num_rows
        del batch
        digest.update(piece)
        yield piece
    end = {END: {"rows": rows, "sha256": digest.hexdigest()}}
    yield json.dumps(end, separators=(",", ":")).encode() + b"\n"


def arrow(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[bytes]:
    """An Arrow IPC stream; its last batch has no row and metadata ``rows`` and ``sha256`` of all bytes before it."""
    sink, digest, rows = io.BytesIO(), hashlib.sha256(), 0

    def taken() -> bytes:
        piece = sink.getvalue()
        sink.seek(0)
        sink.truncate()
        digest.update(piece)
        return piece

    with pa.ipc.new_stream(sink, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
            rows += batch.num_rows
            yield taken()
        yield taken()
        end = {"rows": str(rows), "sha256": digest.hexdigest()}
        writer.write_batch(pa.RecordBatch.from_pylist([], schema=schema), custom_metadata=end)
    yield sink.getvalue()
