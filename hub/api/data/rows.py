"""Rows for one caller: the release's own copy for everybody's data, a marked copy of their own for who has a grant.

A copy is made once for a version and a recipient, and answers every later query; its rows lead back to whom they
were given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from agreements.model import Standing, Verdict
from catalog.model import Dataset
from hub.api.process.context import here
from hub.api.process.held import Held
from hub.api.wire.problems import Refused
from hub.marking import copies

_FORMATS: Final = ("parquet",)
_BATCH: Final = 512
_making = Lock()


@dataclass(frozen=True, slots=True)
class Source:
    """The files that hold a version's rows for one caller, and the number of the marked copy (0: the release)."""

    dataset: str
    version: int
    copy: int
    files: tuple[Path, ...]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Columns and their types."""
        return here().held.file(self.files[0]).columns


def source_for(dataset: Dataset, version: int, who: Standing, verdict: Verdict) -> Source:
    """The rows of a version as this caller gets them. Refused when they are not kept in a form that can be asked."""
    if dataset.is_open:
        return released(dataset.id, version)
    party = who.party
    if party is None:
        raise Refused("unauthenticated")
    grant = verdict.grant or f"clause-{verdict.clause}-{party.id}"
    key = ("source", dataset.id, version, grant)
    return here().known.get(key, lambda: _copied(dataset, version, grant, party.name))


def _copied(dataset: Dataset, version: int, grant: str, recipient: str) -> Source:
    with _making:
        number, folder = copies.standing_copy(dataset, version, grant, recipient, here().parts, _FORMATS)
    return _source(dataset.id, version, number, folder)


def released(dataset: str, version: int) -> Source:
    """The rows of an open version as everybody gets them."""
    folder = here().parts.releases / dataset / str(version)
    return here().known.get(("source", dataset, version, ""), lambda: _source(dataset, version, 0, folder))


def _source(dataset: str, version: int, number: int, folder: Path) -> Source:
    files = tuple(sorted(folder.glob("*.parquet")))
    if not files:
        raise Refused("not-acceptable", "This release cannot be queried; take its files.")
    return Source(dataset, version, number, files)


def count(source: Source, chosen: pl.Expr | None) -> int:
    """How many rows a query has, by reading only the columns that it asks."""
    held, name = here().held, _name(chosen)
    return sum(
        group.rows if chosen is None else len(held.places(group, chosen, name)) for group in held.groups(source.files)
    )


def batches(source: Source, chosen: pl.Expr | None, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """The rows of a query, in the copy's order, a small batch at a time.

    Batches are cut from columns that all readers of a copy share: a slow one holds little of its own.
    """
    # The generator runs after the request's context is gone.
    return _batches(here().held, source, chosen, tuple(columns))


def _batches(held: Held, source: Source, chosen: pl.Expr | None, columns: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    name = _name(chosen)
    for group in held.groups(source.files):
        places = held.places(group, chosen, name)
        for start in range(0, len(places), _BATCH):
            yield held.rows(group, places[start : start + _BATCH], columns)


def page(source: Source, chosen: pl.Expr | None, columns: list[str], after: int, limit: int) -> tuple[list[bytes], int]:
    """At most ``limit`` rows behind row ``after`` (-1: none) as JSON, and the last one's number, -1 at the end."""
    held, name, names = here().held, _name(chosen), tuple(columns)
    lines: list[bytes] = []
    last = -1
    for group in held.groups(source.files):
        if group.start + group.rows <= after + 1:
            continue
        places = held.places(group, chosen, name)
        places = places[np.searchsorted(places, after + 1 - group.start) :]
        kept = places[: limit - len(lines)]
        if len(kept):
            lines += held.lines(group, kept, names)
            last = int(kept[-1]) + group.start
        if len(places) > len(kept):
            return lines, last
    return lines, -1


def _name(chosen: pl.Expr | None) -> bytes:
    """An expression's own bytes: whatever differs in meaning differs in them."""
    return b"" if chosen is None else chosen.meta.serialize()
