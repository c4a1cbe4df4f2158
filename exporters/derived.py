"""A source whose table is worked out: one unit, as of the day of the newest record that it was derived from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from catalog.model import Field
from catalog.rows import Raw
from exporters.products.base import as_raw
from exporters.source import Closing, Key, Plan, Sought, Unit, sift, wanted

HEADER: Final = ("record_id", "updated_at", "record_status", "supersedes", "openness")
"""What every row carries beside the derivation's own columns; see ``rows_of``."""


@dataclass(frozen=True, slots=True)
class Derivation:
    """What a derivation gives for a day (None: that of its newest record), and which day that was."""

    table: pl.DataFrame
    day: date


class DerivedSource(Closing):
    """``derive`` works the table out, at most once a day asked for; equal records give equal rows."""

    incremental = False

    def __init__(self, fields: Sequence[Field], derive: Callable[[date | None], Derivation]) -> None:
        self._names = wanted(fields)
        self._derive = derive
        self._made: Derivation | None = None

    def plan(self, since: Key | None, unit_rows: int) -> Plan:
        """One unit that names its day, so that a run that was cut short goes on with the same table."""
        del since, unit_rows
        made = self._on(None)
        unit = Unit(0, made.table.height, place=made.day.isoformat())
        return Plan((unit,), Key(f"{made.day.isoformat()}T00:00:00+08:00", ""), made.table.height)

    def read(self, unit: Unit) -> Iterator[Raw]:
        """The rows of the unit's day."""
        yield rows_of(self._on(date.fromisoformat(unit.place)), self._names)

    def count(self, unit: Unit) -> int:
        """How many rows the unit's day has now."""
        return self._on(date.fromisoformat(unit.place)).table.height

    def find(self, field: str, values: Sequence[str], most: int) -> Raw:
        """Rows whose field is one of the values, as they are derived now."""
        sought = Sought.among(self._names, field, values, most)
        return sift((rows_of(self._on(None), self._names).batch,), self._names, sought)

    def close(self) -> None:
        """Let the table go."""
        self._made = None

    def _on(self, day: date | None) -> Derivation:
        if self._made is None or (day is not None and self._made.day != day):
            self._made = self._derive(day)
        return self._made


def rows_of(made: Derivation, names: Sequence[str]) -> Raw:
    """The derivation's rows under the header: changed on its day, in force, superseding nothing.

    A derived row is no record of a bureau: nobody declared its openness (H12), and none of them is ever released as it
    is. It counts as open, so that the figures made of them are whole; what may be told of them the disclosure control
    decides.
    """
    header = {
        "updated_at": pl.lit(f"{made.day.isoformat()}T00:00:00+08:00"),
        "record_status": pl.lit("1"),
        "supersedes": pl.lit(None, pl.String),
        "openness": pl.lit("1"),
    }
    told = made.table.with_columns(one.alias(name) for name, one in header.items() if name in names)
    return as_raw(told.select(names))
