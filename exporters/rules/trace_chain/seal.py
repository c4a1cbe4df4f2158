"""A hash chain per trace record (S2 可查证、不可篡改): each version's link holds the digest of all versions before it.

A link is SHA-256 over the link before it, the record's identifier, its number and its content digest, each on a line.
So whoever keeps the last link of a record proves every earlier version, and a version that is changed or taken away
upstream afterwards is seen.
"""

from __future__ import annotations

from hashlib import sha256

import polars as pl

LINKS = pl.Schema(
    {"record_id": pl.String, "number": pl.Int64, "updated_at": pl.String, "content": pl.String, "link": pl.String}
)
"""``content`` is H14 of the version as it came, or the hub's own digest of it; ``number`` counts from 1."""

BROKEN = pl.Schema({"record_id": pl.String, "number": pl.Int64, "why": pl.String})
"""``number`` is the version of the chain that disagrees, or its last."""

ORIGIN = "0" * 64
"""The link before the first."""


def extended(chain: pl.DataFrame, versions: pl.DataFrame) -> pl.DataFrame:
    """The chain with the versions that it does not hold yet, in the order of their times of change.

    ``versions`` has ``record_id``, ``updated_at`` (any text that sorts by time) and ``content``. A version older
    than the last of its record is no successor: it is left to ``broken``. Hashing is one call a new version; the chain
    before is only read.
    """
    last = chain.sort("number").group_by("record_id", maintain_order=True).last()
    fresh = (
        versions.select("record_id", "updated_at", "content")
        .unique()
        .join(last.select("record_id", "number", "link", _seen="updated_at"), on="record_id", how="left")
    )
    fresh = fresh.filter(pl.col("_seen").is_null() | (pl.col("updated_at") > pl.col("_seen")))
    fresh = fresh.sort("record_id", "updated_at", "content").with_columns(_at=pl.int_range(pl.len()).over("record_id"))
    made, ends = [chain], fresh.select("record_id", _before="link", _last="number").unique("record_id")
    # The first new version of every record, then the second of those that have one, and so on.
    for level in fresh.partition_by("_at", maintain_order=True):
        rows = level.drop("number", "link").join(ends, on="record_id", how="left")
        number = pl.col("_last").fill_null(0) + 1
        rows = rows.with_columns(number.alias("number"), pl.col("_before").fill_null(ORIGIN))
        rows = rows.with_columns(_hashed(rows).alias("link"))
        made.append(rows.select(LINKS.names()))
        ends = rows.select("record_id", _before="link", _last="number")
    return pl.concat(made).sort("record_id", "number")


def broken(chain: pl.DataFrame, upstream: pl.DataFrame) -> pl.DataFrame:
    """Where chain and upstream disagree: ``record_id``, ``number``, ``why``; empty when nothing was changed.

    ``upstream`` holds the versions that the source has now. ``why``: forged (the chain does not hash to its links),
    changed (same time, other content), gone (a record that the source no longer has), backdated (a version that came
    under an older time than the chain's last, and is not in it).
    """
    rows = chain.sort("record_id", "number")
    before = pl.when(pl.col("number") > 1).then(pl.col("link").shift(1, fill_value=ORIGIN)).otherwise(pl.lit(ORIGIN))
    whole = _hashed(rows.with_columns(before.alias("_before")))
    forged = rows.filter(whole != rows["link"]).with_columns(why=pl.lit("forged"))
    first = pl.col("number") != pl.int_range(1, pl.len() + 1).over("record_id")
    cut = rows.filter(first).with_columns(why=pl.lit("forged"))
    mine = chain.select("record_id", "number", "updated_at", "content")
    met = mine.join(
        upstream.select("record_id", "updated_at", theirs="content"), on=["record_id", "updated_at"], how="inner"
    )
    changed = met.filter(pl.col("content") != pl.col("theirs")).with_columns(why=pl.lit("changed"))
    gone = mine.join(upstream, on="record_id", how="anti").with_columns(why=pl.lit("gone"))
    last = chain.group_by("record_id").agg(pl.col("updated_at").max().alias("_last"), pl.col("number").max())
    late = upstream.join(last, on="record_id", how="inner").filter(pl.col("updated_at") < pl.col("_last"))
    backdated = late.join(chain, on=["record_id", "updated_at"], how="anti").with_columns(why=pl.lit("backdated"))
    told = [frame.select("record_id", "number", "why") for frame in (forged, cut, changed, gone, backdated)]
    return pl.concat(told).unique().sort("record_id", "number", "why")


def _hashed(rows: pl.DataFrame) -> pl.Series:
    """The link of each row, from ``_before``, ``record_id``, ``number`` and ``content``."""
    texts = rows.select(pl.concat_str("_before", "record_id", "number", "content", separator="\n")).to_series()
    return pl.Series("link", [sha256(text.encode()).hexdigest() for text in texts], dtype=pl.String)
