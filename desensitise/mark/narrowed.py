"""Of a version's rows only those that found rows could be, gathered in two passes over a stream.

The first pass tells which found column holds what and which columns nearly name rows; the second keeps every row that
agrees with something found in all of its columns but one, in a column that names rows, or is claimed by a token. These
are all rows that ``match`` could take, so the verdict is the one that the whole version would give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pyarrow as pa

from desensitise.mark import texts
from desensitise.mark.match import SAME_COLUMN, paired, sampled, tokens_in, under_names, with_names
from desensitise.mark.prf import Ints, Words, stream
from desensitise.mark.profile import Profile

Batches = Callable[[], Iterator[pa.RecordBatch]]
_EXACT = 200_000


@dataclass(frozen=True, slots=True)
class Narrowed:
    """``rows`` with their ``ordinals``, of ``height`` in all; ``naming`` columns; ``tables`` under the rows' names."""

    rows: pa.Table
    ordinals: Ints
    naming: frozenset[str]
    tables: tuple[pl.DataFrame, ...]


def narrowed(tables: Sequence[pl.DataFrame], batches: Batches, profile: Profile) -> Narrowed | None:
    """The rows that ``tables`` (texts) could be; None when there are no rows at all."""
    seen = _looked(tables, batches, profile)
    if seen is None:
        return None
    columns, naming, lying = seen
    named = tuple(
        under_names(table, {theirs: ours for ours, theirs in pairs.items()}, lying)
        for table, pairs in zip(tables, columns, strict=True)
    )
    wanted = _Wanted.of(named, [list(pairs) for pairs in columns], naming)
    kept: list[pa.RecordBatch] = []
    places: list[Ints] = []
    begin = 0
    for batch in batches():
        keep = np.flatnonzero(wanted.keep(facts_of(batch, profile), begin))
        kept.append(batch.take(pa.array(keep)))
        places.append(keep + begin)
        begin += batch.num_rows
    return Narrowed(pa.Table.from_batches(kept), np.concatenate(places), naming, named)


def fact_names(schema: pa.Schema, profile: Profile) -> list[str]:
    """Columns that are the same in every copy, lists aside: their items may stand in any order."""
    marked = {one.column for one in profile.channels}
    return [f.name for f in schema if f.name not in marked and not pa.types.is_list(f.type)]


def facts_of(rows: pa.Table | pa.RecordBatch, profile: Profile) -> pl.DataFrame:
    """Canonical texts of these columns."""
    names = fact_names(rows.schema, profile)
    return texts.frame(pl.DataFrame(rows.select(names)), names)


def _looked(
    tables: Sequence[pl.DataFrame], batches: Batches, profile: Profile, lying: frozenset[str] = frozenset()
) -> tuple[list[dict[str, str]], frozenset[str], frozenset[str]] | None:
    """For each table the found column of each of ours, columns that nearly name rows, and names that lie.

    Columns that are called like a ``lying`` one are known by their values alone.
    """
    height, counts = 0, dict[str, _Distinct]()
    samples = [{name: sampled(table, name) for name in table.columns} for table in tables]
    hits: list[dict[tuple[str, str], pl.Series]] = [{} for _ in tables]
    equal: list[dict[str, str]] = []
    for batch in batches():
        facts = facts_of(batch, profile)
        height += facts.height
        equal = equal or [paired(table.columns, [n for n in facts.columns if n not in lying]) for table in tables]
        distinct = {name: facts[name].unique() for name in facts.columns}
        for name, values in distinct.items():
            counts.setdefault(name, _Distinct()).add(values)
        for table, found, pairs in zip(samples, hits, equal, strict=True):
            for theirs, values in table.items():
                for ours, held in distinct.items():
                    if pairs.get(ours) == theirs or (ours not in pairs and theirs not in pairs.values()):
                        here = values.is_in(held.implode()).fill_null(value=False)
                        found[ours, theirs] = here | found[ours, theirs] if (ours, theirs) in found else here
    if not height:
        return None
    scores = [{pair: float(here.mean() or 0) for pair, here in found.items()} for found in hits]  # type: ignore[arg-type]
    told = zip(samples, equal, scores, strict=True)
    false = {o for table, pairs, met in told for o, t in pairs.items() if table[t].len() and not met[o, t]}
    if false:
        return _looked(tables, batches, profile, lying | false)
    columns = [
        with_names(_joined(pairs, found), paired(table.columns, sorted(lying)))
        for table, pairs, found in zip(tables, equal, scores, strict=True)
    ]
    return columns, frozenset(name for name, count in counts.items() if count.about() > 0.5 * height), lying


def _joined(pairs: dict[str, str], scores: dict[tuple[str, str], float]) -> dict[str, str]:
    """Equal names, then those that hold the most of each other's values."""
    columns = dict(pairs)
    for score, ours, theirs in sorted(((s, o, t) for (o, t), s in scores.items()), reverse=True):
        if score >= SAME_COLUMN and ours not in columns and theirs not in columns.values():
            columns[ours] = theirs
    return columns


@dataclass(slots=True)
class _Distinct:
    """How many different values a column has: exact while they are few, then by a share of their hashes."""

    level: int = 0
    held: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.UInt64))

    def add(self, values: pl.Series) -> None:
        hashes = self._thin(values.hash(7))
        self.held = pl.concat([self.held, hashes]).unique()
        while self.held.len() > _EXACT:
            self.level += 1
            self.held = self._thin(self.held)

    def _thin(self, hashes: pl.Series) -> pl.Series:
        return hashes.filter(hashes % (1 << self.level) == 0) if self.level else hashes

    def about(self) -> int:
        return self.held.len() << self.level


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Hashes of what was found, by the columns that they are over; and the ordinals that tokens claim."""

    keys: tuple[tuple[tuple[str, ...], pl.Series], ...]
    claimed: Ints

    @classmethod
    def of(cls, tables: Sequence[pl.DataFrame], columns: list[list[str]], naming: frozenset[str]) -> _Wanted:
        found = [
            table.select(texts.canonical(pl.col(name)) for name in names)
            for table, names in zip(tables, columns, strict=True)
        ]
        if len(found) > 1:
            # Tables are matched one by one to learn what is called how, and then laid together.
            found.append(pl.concat(found, how="diagonal"))
        keys = tuple(
            (key, _over(hashed, key).unique())
            for frame in found
            for hashed in (_hashes(frame, frame.columns),)
            for key in _keys(tuple(frame.columns), naming)
        )
        claimed = sorted({token.ordinal for table in tables for token in tokens_in(table).values()})
        return cls(keys, np.array(claimed, np.int64))

    def keep(self, facts: pl.DataFrame, begin: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which rows of a batch, whose first ordinal is ``begin``, some found row could be."""
        hashed = _hashes(facts, sorted({name for key, _ in self.keys for name in key}))
        kept = np.zeros(facts.height, np.bool_)
        mine = self.claimed[(self.claimed >= begin) & (self.claimed < begin + facts.height)]
        kept[mine - begin] = True
        for key, wanted in self.keys:
            kept |= _over(hashed, key).is_in(wanted.implode()).to_numpy()
        return kept


def _keys(columns: tuple[str, ...], naming: frozenset[str]) -> Iterator[tuple[str, ...]]:
    """The sets of columns that ``match`` joins on."""
    if columns:
        yield columns
    if len(columns) > 2:
        yield from (tuple(name for name in columns if name != left) for left in columns)
    yield from ((name,) for name in columns if len(columns) > 1 and name in naming)


def _hashes(facts: pl.DataFrame, names: Sequence[str]) -> dict[str, Words]:
    """A word for each cell, of which those of a row may be added up: what is nothing counts as an empty text."""
    return {name: facts[name].fill_null("").hash(_seed(name)).to_numpy() for name in names}


def _seed(name: str) -> int:
    return int(stream(b"narrowed", name, 1)[0])


def _over(hashed: dict[str, Words], key: tuple[str, ...]) -> pl.Series:
    total = hashed[key[0]].copy()
    for name in key[1:]:
        total += hashed[name]
    return pl.Series(total)
