"""Chains from producer to seller, built of records of both sides, and where they have gaps (S2; annex 2 §1(3), §2(2)).

A record is a hop: a supplier's goods of one code come to a seller at a time and go to a customer. The first hop's
supplier is the producer; every other hop's supplier is the seller of a hop before it.
"""

from __future__ import annotations

import polars as pl

HOPS = pl.Schema(
    {
        "trace_code": pl.String,
        "record_id": pl.String,
        "depth": pl.Int64,
        "before": pl.String,
        "supplier_name": pl.String,
        "seller_name": pl.String,
        "purchased_at": pl.Date,
        "customer_name": pl.String,
        "sold_on": pl.Date,
    }
)
"""``depth`` 1 is supplied by the producer, null is not connected to it; ``before`` is the record of the hop before."""

GAPS = pl.Schema({"trace_code": pl.String, "record_id": pl.String, "gap": pl.String})
"""``gap``: no_supplier_record (nobody before this hop sold to it), order (goods arrive before they were sent, or leave
before they arrive), side (the producer names another buyer than the seller who bought of it), fork (one item at two
sellers at once), loop (a chain that comes back), missing:<column>."""

_DEEPEST = 64
_ITEM = "3"
_NEEDED = ("trace_code", "supplier_name", "seller_name", "purchased_at")


def hops(flow: pl.DataFrame) -> pl.DataFrame:
    """Every record as a hop with its place in the chain; ``flow`` is the accepted table ``trace_flow``.

    Where several hops before could be meant, the latest that sold to this seller before the goods came is taken, then
    the one of the smallest record identifier.
    """
    rows = flow.filter(_sound()).select("record_id", *_NEEDED, "customer_name", "sold_on", "producer_name")
    linked = _with_before(rows)
    depth = rows.filter(pl.col("supplier_name") == pl.col("producer_name")).select(
        "record_id", depth=pl.lit(1, pl.Int64)
    )
    reached, level = depth, 1
    while reached.height and level < _DEEPEST:
        level += 1
        following = linked.join(reached.select(before="record_id"), on="before", how="semi")
        reached = following.join(depth, on="record_id", how="anti").select("record_id", depth=pl.lit(level, pl.Int64))
        depth = pl.concat([depth, reached])
    placed = linked.join(depth, on="record_id", how="left")
    return placed.select(HOPS.names()).sort("trace_code", "depth", "record_id", nulls_last=True)


def gaps(flow: pl.DataFrame) -> pl.DataFrame:
    """What is wrong with the chains of the flow, by record."""
    rows, placed = flow.filter(_sound()), hops(flow)
    first = pl.col("supplier_name") == pl.col("producer_name")
    told = rows.select(
        "record_id",
        "trace_code",
        "granularity",
        "producer_name",
        "buyer_name",
        "sold_at",
        "supplier_name",
        "seller_name",
        "purchased_at",
        "sold_on",
    )
    early = pl.any_horizontal(
        pl.col("sold_on") < pl.col("purchased_at"), first & (pl.col("purchased_at") < pl.col("sold_at"))
    )
    side = first & pl.col("buyer_name").is_not_null() & (pl.col("buyer_name") != pl.col("seller_name"))
    loose = placed.filter(pl.col("depth").is_null())
    orphan, loop = loose.filter(pl.col("before").is_null()), loose.filter(pl.col("before").is_not_null())
    # What hangs on an orphan is not its own gap; what hangs on nothing but itself is a loop.
    hanging = _below(loop, orphan)
    item = told.filter(pl.col("granularity") == _ITEM)
    same = item.group_by("trace_code", "supplier_name").agg(pl.col("seller_name").n_unique().alias("_n"))
    forked = item.join(same.filter(pl.col("_n") > 1), on=["trace_code", "supplier_name"], how="semi")
    found = [
        (orphan, "no_supplier_record"),
        (loop.join(hanging, on="record_id", how="anti"), "loop"),
        (told.filter(early.fill_null(value=False)), "order"),
        (told.filter(side.fill_null(value=False)), "side"),
        (forked, "fork"),
        *((flow.filter(pl.col(name).is_null()), f"missing:{name}") for name in _NEEDED),
    ]
    parts = [frame.select("trace_code", "record_id", pl.lit(gap).alias("gap")) for frame, gap in found]
    return pl.concat(parts).unique().sort("trace_code", "record_id", "gap", nulls_last=True)


def update(known: pl.DataFrame, flow: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """What ``gaps(flow)`` gives, looking at the codes of ``changed`` rows (before and after): a chain is one code's."""
    codes = changed.select("trace_code").unique()
    near = flow.join(codes, on="trace_code", how="semi", nulls_equal=True)
    kept = known.join(codes, on="trace_code", how="anti", nulls_equal=True)
    return pl.concat([kept, gaps(near)]).sort("trace_code", "record_id", "gap", nulls_last=True)


def _sound() -> pl.Expr:
    return pl.all_horizontal(pl.col(name).is_not_null() for name in _NEEDED)


def _with_before(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the record of the hop before: same code, its seller is this supplier, its customer this seller."""
    earlier = rows.select(
        "trace_code",
        before="record_id",
        supplier_name="seller_name",
        _to="customer_name",
        _sent="sold_on",
        _came="purchased_at",
    )
    later = rows.filter(pl.col("supplier_name") != pl.col("producer_name"))
    met = later.join(earlier, on=["trace_code", "supplier_name"], how="inner").filter(
        (pl.col("before") != pl.col("record_id")) & (pl.col("_to").is_null() | (pl.col("_to") == pl.col("seller_name")))
    )
    in_time = (pl.coalesce("_sent", "_came") <= pl.col("purchased_at")).fill_null(value=False)
    best = met.sort([~in_time, pl.col("_came"), pl.col("before")], descending=[False, True, False], nulls_last=True)
    chosen = best.unique("record_id", keep="first", maintain_order=True).select("record_id", "before")
    return rows.join(chosen, on="record_id", how="left")


def _below(loop: pl.DataFrame, orphan: pl.DataFrame) -> pl.DataFrame:
    """Records whose chain of hops before ends at an orphan."""
    known = reached = orphan.select("record_id")
    for _ in range(_DEEPEST):
        following = loop.join(reached.select(before="record_id"), on="before", how="semi").select("record_id")
        reached = following.join(known, on="record_id", how="anti")
        if reached.is_empty():
            break
        known = pl.concat([known, reached])
    return known
