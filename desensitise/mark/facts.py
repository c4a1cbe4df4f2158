"""A digest of facts that is equal for every copy of a version, in whatever order rows, columns and list items stand.

Each row's canonical facts are hashed to 2048 bits by SHAKE-128, and the hashes are added (a multiset hash; finding two
multisets of equal sum costs some 2^90 steps by the best known method, Wagner's, CRYPTO 2002). The digest is the SHA-256
of the count and the sum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import polars as pl
import pyarrow as pa

from desensitise.mark import texts
from desensitise.mark.profile import Profile

_BYTES = 256
_MODULUS = 1 << (8 * _BYTES)


def facts_digest(batches: Iterable[pa.RecordBatch | pl.DataFrame], profile: Profile) -> str:
    """SHA-256, hexadecimal, of the multiset of canonical facts; token and protected values are no facts."""
    count = total = 0
    for batch in batches:
        for line in row_texts(batch if isinstance(batch, pl.DataFrame) else pl.DataFrame(batch), profile):
            total += int.from_bytes(hashlib.shake_128(line.encode()).digest(_BYTES), "big")
            count += 1
    return hashlib.sha256(count.to_bytes(8, "big") + (total % _MODULUS).to_bytes(_BYTES, "big")).hexdigest()


def row_texts(frame: pl.DataFrame, profile: Profile) -> Iterable[str]:
    """One text a row: names and canonical facts in the order of names, list items sorted."""
    names = sorted(name for name in frame.columns if name not in profile.values and name != profile.token)
    columns = []
    for name in names:
        column = pl.col(name)
        if isinstance(frame.schema[name], pl.List):
            column = column.list.eval(texts.canonical(pl.element()).fill_null("")).list.sort().list.join("\x1e")
        else:
            column = texts.canonical(column)
        columns.append(pl.concat_str(pl.lit(f"{name}\x1d"), column.fill_null("\x1c")))
    if not columns:
        return [""] * frame.height
    return frame.select(pl.concat_str(columns, separator="\x1f").alias("line"))["line"].to_list()
