"""Risk information from eight kinds of sources (S0 6.3.5), each with a declared shape, as signals of one shape."""

from exporters.rules.risk_intake.kinds import SourceKind, kind_of, kinds
from exporters.rules.risk_intake.signals import SIGNAL, Heard, foreign, of_notices, signals

__all__ = ["SIGNAL", "Heard", "SourceKind", "foreign", "kind_of", "kinds", "of_notices", "signals"]
