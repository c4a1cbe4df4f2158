"""Dirty cells of every kind that the rules name, each in a few rows.

Every entry of ``DIRT`` spoils one column of one table in about ``SHARE`` of its rows; no row is spoiled twice. What
is spoiled stays what real sources deliver: nothing here is a byte that a database would refuse.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from exporters.sample import draw

SHARE = 0.0008
_WIDE = {ascii_digit: chr(ord(ascii_digit) + 0xFEE0) for ascii_digit in "0123456789"}
_TEXTS = {
    "product_basic": "model_spec",
    "enterprise_basic": "enterprise_name",
    "production_licence": "applicant_name",
    "special_rectification": "unit_name",
    "spot_check": "model_spec",
    "risk_monitoring": "product_name",
    "traceability": "model_spec",
    "quality_grading": "product_model",
}
_CREDIT_CODES = {
    "product_basic": "producer_uscc",
    "enterprise_basic": "uscc",
    "production_licence": "uscc",
    "special_rectification": "uscc",
    "spot_check": "inspected_uscc",
    "risk_monitoring": "producer_uscc",
    "traceability": "producer_uscc",
    "quality_grading": "producer_uscc",
}


@dataclass(frozen=True, slots=True)
class Dirt:
    """A kind of dirt in one column: what the cell becomes, and which rows it can befall (default: filled cells)."""

    kind: str
    table: str
    column: str
    spoiled: pl.Expr
    where: pl.Expr | None = None


def _everywhere() -> list[Dirt]:
    found: list[Dirt] = []
    for table, column in _TEXTS.items():
        cell, code, credit = pl.col(column), pl.col(_CREDIT_CODES[table]), _CREDIT_CODES[table]
        wrong = pl.when(code.str.ends_with("0")).then(pl.lit("1")).otherwise(pl.lit("0"))
        found += [
            Dirt("missing-required", table, column, pl.lit(None, dtype=pl.String)),
            Dirt("blank-required", table, column, pl.lit("")),
            Dirt("text-too-long", table, column, cell + pl.lit("超长" * 120)),
            Dirt("line-breaks", table, column, cell + pl.lit("\n第二行\r\n第三行")),
            Dirt("formula-like", table, column, pl.lit(_FORMULAS[len(found) % len(_FORMULAS)])),
            Dirt("xml-special-and-emoji", table, column, cell + pl.lit("<b>&\"'😀]]>")),
            Dirt("spaces-around", table, column, pl.lit("  ") + cell + pl.lit("\u3000 ")),
            Dirt("unknown-status", table, "record_status", pl.lit("7"), pl.col("record_status") == "1"),
            Dirt("wrong-region", table, "source_region_code", pl.lit("379900")),
            Dirt("wrong-check-digit", table, credit, code.str.slice(0, 17) + wrong),
            Dirt("full-width-digits", table, credit, code.str.replace_many(_WIDE)),
        ]
    return found


_FORMULAS = ("=1+1", "+cmd|' /C calc'!A0", "@SUM(A1:A9)", "-2+3", '\t=HYPERLINK("http://example.cn")')


def _codes() -> list[Dirt]:
    gtin, trace = pl.col("gtin"), pl.col("trace_code")
    bracketed, plain = trace.str.starts_with("(01)0"), trace.str.starts_with("010")
    another = trace.shift(1).is_not_null() & (pl.col("record_status") == "1")
    wrong = pl.when(gtin.str.ends_with("7")).then(pl.lit("3")).otherwise(pl.lit("7"))
    return [
        Dirt("unknown-code", "product_basic", "industry_code", pl.lit("9999")),
        Dirt("unknown-code", "enterprise_basic", "unit_role", pl.lit("9")),
        Dirt("unknown-code", "production_licence", "licence_status", pl.lit("0")),
        Dirt("unknown-code", "special_rectification", "result", pl.lit("3")),
        Dirt("unknown-code", "spot_check", "stage", pl.lit("生产")),
        Dirt("unknown-code", "risk_monitoring", "hazard_class", pl.lit("5")),
        Dirt("unknown-code", "traceability", "trace_scheme", pl.lit("9")),
        Dirt("unknown-code", "quality_grading", "grade", pl.lit("AAAAAA")),
        Dirt("old-region-code", "enterprise_basic", "region_code", pl.lit("371202")),
        Dirt("wrong-gtin-digit", "product_basic", "gtin", gtin.str.slice(0, 12) + wrong),
        Dirt("wrong-gtin-digit", "quality_grading", "gtin", gtin.str.slice(0, 12) + wrong),
        Dirt("wrong-gtin-digit", "traceability", "trace_code", pl.lit("(01)1") + trace.str.slice(5), bracketed),
        Dirt("full-width-digits", "traceability", "trace_code", trace.str.replace_many(_WIDE), bracketed),
        Dirt("full-width-digits", "product_basic", "gtin", gtin.str.replace_many(_WIDE)),
        Dirt("several-codes-in-a-cell", "product_basic", "gtin", gtin + pl.lit("\n") + gtin.shift(1).fill_null("")),
        Dirt("foreign-code", "product_basic", "gtin", pl.lit("B0CHYPVWHV")),
        Dirt("control-separator", "traceability", "trace_code", trace + pl.lit("\x1d240A1"), plain),
        Dirt("ship-to-in-code", "traceability", "trace_code", trace + pl.lit("(410)6901234000009"), bracketed),
        Dirt("leading-zeros", "traceability", "serial_or_batch", pl.lit("0007")),
        Dirt("leading-zeros", "product_basic", "product_code", pl.lit("000") + pl.col("product_code").str.slice(3)),
        Dirt(
            "repeated-code",
            "traceability",
            "trace_code",
            trace.shift(1),
            another,
        ),
        Dirt("mixed-separators", "traceability", "executed_standards", _LISTS.str.replace_all(";", "；", literal=True)),
        Dirt(
            "mixed-separators", "product_basic", "executed_standards", _LISTS.str.replace_all(";", "、", literal=True)
        ),
        Dirt("malformed-licence-number", "enterprise_basic", "licence_nos", pl.lit("XK6-1-23")),
    ]


_LISTS = pl.col("executed_standards") + pl.lit(";GB 2811-2019")


def _values() -> list[Dirt]:
    day, minute = pl.duration(days=30), pl.duration(minutes=45)
    return [
        Dirt("wrong-date", "enterprise_basic", "established_on", pl.lit("2025-02-30")),
        Dirt("wrong-date", "spot_check", "sampled_on", pl.lit("2025年13月1日")),
        Dirt("wrong-date", "quality_grading", "evidence_on", pl.lit("不详")),
        Dirt("wrong-date", "traceability", "warranty_period", pl.lit("十二个月")),
        Dirt("date-order", "production_licence", "valid_until", pl.col("issued_on") - day),
        Dirt("date-order", "special_rectification", "rectified_on", pl.col("inspected_on") - day),
        Dirt("date-order", "spot_check", "published_on", pl.lit(date(2001, 1, 1))),
        Dirt("date-order", "traceability", "sold_on", pl.col("purchased_at") - minute),
        Dirt("date-order", "quality_grading", "valid_until", pl.col("graded_on") - day),
        Dirt("negative-amount", "enterprise_basic", "registered_capital", -pl.col("registered_capital")),
        Dirt("negative-amount", "special_rectification", "fine_amount", -pl.col("fine_amount")),
        Dirt("negative-amount", "spot_check", "sample_price", -pl.col("sample_price")),
        Dirt("negative-amount", "traceability", "quantity", -pl.col("quantity")),
        Dirt("negative-amount", "quality_grading", "score", -pl.col("score")),
        Dirt("over-long-integer", "enterprise_basic", "employee_count", pl.lit(99_999_999_999, dtype=pl.Int64)),
        Dirt("broken-json", "traceability", "public_flags", pl.lit('{"buyer_name":1,')),
        Dirt("broken-json", "spot_check", "items", pl.lit('[{"name":"标志"')),
        Dirt("broken-json", "special_rectification", "outcome_indicators", pl.lit("{problems_found:2}")),
        Dirt("odd-flag", "traceability", "public_flags", pl.lit('{"buyer_name":"1","sold_at":true,"sold_on":2}')),
        Dirt("condition-unmet", "product_basic", "product_unit", pl.lit(None, dtype=pl.String)),
        Dirt("malformed-telephone", "enterprise_basic", "contact_phone", pl.lit("电话不详")),
        Dirt("malformed-address", "enterprise_basic", "email", pl.lit("无@")),
        Dirt("unspecific-source", "risk_monitoring", "region_code", pl.lit("370000")),
    ]


DIRT: tuple[Dirt, ...] = (*_everywhere(), *_codes(), *_values())
"""Every entry; ``duplicate-supersedes`` besides is made where corrections are."""

KINDS: tuple[str, ...] = tuple(sorted({*(d.kind for d in DIRT), "duplicate-supersedes"}))
"""All kinds of dirt that a sample holds."""


def soil(frame: pl.DataFrame, table: str, rng: draw.Rng) -> pl.DataFrame:
    """The frame with its few dirty rows; small frames get one row of each kind, tiny ones none."""
    n = frame.height
    entries = [dirt for dirt in DIRT if dirt.table == table]
    count = max(1, round(SHARE * n)) if n >= 8 * len(entries) else 0
    order = rng.permutation(n)
    free = np.ones(n, dtype=np.bool_)
    changes: dict[str, pl.Expr] = {}
    for dirt in entries if count else ():
        fits = frame.select(pl.col(dirt.column).is_not_null() if dirt.where is None else dirt.where).to_series()
        rows = order[(fits.fill_null(value=False).to_numpy() & free)[order]][:count]
        free[rows] = False
        here = np.zeros(n, dtype=np.bool_)
        here[rows] = True
        otherwise = changes.get(dirt.column, pl.col(dirt.column))
        changes[dirt.column] = pl.when(pl.lit(pl.Series(here))).then(dirt.spoiled).otherwise(otherwise)
    return frame.with_columns(expression.alias(column) for column, expression in changes.items())


def twice_superseded(frame: pl.DataFrame, fixes: draw.Ints) -> pl.DataFrame:
    """The frame with its last correction claiming what its first one claims, where there are enough corrections."""
    if len(fixes) < 3:
        return frame
    claims = frame["supersedes"].to_list()
    claims[fixes[-1]] = claims[fixes[0]]
    return frame.with_columns(pl.Series("supersedes", claims, dtype=pl.String))
