"""Traceability (S2): chains from producer to seller with their gaps, and hash chains that show later changes."""

from exporters.rules.trace_chain.codes import doubts
from exporters.rules.trace_chain.flow import GAPS, HOPS, gaps, hops, update
from exporters.rules.trace_chain.seal import BROKEN, LINKS, broken, extended

__all__ = ["BROKEN", "GAPS", "HOPS", "LINKS", "broken", "doubts", "extended", "gaps", "hops", "update"]
