"""Goods far below their peers' price: rule III-3 (S4 §5 低价高风险产品; DOMAIN 5)."""

from __future__ import annotations

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import Book
from exporters.rules.negative_list.spans import GENUINE, PRODUCT, Found, found, spans

SOURCE = "spot_check"
PEERS = ("product_name", "model_spec")
"""Producers of one product in one model are each other's peers."""


def low_prices(facts: Facts, book: Book) -> Found:
    """III-3: a producer's latest price is at most k times the median of its peers, where there are enough of them."""
    latest = (
        facts[SOURCE]
        .filter(
            (pl.col("counterfeit") == GENUINE) & (pl.col("sample_price") > 0) & pl.col("sampled_on").is_not_null()
            & pl.all_horizontal(pl.col("producer_uscc", *PEERS).is_not_null())
        )
        .sort("sampled_on", "record_id")
        .unique(["producer_uscc", *PEERS], keep="last", maintain_order=True)
        .with_columns(pl.col("sample_price").cast(pl.Float64).alias("_price"))
    )  # fmt: skip
    low = latest.with_columns(
        pl.len().over(PEERS).alias("_peers"), pl.col("_price").median().over(PEERS).alias("_median")
    ).filter(
        (pl.col("_peers") >= book.whole("price_peers"))
        & (pl.col("_price") <= pl.col("_median") * book.number("price_share"))
    )
    return found([spans(low.with_columns(pl.col("sampled_on").alias("listed_on")), "III-3", PRODUCT, SOURCE)], [])
