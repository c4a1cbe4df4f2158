"""JSON Lines: one object a row, every column present; lists, numbers, ``null``; UTF-8 as it is, not escaped.

Decimals are JSON numbers with their exact digits, times are ISO 8601 with +08:00. Built by joining Arrow columns,
which takes half the CPU of polars' writer and keeps the digits.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.formats import texts
from catalog.formats.joining import Cells, lines, once
from catalog.formats.layout import Hashed, Layout, check_layout, guarded
from catalog.release import Resource

MEDIA_TYPE = "application/jsonl"

_SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}
_ESCAPES = {"\\": "\\\\", '"': '\\"', **{chr(code): _SHORT.get(code, f"\\u{code:04x}") for code in range(0x20)}}
_ESCAPED = np.zeros(256, np.bool_)
_ESCAPED[[ord(letter) for letter in _ESCAPES]] = True


class JsonlWriter:
    """Streams rows into ``<name>.jsonl``."""

    def __init__(self, folder: Path, layout: Layout) -> None:
        check_layout(layout)
        self._layout = layout
        self._path = folder / f"{layout.name}.jsonl"
        self._rows = 0
        with guarded(self._path):
            self._file = Hashed(self._path)

    def write(self, batch: pa.RecordBatch) -> None:
        with guarded(self._path):
            for piece in lines_of(batch):
                self._file.write(piece)
        self._rows += batch.num_rows

    def close(self) -> tuple[Resource, ...]:
        return (self._file.finished("jsonl", MEDIA_TYPE, self._rows),)

    def abandon(self) -> None:
        self._file.close()


def lines_of(batch: pa.RecordBatch) -> Iterator[memoryview]:
    """The batch's lines as they stand in a file, in pieces."""
    for part in texts.slices(batch):
        yield from lines(_columns(part), "{", "}\n")


def _columns(batch: pa.RecordBatch) -> list[Cells]:
    keys = [f'{"," if place else ""}"{name}":' for place, name in enumerate(batch.schema.names)]
    return [once(column, partial(_cells, key)) for key, column in zip(keys, batch.columns, strict=True)]


def _cells(key: str, column: pa.Array) -> Cells:
    kind, nothing = column.type, f"{key}null"
    if pa.types.is_list(kind):
        items = texts.each_list(column, escaped)
        return Cells(
            pc.binary_join(items, '","'), (f'{key}["', '"]'), nothing, texts.without_texts(items), (f"{key}[", "]")
        )
    if pa.types.is_string(kind):
        return Cells(escaped(column), (f'{key}"', '"'), nothing)
    quote = '"' if pa.types.is_temporal(kind) else ""
    return Cells(texts.plain(column), (key + quote, quote), nothing)


def escaped(column: pa.Array) -> pa.Array:
    """Texts as they stand between the quotes of a JSON string (RFC 8259, section 7)."""
    raw = texts.content(column)
    if not texts.has_controls(raw) and not texts.holds(raw, (b'"', b"\\")):
        return column
    rows = texts.rows_with(column, _ESCAPED)
    return texts.mapped_at(column, rows, lambda cells: cells.str.replace_many(list(_ESCAPES), list(_ESCAPES.values())))
