"""The first rows of a released file, read from the published file itself."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from catalog.errors import PortalError
from catalog.release import Release, Resource, Role

ROWS = 20
CELL = 160
"""Longer texts are cut on the page, with an ellipsis; the files hold them whole."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Column names and the first rows as text; ``source`` is the file they were read from."""

    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def read(folder: Path, release: Release) -> Preview | None:
    """The first rows of the release's Parquet or else CSV file; None if it has neither."""
    for form, reader in (("parquet", _parquet), ("csv", _csv)):
        resource = _first(release, form)
        if resource is not None:
            return _read(folder, resource, reader)
    return None


def _first(release: Release, form: str) -> Resource | None:
    found = [r for r in release.resources if r.role is Role.DATA and r.format.lower() == form]
    return min(found, key=lambda resource: (resource.part, resource.name), default=None)


def _read(folder: Path, resource: Resource, reader: Any) -> Preview:
    try:
        columns, rows = reader(folder / resource.name)
    except OSError:
        raise
    except Exception:  # noqa: BLE001  # whatever a file library raises may quote the file's values
        raise PortalError(
            f"{resource.name} cannot be read as {resource.format}; it has no preview.",
            todo="Pack the release again and publish it as a new version.",
        ) from None
    return Preview(resource.name, tuple(columns), tuple(tuple(_shorten(as_text(cell)) for cell in row) for row in rows))


def _parquet(path: Path) -> tuple[list[str], list[tuple[Any, ...]]]:
    import pyarrow.parquet as pq

    with path.open("rb") as stream:
        file = pq.ParquetFile(stream, pre_buffer=False)
        names = list(file.schema_arrow.names)
        batch = next(file.iter_batches(batch_size=ROWS, use_threads=False), None)
        columns = [column.to_pylist() for column in batch.columns] if batch is not None else []
    return names, list(zip(*columns, strict=True))


def _csv(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.reader(stream, strict=True)
        names = next(reader, [])
        return names, [row for _, row in zip(range(ROWS), reader, strict=False)]


def as_text(value: object) -> str:
    """A cell as people read it; lists are joined, absent values are empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return "；".join(as_text(item) for item in value)
    return str(value)


def _shorten(text: str) -> str:
    return text if len(text) <= CELL else text[: CELL - 1] + "…"
