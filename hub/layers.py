"""The present state of a dataset, made of the parts of successive runs.

The first run reads everything; later runs read only what changed and lie over it as layers. A record stands in the
newest layer that read it. It is gone when that layer read it and did not keep it (withdrawn, cancelled, not open any
more, broken), or when a correction names it as the record that it supersedes. Removal compares ids exactly; only
counts use hashes. Because extraction is ordered by (updated_at, record_id), layers in order give the very rows, in the
very order, that one full extraction would give.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl
import pyarrow as pa

from catalog.files import load_batches
from catalog.release import Changes
from catalog.rows import Safe
from desensitise.narrow import only
from desensitise.parts import load
from hub.units import ids_path

KEY = "_key"


@dataclass(frozen=True, slots=True)
class PartFile:
    """A finished part on disk, the digest it must have, and how many rows it holds."""

    path: Path
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Layer:
    """The parts of one run, in unit order."""

    run_id: str
    parts: tuple[PartFile, ...]

    def ids(self) -> Iterator[pl.Series]:
        """Ids of the rows this layer holds, a batch at a time; nothing else of the rows is read."""
        for part in self.parts:
            for batch in load_batches(part.path, KEY):
                yield _series(pl.from_arrow(batch.column(KEY)))

    def others(self) -> pl.DataFrame:
        """Columns ``id`` and ``by``: ids read and not kept (``by`` null) and ids superseded by a record read here."""
        beside = [ids_path(part.path) for part in self.parts]
        frames = [pl.DataFrame(batch) for path in beside if path.exists() for batch in load_batches(path)]
        return pl.concat([_NO_PAIRS, *frames])

    def pairs(self) -> pl.DataFrame:
        """Of ``others``, the superseded ids and what superseded them."""
        return self.others().filter(pl.col("by").is_not_null())

    def read(self) -> pl.Series:
        """Every id this layer met at the source."""
        dropped = self.others().filter(pl.col("by").is_null())["id"]
        return pl.concat([_NO_IDS, *self.ids(), dropped])


def _series(column: pl.Series | pl.DataFrame) -> pl.Series:
    assert isinstance(column, pl.Series)  # noqa: S101 - one column is always a series
    return column.cast(pl.String)


_NO_IDS = pl.Series("id", [], dtype=pl.String)
_NO_PAIRS = pl.DataFrame({"id": _NO_IDS, "by": _NO_IDS})


# Counting, packing and comparing ask for the same layers one after the other; a first run has but few ids here.
@lru_cache(maxsize=2)
def removals(layers: tuple[Layer, ...]) -> tuple[pl.Series, ...]:
    """For each layer, the ids whose rows in it are no longer part of the present state."""
    later: list[pl.Series] = []
    superseded: list[pl.Series] = []
    for layer in reversed(layers):
        # A correction that was read again in a later layer is not in force any more.
        superseded.append(_without_ids(layer.pairs(), later)["id"])
        if layer is not layers[0]:
            later.append(layer.read())
    # The oldest layer is overlaid by all later ones, the newest by none.
    return tuple(
        pl.concat([_NO_IDS, *superseded, *later[: len(layers) - 1 - at]]).unique() for at in range(len(layers))
    )


def _without_ids(pairs: pl.DataFrame, later: Sequence[pl.Series]) -> pl.DataFrame:
    return pairs.filter(~pl.col("by").is_in(pl.concat(later).implode())) if later else pairs


def rows(layers: Sequence[Layer], policy: str) -> Iterator[Safe]:
    """The present state, streamed in extraction order; a part that was changed on disk stops everything."""
    for layer, removed in zip(layers, removals(tuple(layers)), strict=True):
        for part in layer.parts:
            for safe in load(part.path, part.sha256, policy):
                yield safe if removed.is_empty() else only(safe, staying(safe.batch, removed))


def staying(batch: pa.RecordBatch, removed: pl.Series) -> pa.BooleanArray:
    """Which rows of a part are not among the removed ids."""
    keys = _series(pl.from_arrow(batch.column(KEY)))
    return (~keys.is_in(removed.implode())).to_arrow()


def present(layers: Sequence[Layer]) -> int:
    """How many rows the present state has."""
    return _present(tuple(layers))


@lru_cache(maxsize=2)
def _present(layers: tuple[Layer, ...]) -> int:
    total = sum(part.rows for layer in layers for part in layer.parts)
    for layer, removed in zip(layers, removals(layers), strict=True):
        if not removed.is_empty():
            total -= sum(int(ids.is_in(removed.implode()).sum()) for ids in layer.ids())
    return total


def met(layers: Sequence[Layer]) -> int:
    """How many different records of the source these layers have met."""
    return pl.concat([_NO_IDS, *(layer.read() for layer in layers)]).hash().n_unique()


def references(layers: Sequence[Layer]) -> tuple[int, int]:
    """How many superseded records the source ever showed, and how many were named as such."""
    named = pl.concat([_NO_IDS, *(layer.pairs()["id"] for layer in layers)])
    if named.is_empty():
        return 0, 0
    wanted, resolved = named.unique(), _NO_IDS
    for layer in layers:
        for met_here in (*layer.ids(), layer.others().filter(pl.col("by").is_null())["id"]):
            resolved = pl.concat([resolved, met_here.filter(met_here.is_in(wanted.implode()))])
    return int(named.is_in(resolved.implode()).sum()), named.len()


def changes(before: Sequence[Layer], after: Sequence[Layer]) -> Changes:
    """What readers of the earlier version will find added, corrected and withdrawn."""
    if not before:
        return Changes(added=present(after))
    new = _fingerprints(after)
    old = _fingerprints(before)
    both = new.join(old, on="key")
    replaced = _replacements(after, old, new)
    return Changes(
        added=new.height - both.height - replaced,
        corrected=both.filter(pl.col("row") != pl.col("row_right")).height + replaced,
        withdrawn=old.height - both.height - replaced,
    )


def _fingerprints(layers: Sequence[Layer]) -> pl.DataFrame:
    """Hashes of key and row of everything present; compared within one process only, never stored."""
    frames = [pl.DataFrame(schema={"key": pl.UInt64, "row": pl.UInt64})]
    for layer, removed in zip(layers, removals(tuple(layers)), strict=True):
        gone = removed.hash().implode()
        for part in layer.parts:
            for batch in load_batches(part.path):
                hashed = pl.DataFrame(batch).select(key=pl.col(KEY).hash(), row=pl.struct(pl.exclude(KEY)).hash())
                frames.append(hashed.filter(~pl.col("key").is_in(gone)))
    return pl.concat(frames)


def _replacements(layers: Sequence[Layer], old: pl.DataFrame, new: pl.DataFrame) -> int:
    """Corrections that came as a new record: the old one was there before, the new one is there now."""
    pairs = pl.concat([layer.pairs() for layer in layers])
    hashed = pairs.select(gone=pl.col("id").hash(), came=pl.col("by").hash()).unique()
    return hashed.filter(
        pl.col("gone").is_in(old["key"].implode())
        & ~pl.col("gone").is_in(new["key"].implode())
        & pl.col("came").is_in(new["key"].implode())
        & ~pl.col("came").is_in(old["key"].implode()),
    ).height
