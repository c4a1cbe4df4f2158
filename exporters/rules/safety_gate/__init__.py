"""EU Safety Gate alerts as risk records of standard 2.5, and back again without loss.

Source: weekly export of the European Commission (Regulation (EU) 2023/988, formerly RAPEX), columns as published. What
an alert does not say (severity, probability, tolerability) stays empty: nothing is guessed from a headline.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files

import msgspec
import polars as pl

from catalog.identifiers.gtin import is_gtin, padded
from catalog.typed import from_toml

COLUMNS = (
    "type_of_alert", "alert_number", "alert_submitted_by", "country_of_origin", "counterfeit", "risk_type",
    "risk_legal_provision", "product_name", "product_description", "brand", "product_category", "model_type_number",
    "compulsory_measures", "voluntary_measures", "found_and_measures_taken_in", "company_recall_page", "case_url",
    "barcode", "batch_number", "company_recall_code", "production_dates", "packaging_description",
)  # fmt: skip
"""Columns of an alert, all text or null."""

RISK = pl.Schema(
    dict.fromkeys(
        (
            "record_id", "risk_info_no", "source_type", "source_ref", "product_category", "product_name",
            "product_model", "brand", "batch", "summary", "injury_type", "hazard_class", "severity", "probability",
            "risk_level", "measures_text", "counterfeit", "gtins", "country_of_origin", "flags", "origin",
        ),
        pl.String,
    )
)  # fmt: skip
"""A risk record made of an alert. Lists are joined by ``;``; ``gtins`` are the sound ones, in 14 digits; ``origin`` is
the alert itself as canonical JSON. ``source_type`` is 9 其他: none of the eight kinds of S0 is a foreign alert."""


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    risk_type: dict[str, tuple[str, str]]
    level: dict[str, str]
    counterfeit: dict[str, str]


@cache
def words() -> _Words:
    """Meaning of an alert's words: risk type -> (hazard class, injury), alert type -> level, counterfeit -> code."""
    text = (files("exporters") / "rules" / "safety_gate" / "words.toml").read_text(encoding="utf-8")
    return from_toml(text, _Words)


def to_risk(alerts: pl.DataFrame) -> pl.DataFrame:
    """One risk record an alert, in the order given; flags tell what could not be read."""
    rows = alerts.select(pl.col(name).cast(pl.String) for name in COLUMNS)
    barcodes = _by_text(rows["barcode"], _gtins)
    risks = _by_text(rows["risk_type"], _risks)
    known = words()
    read = rows.with_columns(barcodes, risks, _origin(rows))
    level = pl.col("type_of_alert").replace_strict(known.level, default=None, return_dtype=pl.String)
    fake = pl.col("counterfeit").replace_strict(known.counterfeit, default=None, return_dtype=pl.String)
    none = pl.lit(None, pl.String)
    number = pl.concat_str(pl.lit("EU-"), "alert_number")
    measures = pl.concat_str("compulsory_measures", "voluntary_measures", separator="; ", ignore_nulls=True)
    flags = [
        pl.col("barcode").struct.field("flags"),
        pl.col("risk_type").struct.field("flags"),
        pl.when(pl.col("type_of_alert").is_null()).then(pl.lit("MISSING:type_of_alert")),
        pl.when(pl.col("type_of_alert").is_not_null() & level.is_null()).then(pl.lit("UNKNOWN:type_of_alert")),
        pl.when(pl.col("counterfeit").is_not_null() & fake.is_null()).then(pl.lit("UNKNOWN:counterfeit")),
    ]
    return read.select(
        record_id=number,
        risk_info_no=number,
        source_type=pl.lit("9"),
        source_ref="case_url",
        product_category="product_category",
        product_name="product_name",
        product_model="model_type_number",
        brand=pl.col("brand").str.strip_chars(),
        batch=pl.coalesce("batch_number", "production_dates"),
        summary="product_description",
        injury_type=pl.col("risk_type").struct.field("told"),
        hazard_class=pl.col("risk_type").struct.field("also"),
        severity=none,
        probability=none,
        risk_level=level,
        measures_text=pl.when(measures != "").then(measures),
        counterfeit=fake,
        gtins=pl.col("barcode").struct.field("told"),
        country_of_origin="country_of_origin",
        flags=pl.concat_str([pl.when(flag != "").then(flag) for flag in flags], separator=";", ignore_nulls=True),
        origin="origin",
    ).select(RISK.names())


def to_alerts(risks: pl.DataFrame) -> pl.DataFrame:
    """The alerts again, every column as it came."""
    alerts = [json.loads(text) for text in risks["origin"]]
    return pl.DataFrame(alerts, schema=dict.fromkeys(COLUMNS, pl.String))


def _by_text(cells: pl.Series, read: Callable[[str], tuple[str | None, str | None, str]]) -> pl.Series:
    """Each distinct text read once: a struct of ``told``, ``also`` and ``flags``."""
    distinct = cells.unique().drop_nulls()
    made = pl.DataFrame(
        [(text, *read(text)) for text in distinct],
        schema=dict.fromkeys((cells.name, "told", "also", "flags"), pl.String),
        orient="row",
    )
    joined = cells.to_frame().join(made, on=cells.name, how="left", maintain_order="left")
    return joined.select(pl.struct("told", "also", "flags").alias(cells.name)).to_series()


def _gtins(cell: str) -> tuple[str | None, str | None, str]:
    """Codes of a barcode cell: real ones hold several by line break, shops' own numbers, and cut codes (DOMAIN 1.3)."""
    parts = [part for part in cell.replace(",", "\n").replace(";", "\n").split() if part]
    sound = [padded(part) for part in parts if is_gtin(part)]
    flags = set()
    for part in parts:
        if not is_gtin(part):
            shop = len(part) == 10 and part[:2] in {"B0", "X0"} and part.isalnum()
            flags.add("BARCODE_SHOP_NUMBER" if shop else "BARCODE_CHECK")
    if len(parts) > 1:
        flags.add("BARCODE_SEVERAL")
    return ";".join(dict.fromkeys(sound)) or None, None, ";".join(sorted(flags))


def _risks(cell: str) -> tuple[str | None, str | None, str]:
    """Injuries and hazard classes of a list of risk types."""
    parts = [part.strip() for part in cell.split(",") if part.strip()]
    known = [words().risk_type[part] for part in parts if part in words().risk_type]
    unknown = len(known) < len(parts)
    injuries = ";".join(dict.fromkeys(injury for _, injury in known))
    classes = ";".join(sorted({hazard for hazard, _ in known}))
    return injuries or None, classes or None, "UNKNOWN:risk_type" if unknown else ""


def _origin(rows: pl.DataFrame) -> pl.Series:
    texts = [
        json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":")) for row in rows.iter_rows(named=True)
    ]
    return pl.Series("origin", texts, dtype=pl.String)
