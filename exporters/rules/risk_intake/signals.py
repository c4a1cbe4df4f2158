"""Records of any kind of source, and foreign alerts, as signals of one shape; nothing is guessed, gaps are flagged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import polars as pl

from catalog.codes import code_list, province_of
from exporters.rules.notices.model import Message, Notice
from exporters.rules.risk_intake.kinds import SourceKind
from exporters.rules.safety_gate import to_risk

SIGNAL = pl.Schema(
    {
        "id": pl.String,
        "kind": pl.String,
        "number": pl.String,
        "heard_on": pl.Date,
        **dict.fromkeys(
            (
                "product_category", "product_name", "product_model", "brand", "batch", "gtins", "producer_name",
                "producer_uscc", "seller_name", "seller_uscc", "region_code", "summary", "injury_type",
                "hazard_class", "severity", "probability", "source_ref", "flags", "origin",
            ),
            pl.String,
        ),
    }
)  # fmt: skip
"""``id`` is code and number of the source; ``flags`` as in all rules; ``origin`` a foreign alert as it came."""

_CODED = ("hazard_class", "severity", "probability")
_NEEDED = ("product_category", "product_name", "region_code", "summary")
FOREIGN = "9"
"""Code of the list risk_source for alerts of other countries and notices of other provinces: 其他."""


class Heard(NamedTuple):
    """Signals, one an id; and how many records had no number or day, or stood twice, and were left at their source."""

    signals: pl.DataFrame
    refused: int


def signals(kind: SourceKind, records: pl.DataFrame) -> Heard:
    """Signals of the records of one kind; each record brings all fields of the kind, as text or typed."""
    chosen = records
    for name, values in kind.only.items():
        chosen = chosen.filter(pl.col(name).cast(pl.String).is_in(values))
    taken = chosen.select(_cell(name, kind) for name in SIGNAL if name not in {"id", "kind", "flags", "origin"})
    made = taken.with_columns(
        pl.concat_str(pl.lit(f"{kind.code}-"), pl.col("number").str.replace_all("/", "_", literal=True)).alias("id"),
        pl.lit(kind.code).alias("kind"),
        pl.lit(None, pl.String).alias("origin"),
    )
    return _sound(made)


def foreign(alerts: pl.DataFrame, day: date) -> Heard:
    """Safety Gate alerts as signals heard on ``day``; region, severity and probability are not theirs to say."""
    risks = to_risk(alerts).rename({"record_id": "number"})
    given = [pl.col(name) if name in risks.columns else pl.lit(None, pl.String).alias(name) for name in SIGNAL]
    made = risks.rename({"flags": "_flags"}).select(
        *(one for one, name in zip(given, SIGNAL, strict=True) if name not in {"id", "kind", "heard_on", "flags"}),
        pl.concat_str(pl.lit(f"{FOREIGN}-"), pl.col("number").str.replace_all("/", "_", literal=True)).alias("id"),
        pl.lit(FOREIGN).alias("kind"),
        pl.lit(day).alias("heard_on"),
        pl.col("_flags"),
    )
    heard = _sound(made.drop("_flags"))
    flags = made.select("id", "_flags").unique("id", keep="last", maintain_order=True)
    both = [pl.when(pl.col(name) != "").then(name) for name in ("_flags", "flags")]
    told = heard.signals.join(flags, on="id", how="left", maintain_order="left")
    flagged = told.with_columns(pl.concat_str(both, separator=";", ignore_nulls=True).alias("flags"))
    return Heard(flagged.select(SIGNAL.names()), heard.refused)


def of_notices(told: Sequence[tuple[Notice, str]]) -> Heard:
    """Notices of other provinces, each with its address, as signals; a cancelled one tells of no risk."""
    rows = [
        {
            "number": one.notice_no,
            "heard_on": one.sent.date(),
            "product_category": one.category,
            "product_name": one.product or one.category,
            "gtins": ";".join(one.codes) or None,
            "producer_name": one.producer or None,
            "region_code": one.areas[0].code,
            "summary": one.hazard,
            "source_ref": address,
        }
        for one, address in told
        if one.message is not Message.CANCEL
    ]
    made = pl.DataFrame(rows, schema_overrides=SIGNAL) if rows else pl.DataFrame(schema=SIGNAL)
    given = [pl.col(name) if name in made.columns else pl.lit(None, pl.String).alias(name) for name in SIGNAL]
    named = made.select(given).with_columns(
        pl.concat_str(pl.lit(f"{FOREIGN}-"), pl.col("number")).alias("id"), pl.lit(FOREIGN).alias("kind")
    )
    return _sound(named.select(pl.all().exclude("flags")))


def _cell(name: str, kind: SourceKind) -> pl.Expr:
    if name not in kind.takes:
        return pl.lit(None, SIGNAL[name]).alias(name)
    text = pl.col(kind.takes[name]).cast(pl.String).str.strip_chars()
    if name == "heard_on":
        return text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False).alias(name)
    return pl.when(text != "").then(text).alias(name)


def _sound(made: pl.DataFrame) -> Heard:
    """Unknown codes become null and are flagged; what a signal needs and lacks is flagged."""
    unknown = [
        pl.when(pl.col(name).is_not_null() & ~pl.col(name).is_in(_known(name))).then(pl.lit(f"UNKNOWN:{name}"))
        for name in ("region_code", *_CODED)
    ]
    missing = [pl.when(pl.col(name).is_null()).then(pl.lit(f"MISSING:{name}")) for name in _NEEDED]
    flags = pl.concat_str([*missing, *unknown], separator=";", ignore_nulls=True).alias("flags")
    cells = [pl.when(pl.col(name).is_in(_known(name))).then(name).alias(name) for name in ("region_code", *_CODED)]
    named = made.filter(pl.col("number").is_not_null() & pl.col("heard_on").is_not_null())
    rows = named.with_columns(flags, *cells).unique("id", keep="last", maintain_order=True)
    return Heard(rows.select(pl.col(name).cast(kind) for name, kind in SIGNAL.items()), made.height - rows.height)


def _known(name: str) -> list[str]:
    return list(province_of()) if name == "region_code" else list(code_list(name).codes)
