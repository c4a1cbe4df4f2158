"""Single rows of a version before marks: the row of an ordinal, and whether a row with given facts stands there.

Beside the rows lies an index, made when it is first asked for: for each batch of the shared rows the hashes of their
facts, sorted, with their places. It is read where it lies, so an answer reads one batch of rows and a few pages,
however many rows there are. Hashes only find; what is found is compared as it stands.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import pyarrow as pa

from desensitise.mark import Profile
from desensitise.mark.facts import row_texts
from desensitise.mark.prf import Words
from desensitise.mark.rowhash import RowHash
from hub.db.engine import guarded
from hub.marking.kept import shared_batch, shared_pieces

NAME: Final = "records.index"
_SEED: Final = b"quality-open-data-hub record index"
_SCHEMA: Final = pa.schema([("hash", pa.uint64()), ("place", pa.uint32())])


@dataclass(frozen=True, slots=True)
class RecordIndex:
    """A version's rows in ``folder``, of which ``profile`` says what the facts are."""

    folder: Path
    profile: Profile

    def row(self, ordinal: int) -> pa.RecordBatch | None:
        """The row of this ordinal in the shared order; None when there are not so many."""
        begin = 0
        with self._open() as index:
            for number in range(index.num_record_batches):
                found, place = index.get_batch_with_custom_metadata(number)
                if ordinal < begin + found.num_rows:
                    return self._rows(place).slice(ordinal - begin, 1)
                begin += found.num_rows
        return None

    def holds(self, row: pa.RecordBatch) -> bool:
        """Whether a row with the same facts stands in this version."""
        (text,) = row_texts(pl.DataFrame(row), self.profile)
        (wanted,) = _hashes(row, self.profile)
        with self._open() as index:
            for number in range(index.num_record_batches):
                found, place = index.get_batch_with_custom_metadata(number)
                hashes = found.column("hash").to_numpy()
                first, last = np.searchsorted(hashes, wanted, "left"), np.searchsorted(hashes, wanted, "right")
                if first < last:
                    there = found.column("place").slice(first, last - first)
                    if text in row_texts(pl.DataFrame(self._rows(place).take(there)), self.profile):
                        return True
        return False

    def _rows(self, place: pa.KeyValueMetadata) -> pa.RecordBatch:
        return shared_batch(self.folder, int(place[b"part"]), int(place[b"batch"]))

    @contextmanager
    def _open(self) -> Iterator[pa.ipc.RecordBatchFileReader]:
        path = self.folder / NAME
        with guarded():
            if not path.is_file():
                self._make(path)
            with pa.memory_map(str(path)) as file, pa.ipc.open_file(file) as index:
                yield index

    def _make(self, path: Path) -> None:
        """Write the index beside and rename it; whoever makes it at the same time makes the same."""
        beside = path.with_name(f".{NAME}.{os.getpid()}.{secrets.token_hex(4)}")
        try:
            with pa.OSFile(str(beside), "wb") as file, pa.ipc.new_file(file, _SCHEMA) as index:
                for part, number, rows in shared_pieces(self.folder):
                    hashes = _hashes(rows, self.profile)
                    order = np.argsort(hashes, kind="stable")
                    sorted_rows = [pa.array(hashes[order]), pa.array(order.astype(np.uint32))]
                    made = pa.RecordBatch.from_arrays(sorted_rows, schema=_SCHEMA)
                    index.write_batch(made, custom_metadata={"part": str(part), "batch": str(number)})
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)


def _hashes(rows: pa.RecordBatch, profile: Profile) -> Words:
    """A word for each row's facts; lists are left to the comparison, since their items may stand in any order."""
    kinds = {field.name: field.type for field in rows.schema if not pa.types.is_list(field.type)}
    names = sorted(kinds.keys() - profile.values - {profile.token})
    return RowHash(_SEED, names).of(rows)
