"""The indicators as ``indicators.toml`` declares them: what each is called, counted in, and made of."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from importlib.resources import files

import msgspec

from catalog.typed import from_toml


class IndicatorKind(StrEnum):
    """How an indicator comes of counts."""

    SUM = "sum"
    UNITS = "units"
    AMOUNT = "amount"
    RATE = "rate"
    CHANGE = "change"


class Indicator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One indicator; ``of`` are the counts that it adds up, or numerator and denominator (twice for a change)."""

    code: str
    name: str
    zh: str
    en: str
    unit: str
    kind: IndicatorKind
    of: tuple[str, ...]
    source: str = ""


class Indicators(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The list in one version."""

    id: str
    version: str
    indicator: tuple[Indicator, ...]


@cache
def indicators() -> Indicators:
    """The shipped list."""
    text = (files("exporters") / "rules" / "outcomes" / "indicators.toml").read_text(encoding="utf-8")
    return from_toml(text, Indicators)
