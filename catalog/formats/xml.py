"""XML: a root in a namespace of its own, a ``row`` element a row, a child a value; null is no child at all.

The texts of a list are ``item`` children. See ``catalog.formats.markup`` for characters that XML cannot hold.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from catalog.formats import markup, texts
from catalog.formats.joining import Cells, lines, once
from catalog.formats.layout import Layout, check_layout, finished, guarded
from catalog.release import Resource

MEDIA_TYPE = "application/xml"
NAMESPACE = "urn:quality-open-data:rows:1"


class XmlWriter:
    """Streams rows into ``<name>.xml``."""

    def __init__(self, folder: Path, layout: Layout) -> None:
        check_layout(layout)
        self._layout = layout
        self._path = folder / f"{layout.name}.xml"
        self._rows = 0
        facts = "".join(f" {name}={markup.attribute(value)}" for name, value in layout.notes)
        with guarded(self._path):
            self._file = self._path.open("wb")
            self._file.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<rows xmlns="{NAMESPACE}"{facts}>\n'.encode())

    def write(self, batch: pa.RecordBatch) -> None:
        with guarded(self._path):
            for part in texts.slices(batch):
                columns = [once(part.column(name), partial(_cells, name)) for name in part.schema.names]
                self._file.writelines(lines(columns, "<row>", "</row>\n"))
        self._rows += batch.num_rows

    def close(self) -> tuple[Resource, ...]:
        with guarded(self._path), self._file:
            self._file.write(b"</rows>\n")
        return (finished(self._path, "xml", MEDIA_TYPE, self._rows),)

    def abandon(self) -> None:
        self._file.close()


def _cells(name: str, column: pa.Array) -> Cells:
    if pa.types.is_list(column.type):
        items = texts.each_list(column, markup.escaped)
        full, bare = (f"<{name}><item>", f"</item></{name}>"), (f"<{name}>", f"</{name}>")
        return Cells(pc.binary_join(items, "</item><item>"), full, "", texts.without_texts(items), bare)
    values = markup.escaped(column) if pa.types.is_string(column.type) else texts.plain(column)
    return Cells(values, (f"<{name}>", f"</{name}>"))
