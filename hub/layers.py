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
from pathlib import Path

import polars as pl

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

    def kept(self) -> pl.Series:
        """Ids of the rows this layer holds."""
        columns = [pl.from_arrow(b.column(KEY)) for p in self.parts for b in load_batches(p.path) if b.num_rows]
        return pl.concat([_series(c) for c in columns]) if columns else _no_ids()

    def others(self) -> pl.DataFrame:
        """Columns ``id`` and ``by``: ids read and not kept (``by`` null) and ids superseded by a record read here."""
        beside = [ids_path(part.path) for part in self.parts]
        frames = [pl.DataFrame(batch) for path in beside if path.exists() for batch in load_batches(path)]
        return pl.concat(frames) if frames else pl.DataFrame({"id": _no_ids(), "by": _no_ids()})

    def read(self) -> pl.Series:
        """Every id this layer met at the source."""
        others = self.others()
        return pl.concat([self.kept(), others.filter(pl.col("by").is_null())["id"]])


def _series(column: pl.Series | pl.DataFrame) -> pl.Series:
    assert isinstance(column, pl.Series)  # noqa: S101 - one column is always a series
    return column.cast(pl.String)


def _no_ids() -> pl.Series:
    return pl.Series("id", [], dtype=pl.String)


def removals(layers: Sequence[Layer]) -> list[pl.Series]:
    """For each layer, the ids whose rows in it are no longer part of the present state."""
    superseded = _superseded(layers)
    later: list[pl.Series] = []
    result: list[pl.Series] = []
    for layer in reversed(layers):
        result.append(pl.concat([superseded, *later]).unique())
        later.append(layer.read())
    return result[::-1]


def _superseded(layers: Sequence[Layer]) -> pl.Series:
    """Ids replaced by a correction that is itself still in force (not read again in a later layer)."""
    found: list[pl.Series] = []
    later: list[pl.Series] = [_no_ids()]
    for layer in reversed(layers):
        pairs = layer.others().filter(pl.col("by").is_not_null())
        found.append(pairs.filter(~pl.col("by").is_in(pl.concat(later).implode()))["id"])
        later.append(layer.read())
    return pl.concat([_no_ids(), *found])


def rows(layers: Sequence[Layer], policy: str) -> Iterator[Safe]:
    """The present state, streamed in extraction order; a part that was changed on disk stops everything."""
    for layer, removed in zip(layers, removals(layers), strict=True):
        for part in layer.parts:
            for safe in load(part.path, part.sha256, policy):
                yield safe if removed.is_empty() else _without(safe, removed)


def _without(safe: Safe, removed: pl.Series) -> Safe:
    keys = _series(pl.from_arrow(safe.batch.column(KEY)))
    return only(safe, (~keys.is_in(removed.implode())).to_arrow())


def present(layers: Sequence[Layer]) -> int:
    """How many rows the present state has."""
    total = sum(part.rows for layer in layers for part in layer.parts)
    for layer, removed in zip(layers, removals(layers), strict=True):
        if not removed.is_empty():
            total -= int(layer.kept().is_in(removed.implode()).sum())
    return total


def met(layers: Sequence[Layer]) -> int:
    """How many different records of the source these layers have met."""
    return pl.concat([_no_ids(), *(layer.read() for layer in layers)]).hash().n_unique()


def references(layers: Sequence[Layer]) -> tuple[int, int]:
    """How many superseded records the source ever showed, and how many were named as such."""
    named = pl.concat([_no_ids(), *(layer.others().filter(pl.col("by").is_not_null())["id"] for layer in layers)])
    if named.is_empty():
        return 0, 0
    met_ids = pl.concat([layer.read() for layer in layers])
    return int(named.is_in(met_ids.implode()).sum()), named.len()


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
    for layer, removed in zip(layers, removals(layers), strict=True):
        gone = removed.hash().implode()
        for part in layer.parts:
            for batch in load_batches(part.path):
                hashed = pl.DataFrame(batch).select(key=pl.col(KEY).hash(), row=pl.struct(pl.exclude(KEY)).hash())
                frames.append(hashed.filter(~pl.col("key").is_in(gone)))
    return pl.concat(frames)


def _replacements(layers: Sequence[Layer], old: pl.DataFrame, new: pl.DataFrame) -> int:
    """Corrections that came as a new record: the old one was there before, the new one is there now."""
    pairs = pl.concat([layer.others() for layer in layers]).filter(pl.col("by").is_not_null())
    hashed = pairs.select(gone=pl.col("id").hash(), came=pl.col("by").hash()).unique()
    return hashed.filter(
        pl.col("gone").is_in(old["key"].implode())
        & ~pl.col("gone").is_in(new["key"].implode())
        & pl.col("came").is_in(new["key"].implode())
        & ~pl.col("came").is_in(old["key"].implode()),
    ).height
