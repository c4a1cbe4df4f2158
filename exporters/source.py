"""The source port: a plan of repeatable key-range units, and their rows.

``plan`` fixes once what belongs to an extraction (a high-water mark, the units' bounds and how many rows the source
says lie in each), so that any unit can be read again, in any order and in any process, with the same rows. Rows that
change at the source while it is read move past the high-water mark and are met by the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, Self

import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import SourceError
from catalog.model import Field
from catalog.rows import Raw

MOST_VALUES: Final = 100
"""How many values a source is asked for at once."""


class Closing:
    """What is closed at the end of its ``with``."""

    def close(self) -> None:
        """Let go of what is held open; here that is nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """Position in the order (updated_at, record_id); both as the source's own text."""

    updated_at: str
    record_id: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece of work: rows with ``after`` < key <= ``upto`` (None = open end), or one file or page ``place``."""

    index: int
    rows: int
    after: Key | None = None
    upto: Key | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """An extraction: units in order, the new high-water mark, and how many records the source holds up to it.

    ``total`` counts all records up to the mark whatever ``since`` was; it is what reconciliation compares with what
    the hub knows, so a record that silently vanished upstream is noticed.
    """

    units: tuple[Unit, ...]
    high_water: Key | None
    total: int


@dataclass(frozen=True, slots=True)
class Sought:
    """Which records are looked for: those whose ``field`` is one of ``values``, ``most`` of them at most."""

    field: str
    values: tuple[str, ...]
    most: int

    @classmethod
    def among(cls, names: Sequence[str], field: str, values: Sequence[str], most: int) -> Sought:
        """What ``Source.find`` was asked. SourceError when the field is none of ``names`` or nothing is sought."""
        if field not in names or not 1 <= len(values) <= MOST_VALUES or most < 1:
            raise SourceError("The source was asked for records by a field that it was not opened for.")
        return cls(field, tuple(values), most)


class Source(Protocol):
    """Contract of every source; ``tests/contract/test_source.py`` holds it for each adapter."""

    incremental: bool
    """Whether ``since`` is understood; if not, each plan covers everything."""

    def plan(self, since: Key | None, unit_rows: int) -> Plan:
        """Units of about ``unit_rows`` rows changed after ``since`` (None: all)."""
        ...

    def read(self, unit: Unit) -> Iterator[Raw]:
        """The unit's rows in key order, one column per declared field, as text or native Arrow types."""
        ...

    def count(self, unit: Unit) -> int:
        """How many rows the source holds in the unit's range now."""
        ...

    def find(self, field: str, values: Sequence[str], most: int) -> Raw:
        """Records whose ``field`` is exactly one of ``values``, as they stand now, by their key: at most ``most``.

        Nothing is kept of them. SourceError for a field that was not asked of the source, or by which it cannot be
        asked.
        """
        ...

    def close(self) -> None:
        """Let go of connections and files; a closed source opens them again when it is used."""
        ...


def sift(batches: Iterable[pa.RecordBatch], names: Sequence[str], sought: Sought) -> Raw:
    """The sought records among ``batches``, whatever else a source sent along; no more batches are read than needed."""
    kept: list[pa.RecordBatch] = []
    for batch in batches:
        is_one = pc.is_in(pc.cast(batch.column(sought.field), pa.string()), pa.array(sought.values, pa.string()))
        chosen = batch.filter(is_one).select(list(names))
        kept.append(chosen.slice(0, sought.most - sum(one.num_rows for one in kept)))
        if sum(one.num_rows for one in kept) >= sought.most:
            break
    if not kept:
        return Raw(pa.RecordBatch.from_pydict({name: pa.array([], pa.string()) for name in names}))
    return Raw(pa.concat_batches(kept))


def wanted(fields: Sequence[Field]) -> tuple[str, ...]:
    """Column names to ask a source for, each once, in order."""
    return tuple(dict.fromkeys(f.name for f in fields))
