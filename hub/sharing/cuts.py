"""Cuts: the files of a share. Row policy decides which rows go into which file, and so which files are listed.

A cut is made once from a recipient's marked copy for one verdict: only its rows, only its columns, one file a
prefecture where a column tells the region, so that a client's hints spare whole files. Its folder appears whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from catalog.files import sha256_of, sync_folder, write_whole

REGIONS: Final = ("region_code", "source_region_code")
_DIGITS: Final = 4
_MOST: Final = 48
_ROWS: Final = 16_384
_INDEX: Final = "index.json"


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a cut: its name, size in bytes, rows, and by column ``[least, most, nulls]`` where known."""

    name: str
    size: int
    rows: int
    change: str
    stats: Mapping[str, tuple[Any, Any, int]]


@dataclass(frozen=True, slots=True)
class Cut:
    """A finished cut: its folder and its files; ``schema`` is that of all of them."""

    folder: Path
    schema: pa.Schema
    pieces: tuple[Piece, ...]

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return sum(one.rows for one in self.pieces)

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(one.size for one in self.pieces)


def digest_of(*facts: object) -> str:
    """A name for everything that makes a cut another one."""
    return hashlib.sha256(json.dumps(facts, default=str, sort_keys=True).encode()).hexdigest()[:32]


def known(folder: Path) -> Cut | None:
    """The cut that stands in ``folder``, or None."""
    try:
        raw = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    schema = pa.ipc.read_schema(pa.py_buffer(bytes.fromhex(raw["schema"])))
    pieces = [Piece(**{**one, "stats": {k: tuple(v) for k, v in one["stats"].items()}}) for one in raw["pieces"]]
    return Cut(folder, schema, tuple(pieces))


def made(folder: Path, schema: pa.Schema, changes: Mapping[str, Iterable[pa.RecordBatch]]) -> Cut:
    """Write the batches of each kind of change ("" for a table's rows) as a cut; one that stands there already wins."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.{secrets.token_hex(4)}")
    beside.mkdir(mode=0o700)
    try:
        pieces = [piece for kind, rows in changes.items() for piece in _written(beside, kind, schema, rows)]
        index = {"schema": schema.serialize().to_pybytes().hex(), "pieces": [asdict(one) for one in pieces]}
        write_whole(beside / _INDEX, json.dumps(index, sort_keys=True).encode())
        try:
            beside.rename(folder)
            sync_folder(folder.parent)
        except OSError:
            if not (folder / _INDEX).is_file():
                raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    found = known(folder)
    assert found is not None  # noqa: S101 - just written
    return found


def _written(folder: Path, kind: str, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> list[Piece]:
    sorter = _Sorter(folder, schema)
    try:
        for batch in batches:
            sorter.add(batch)
    finally:
        sorter.close()
    return [_piece(path, kind, schema) for path in sorter.paths]


class _Sorter:
    """Writes rows into one file a prefecture, a row group at a time, in the order in which they come."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        self._folder, self._schema = folder, schema
        self._region = next((name for name in REGIONS if name in schema.names), None)
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._held: dict[str, list[pa.RecordBatch]] = {}
        self.paths: list[Path] = []

    def add(self, batch: pa.RecordBatch) -> None:
        batch = batch.cast(self._schema)
        if self._region is None:
            self._hold("", batch)
            return
        places = pc.fill_null(pc.utf8_slice_codeunits(batch.column(self._region), 0, _DIGITS), "")
        for place in sorted(places.unique().to_pylist()):
            self._hold(place, batch.filter(pc.equal(places, place)))

    def _hold(self, place: str, batch: pa.RecordBatch) -> None:
        # Beyond so many places whatever comes goes into one file: a file held open for each costs memory.
        key = place if place in self._held or len(self._held) < _MOST else ""
        held = self._held.setdefault(key, [])
        held.append(batch)
        if sum(one.num_rows for one in held) >= _ROWS:
            self._flush(key)

    def _flush(self, place: str) -> None:
        held, self._held[place] = self._held[place], []
        if not held:
            return
        if place not in self._writers:
            path = self._folder / f"{len(self.paths)}.parquet"
            self.paths.append(path)
            self._writers[place] = pq.ParquetWriter(str(path), self._schema, compression="zstd", version="2.6")
        self._writers[place].write_table(pa.Table.from_batches(held))

    def close(self) -> None:
        for place in sorted(self._held):
            self._flush(place)
        for writer in self._writers.values():
            writer.close()


def _piece(path: Path, kind: str, schema: pa.Schema) -> Piece:
    """The finished file under the name of its digest."""
    found = pq.read_metadata(path)
    target = path.with_name(f"{sha256_of(path)[:40]}.parquet")
    path.rename(target)
    return Piece(target.name, target.stat().st_size, found.num_rows, kind, _stats(found, schema))


def _stats(found: pq.FileMetaData, schema: pa.Schema) -> dict[str, tuple[Any, Any, int]]:
    """Least and most of the columns whose order JSON can say: texts, dates and whole numbers."""
    told: dict[str, tuple[Any, Any, int]] = {}
    for at in range(found.num_columns):
        name = found.row_group(0).column(at).path_in_schema if found.num_row_groups else ""
        if name not in schema.names or not _ordered(schema.field(name).type):
            continue
        groups = [found.row_group(group).column(at).statistics for group in range(found.num_row_groups)]
        if not all(one is not None and one.has_min_max for one in groups):
            continue
        said = [value for one in groups for value in (one.min, one.max)]
        least, most = min(said), max(said)
        if hasattr(least, "isoformat"):
            least, most = least.isoformat(), most.isoformat()
        told[name] = (least, most, sum(one.null_count or 0 for one in groups))
    return told


def _ordered(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_date(kind) or pa.types.is_integer(kind))
