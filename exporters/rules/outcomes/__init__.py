"""Outcomes of special rectification (standard 2.2, CR30): the thirty indicators OC01-OC30."""

from exporters.rules.outcomes.counts import KEYS, MEASURES, READS, UNIT, WITHIN, counts, undecided
from exporters.rules.outcomes.indicators import Indicator, IndicatorKind, indicators
from exporters.rules.outcomes.table import outcomes, update

__all__ = [
    "KEYS",
    "MEASURES",
    "READS",
    "UNIT",
    "WITHIN",
    "Indicator",
    "IndicatorKind",
    "counts",
    "indicators",
    "outcomes",
    "undecided",
    "update",
]
