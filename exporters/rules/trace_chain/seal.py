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
    fresh = fresh.sort("record_id", "updated_at", "content")
    made = []
    at, before, number = None, ORIGIN, 0
    for record, updated, content, known, link in fresh.select(
        "record_id", "updated_at", "content", "number", "link"
    ).iter_rows():
        if record != at:
            at, before, number = record, link or ORIGIN, known or 0
        number += 1
        before = _link(before, record, number, content)
        made.append((record, number, updated, content, before))
    return pl.concat([chain, pl.DataFrame(made, schema=LINKS, orient="row")]).sort("record_id", "number")


def broken(chain: pl.DataFrame, upstream: pl.DataFrame) -> pl.DataFrame:
    """Where chain and upstream disagree: ``record_id``, ``number``, ``why``; empty when nothing was changed.

    ``upstream`` holds the versions that the source has now. ``why``: forged (the chain does not hash to its links),
    changed (same time, other content), gone (a record that the source no longer has), backdated (a version that came
    under an older time than the chain's last, and is not in it).
    """
    rows = chain.sort("record_id", "number")
    links = [ORIGIN, *rows["link"].to_list()]
    whole = [
        _link(links[n] if number > 1 else ORIGIN, record, number, content)
        for n, (record, number, content) in enumerate(rows.select("record_id", "number", "content").iter_rows())
    ]
    forged = rows.filter(pl.Series(whole, dtype=pl.String) != rows["link"]).with_columns(why=pl.lit("forged"))
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


def _link(before: str, record: str, number: int, content: str) -> str:
    return sha256(f"{before}\n{record}\n{number}\n{content}".encode()).hexdigest()
