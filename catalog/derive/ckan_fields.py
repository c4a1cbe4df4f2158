"""Fields of a CKAN DataStore table: id, type and the data dictionary's labels and notes.

CKAN takes ids of at most 63 bytes that begin with no underscore; column names are declared that way already. Decimals
are ``numeric`` and list columns ``text[]``; ``type_override`` keeps the type when the table is loaded from a file.
"""

from __future__ import annotations

from typing import Any

from catalog.derive.dictionary import DictionaryRow, rows
from catalog.derive.shape import released_kind
from catalog.errors import DeclarationError
from catalog.model import Dataset, Kind

_TYPES = {
    Kind.STRING: "text",
    Kind.STRINGS: "text[]",
    Kind.INTEGER: "int8",
    Kind.DECIMAL: "numeric",
    Kind.DATE: "date",
    Kind.DATETIME: "timestamptz",
    Kind.BOOLEAN: "bool",
    Kind.CODE: "text",
    Kind.CODES: "text[]",
    Kind.JSON: "text",
    Kind.FILE: "text",
}
_LONGEST = 63


def ckan_fields(dataset: Dataset) -> list[dict[str, Any]]:
    """The ``fields`` argument of ``datastore_create``."""
    found = []
    for column, row in zip(dataset.columns, rows(dataset), strict=True):
        if len(column.name.encode()) > _LONGEST or column.name.startswith("_"):
            raise DeclarationError(
                f"Dataset {dataset.id}: column {column.name} has a name that CKAN refuses.",
                todo=f"Use at most {_LONGEST} bytes, and no underscore at the beginning.",
            )
        kind = _TYPES[released_kind(column)]
        found.append({"id": column.name, "type": kind, "info": _info(row, kind)})
    return found


def _info(row: DictionaryRow, kind: str) -> dict[str, str]:
    notes = [f"{row.note_zh} / {row.note_en}" if row.note_zh else "", row.format, row.codes, row.code]
    return {
        "label": f"{row.zh} / {row.en}",
        "notes": "\n".join(note for note in notes if note),
        "type_override": kind,
    }
