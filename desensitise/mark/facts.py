"""A digest of facts that is equal for every copy of a version, in whatever order rows, columns and list items stand.

Each row's canonical facts are hashed to 2048 bits by SHAKE-128, and the hashes are added (a multiset hash; finding two
multisets of equal sum costs some 2^90 steps by the best known method, Wagner's, CRYPTO 2002). The digest is the SHA-256
of the count and the sum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import polars as pl
import pyarrow as pa

from desensitise.mark import texts
from desensitise.mark.profile import Profile

_BYTES = 256
_AT_ONCE = 16_384
_ALL = Profile("all")
_MODULUS = 1 << (8 * _BYTES)


class FactsDigest:
    """The digest as rows come along."""

    def __init__(self, profile: Profile) -> None:
        self._profile, self._count = profile, 0
        self._total = 0
        self._values = hashlib.sha256()

    def add(self, rows: pa.RecordBatch | pl.DataFrame) -> None:
        """Count these rows in."""
        frame = rows if isinstance(rows, pl.DataFrame) else pl.DataFrame(rows)
        for start in range(0, frame.height, _AT_ONCE):
            lines = row_texts(frame[start : start + _AT_ONCE], self._profile)
            hashes = b"".join([hashlib.shake_128(line.encode()).digest(_BYTES) for line in lines])
            # Lanes of 32 bits are added apart; with so few rows at once none of them runs over 64.
            lanes = np.frombuffer(hashes, "<u4").reshape(-1, _BYTES // 4).sum(0, dtype=np.uint64)
            self._total += sum(int(lane) << (32 * place) for place, lane in enumerate(lanes))
            self._count += len(lines)
        protected = [name for name in frame.columns if name in self._profile.values]
        if protected:
            self._values.update("".join(f"{line}\x1e" for line in row_texts(frame.select(protected), _ALL)).encode())

    def content(self) -> str:
        """SHA-256 of everything the shared rows hold, protected values in their order included."""
        if not self._profile.values:
            return self.digest()
        return hashlib.sha256(f"{self.digest()} {self._values.hexdigest()}".encode()).hexdigest()

    def digest(self) -> str:
        """SHA-256, hexadecimal."""
        whole = self._count.to_bytes(8, "big") + (self._total % _MODULUS).to_bytes(_BYTES, "big")
        return hashlib.sha256(whole).hexdigest()


def facts_digest(batches: Iterable[pa.RecordBatch | pl.DataFrame], profile: Profile) -> str:
    """SHA-256, hexadecimal, of the multiset of canonical facts; token and protected values are no facts."""
    digest = FactsDigest(profile)
    for batch in batches:
        digest.add(batch)
    return digest.digest()


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
