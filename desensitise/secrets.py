"""Trade secrets by name and by code: columns that tell who bought what from whom, and identifiers that carry it.

GS1 application identifiers 400 (order number), 410 (ship to) and 414, 416, 417 (parties) disclose the flow of goods
(DOMAIN 1.3); flow fields never stand in a bulk file, even when flagged (DOMAIN 6).
"""

from __future__ import annotations

import re

import polars as pl

FLOW_FIELDS = frozenset(
    {
        "sold_at",
        "sold_on",
        "purchased_at",
        "buyer_name",
        "buyer_address",
        "buyer_contact",
        "supplier_name",
        "customer_name",
        "quantity",
        "public_flags",
        "order_no",
        "sample_price",
        "stock_base",
        "process_equipment_file",
        "quality_control_archive",
        "measured_values",
        "risk_points",
        "raw_records",
    },
)
_FLOW_NAME = re.compile(
    r"(?:buyer|customer|supplier|consignee|purchaser|ship_to|order)_|购方|客户名|供应商|订单|流向|货权人"
)

# Written in brackets, as a segment or a parameter of a Digital Link, or after a group separator.
FLOW_CODES = r"\((?:400|41[0467])\)|[/?&;](?:400|41[0467])[/=][0-9A-Za-z]|\x1d(?:400|41[0467])[0-9A-Za-z]"


def tells_flow(name: str) -> bool:
    """Whether a column's name says that it holds the flow of goods or another trade secret."""
    return name in FLOW_FIELDS or _FLOW_NAME.search(name.lower()) is not None


def flow_codes(texts: pl.Series) -> pl.Series:
    """Those of the texts texts that are identifiers with an application identifier of the flow."""
    # Plain literals are looked for many times faster; few texts hold one.
    some = texts.filter(texts.str.contains(r"400|410|414|416|417"))
    return some.filter(some.str.contains(FLOW_CODES))
