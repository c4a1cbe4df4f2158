"""A digest of facts that is equal for every copy of a version, in whatever order rows and list items stand.

Each row's facts are hashed to 1344 bits by SHAKE-128 (one block of its output), and the hashes are added: a multiset
hash (AdHash; Bellare and Micciancio, EUROCRYPT 1997). Finding two multisets of equal sum costs some 2^73 steps by the
best known method, Wagner's (CRYPTO 2002). The digest is the SHA-256 of the columns' names, the count and the sum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from catalog.formats.texts import content, each_list, has_controls, mapped, plain, without_null_items
from desensitise.mark import texts
from desensitise.mark.profile import Profile

_BYTES = 168
_AT_ONCE = 16_384
_ALL = Profile("all")
_MODULUS = 1 << (8 * _BYTES)
_ITEM, _CELL, _NOTHING, _ESCAPE = "\x1e", "\x1f", "\x1c", "\x1b"
_MARKS = [_ESCAPE, _NOTHING, _ITEM, _CELL]
_ESCAPED = [f"{_ESCAPE}{place}" for place in range(len(_MARKS))]


class FactsDigest:
    """The digest as rows come along."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._names: list[str] | None = None
        self._count = self._total = 0
        self._values = hashlib.sha256()

    def add(self, rows: pa.RecordBatch | pl.DataFrame) -> None:
        """Count these rows in."""
        batches = [rows] if isinstance(rows, pa.RecordBatch) else rows.to_arrow().to_batches()
        for batch in batches:
            names = sorted(name for name in batch.schema.names if self._is_fact(name))
            self._names = names
            for start in range(0, batch.num_rows, _AT_ONCE):
                self._add(lines(batch.select(names).slice(start, _AT_ONCE)))
            protected = sorted(name for name in batch.schema.names if name in self._profile.values)
            if protected:
                said = lines(batch.select(protected), ordered=True)
                self._values.update("".join(f"{line}\n" for line in said.to_pylist()).encode())

    def _is_fact(self, name: str) -> bool:
        return name not in self._profile.values and name != self._profile.token

    def _add(self, rows: pa.Array) -> None:
        ends = np.frombuffer(rows.buffers()[1], np.int32)[rows.offset : rows.offset + len(rows) + 1].tolist()
        body = memoryview(rows.buffers()[2] or b"")
        shake = hashlib.shake_128
        # One line of Python a row, and the only one: no library hashes many texts at once to so many bits.
        hashes = b"".join([shake(body[a:b]).digest(_BYTES) for a, b in pairwise(ends)])
        # Lanes of 32 bits are added apart; with so few rows at once none of them runs over 64.
        lanes = np.frombuffer(hashes, "<u4").reshape(-1, _BYTES // 4).sum(0, dtype=np.uint64)
        self._total += sum(int(lane) << (32 * place) for place, lane in enumerate(lanes))
        self._count += len(rows)

    def content(self) -> str:
        """SHA-256 of everything the shared rows hold, protected values in their order included."""
        if not self._profile.values:
            return self.digest()
        return hashlib.sha256(f"{self.digest()} {self._values.hexdigest()}".encode()).hexdigest()

    def digest(self) -> str:
        """SHA-256, hexadecimal."""
        names = _CELL.join(self._names or ()).encode() + b"\n"
        whole = self._count.to_bytes(8, "big") + (self._total % _MODULUS).to_bytes(_BYTES, "big")
        return hashlib.sha256(names + whole).hexdigest()


def facts_digest(batches: Iterable[pa.RecordBatch | pl.DataFrame], profile: Profile) -> str:
    """SHA-256, hexadecimal, of the multiset of canonical facts; token and protected values are no facts."""
    digest = FactsDigest(profile)
    for batch in batches:
        digest.add(batch)
    return digest.digest()


def lines(batch: pa.RecordBatch, *, ordered: bool = False) -> pa.StringArray:
    """One text a row: its cells as plain text, list items sorted unless they are ``ordered``."""
    if not batch.num_columns:
        return pa.array([""] * batch.num_rows, pa.string())
    cells = [_cells(column, ordered=ordered) for column in batch.columns]
    said: pa.StringArray = pc.binary_join_element_wise(
        *cells, _CELL, null_handling="replace", null_replacement=_NOTHING
    )
    return said


def _cells(column: pa.Array, *, ordered: bool) -> pa.StringArray:
    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        lists = without_null_items(column.cast(pa.list_(pa.string())))
        joined = pc.binary_join(each_list(lists, _escaped), _ITEM)
        return joined if ordered else _sorted(joined)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or kind == pa.string_view():
        return _escaped(column.cast(pa.string()))
    return plain(column).cast(pa.string())


def _escaped(said: pa.StringArray) -> pa.StringArray:
    """Texts in which none of this module's own marks stands."""
    if not has_controls(content(said)):
        return said
    return mapped(said, lambda cells: cells.str.replace_many(_MARKS, _ESCAPED))


def _sorted(joined: pa.StringArray) -> pa.StringArray:
    """The items of joined lists in order; there are few different lists."""
    several = pc.fill_null(pc.match_substring(joined, _ITEM), fill_value=False)
    if not several.true_count:
        return joined
    encoded = joined.filter(several).dictionary_encode()
    distinct = [_ITEM.join(sorted(text.split(_ITEM))) for text in encoded.dictionary.to_pylist()]
    return pc.replace_with_mask(joined, several, pa.array(distinct, pa.string()).take(encoded.indices))


def row_texts(frame: pl.DataFrame, profile: Profile) -> list[str]:
    """One text a row: names and canonical facts in the order of names, list items sorted."""
    names = sorted(name for name in frame.columns if name not in profile.values and name != profile.token)
    if not names:
        return [""] * frame.height
    columns = [_facts_of(frame[name]) for name in names]
    said = [pl.concat_str(pl.lit(f"{name}\x1d"), pl.col(name).fill_null("\x1c")) for name in names]
    return pl.DataFrame(columns).select(pl.concat_str(said, separator="\x1f").alias("line"))["line"].to_list()


def _facts_of(column: pl.Series) -> pl.Series:
    if not isinstance(column.dtype, pl.List):
        return texts.column(column)
    rows = pl.DataFrame({"owner": pl.int_range(column.len(), eager=True), "item": column}).explode("item")
    rows = rows.with_columns(texts.column(rows["item"]).fill_null("")).sort("owner", "item")
    joined = rows.group_by("owner", maintain_order=True).agg(pl.col("item").str.join("\x1e"))
    empty = pl.select(pl.when(column.is_not_null()).then(pl.lit(""))).to_series().alias(column.name)
    return empty.scatter(joined["owner"], joined["item"]).set(column.is_null(), None)
