"""Parquet files held open, and the columns of their row groups that were asked last, within a bound of memory.

Files of releases and copies never change, so what was read once is true as long as the process lives; whether a
caller may have it is asked elsewhere, every time.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Final, TypeVar, cast

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from catalog.formats.jsonl import lines_of

T = TypeVar("T")
Places = npt.NDArray[np.int64]
_FILES: Final = 64
_BYTES: Final = 256 << 20
_BLOCK: Final = 256
_MOST_BLOCKS: Final = 4


@dataclass(frozen=True, slots=True)
class Group:
    """A row group: its file, its number in it, and the number of its first row among all rows of the copy."""

    path: Path
    number: int
    start: int
    rows: int


class _Bounded:
    """Values by key; the least lately asked goes when there are too many, or too many bytes of them."""

    def __init__(self, most: int, weigh: Callable[[Any], int] = lambda _: 1) -> None:
        self._most, self._weigh = most, weigh
        self._held: OrderedDict[Hashable, Any] = OrderedDict()
        self._weight = 0
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return cast("T", self._held[key])
        made = make()
        with self._lock:
            if key not in self._held:
                self._held[key] = made
                self._weight += self._weigh(made)
                while self._weight > self._most and len(self._held) > 1:
                    _, gone = self._held.popitem(last=False)
                    self._weight -= self._weigh(gone)
        return made


class _File:
    """An open file. Its reader serves one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._reader = pq.ParquetFile(path)
        self._lock = Lock()
        self.arrow: pa.Schema = self._reader.schema_arrow
        self.columns = dict(pl.read_parquet_schema(path))
        found = self._reader.metadata
        self.sizes = tuple(found.row_group(at).num_rows for at in range(found.num_row_groups))

    def read(self, group: int, column: str) -> pa.Array:
        with self._lock:
            found = self._reader.read_row_group(group, columns=[column]).column(0)
        return found.chunk(0) if found.num_chunks == 1 else pa.concat_arrays(found.chunks)


class Held:
    """One process's memory of files; ``most`` bytes of columns and answers at the most."""

    def __init__(self, most: int = _BYTES) -> None:
        self._files = _Bounded(_FILES)
        self._columns = _Bounded(most, lambda column: int(column.nbytes))
        self._lines = _Bounded(most // 4, lambda lines: sum(map(len, lines)) + 40 * len(lines))
        self._places = _Bounded(most // 4, lambda places: int(places.nbytes) + 200)

    def file(self, path: Path) -> _File:
        """The file, opened once."""
        return self._files.get(path, lambda: _File(path))

    def groups(self, files: tuple[Path, ...]) -> list[Group]:
        """The row groups of a copy's files, in order."""
        found, start = [], 0
        for path in files:
            for number, rows in enumerate(self.file(path).sizes):
                found.append(Group(path, number, start, rows))
                start += rows
        return found

    def column(self, group: Group, name: str) -> pa.Array:
        """A column of a row group."""
        key = (group.path, group.number, name)
        return self._columns.get(key, lambda: self.file(group.path).read(group.number, name))

    def places(self, group: Group, chosen: pl.Expr | None, name: Hashable) -> Places:
        """Where in the group rows stand that fulfil ``chosen``; ``name`` stands for it exactly."""
        if chosen is None:
            return np.arange(group.rows)
        return self._places.get((group.path, group.number, name), lambda: self._found(group, chosen))

    def _found(self, group: Group, chosen: pl.Expr) -> Places:
        names = chosen.meta.root_names()
        if not names:
            said = pl.select(chosen.alias("chosen"))["chosen"].fill_null(value=False)
            return np.arange(group.rows if said.item() else 0)
        frame = pl.DataFrame({name: pl.from_arrow(self.column(group, name)) for name in dict.fromkeys(names)})
        return frame.select(chosen.fill_null(value=False).arg_true().alias("at"))["at"].to_numpy().astype(np.int64)

    def lines(self, group: Group, places: Places, columns: tuple[str, ...]) -> list[bytes]:
        """The rows at these places as lines of JSON.

        Writing one row costs what a block of them costs, so blocks are written and kept, unless too many were touched.
        """
        blocks = np.unique(places // _BLOCK).tolist()
        if len(blocks) > _MOST_BLOCKS:
            return _split(self.rows(group, places, columns))
        found: dict[int, list[bytes]] = {}
        for block in blocks:
            key = (group.path, group.number, block, columns)
            found[block] = self._lines.get(key, partial(self._block, group, columns, block))
        return [found[place // _BLOCK][place % _BLOCK] for place in places.tolist()]

    def _block(self, group: Group, columns: tuple[str, ...], block: int) -> list[bytes]:
        start = block * _BLOCK
        return _split(self.rows(group, np.arange(start, min(start + _BLOCK, group.rows)), columns))

    def rows(self, group: Group, places: Places, columns: tuple[str, ...]) -> pa.RecordBatch:
        """The rows at these places, as the file's own Arrow types; cut from what is held where they are neighbours."""
        schema = self.file(group.path).arrow
        every = [self.column(group, name) for name in columns]
        if len(places) and int(places[-1]) - int(places[0]) + 1 == len(places):
            taken = [column.slice(int(places[0]), len(places)) for column in every]
        else:
            taken = [column.take(pa.array(places)) for column in every]
        return pa.RecordBatch.from_arrays(taken, schema=pa.schema([schema.field(name) for name in columns]))


def _split(batch: pa.RecordBatch) -> list[bytes]:
    return b"".join(map(bytes, lines_of(batch))).splitlines()
