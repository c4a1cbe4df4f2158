"""From what rules and tagger say of one text to its spans: overlaps settled, a name's other mentions added."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from desensitise.detect.spans import Kind, Mode, Span, disjoint

LEAST = 0.5
"""Spans below this score (bare places, possible names) are hints: they stop no release and are not redacted."""

_SURE = 0.75
_NAME = re.compile(r"[\u4e00-\u9fff·]{2,12}")


def settled(text: str, spans: Sequence[Span], mode: Mode) -> list[Span]:
    """Spans of one text in order. Those of ``LEAST`` and more do not overlap.

    In recall mode names that overlap are taken together, so that no end of one stays, and hints are told wherever no
    surer span of their kind covers them.
    """
    sure = disjoint(span for span in spans if span.score >= LEAST)
    if mode == "balanced":
        return disjoint((*sure, *_mentions(text, sure)))
    wider = disjoint(_widened(span, spans) if span.kind is Kind.PERSON else span for span in sure)
    whole = disjoint((*wider, *_mentions(text, spans)))
    hints = [span for span in spans if span.score < LEAST]
    return sorted((*whole, *_uncovered(hints, whole)))


def _widened(span: Span, spans: Sequence[Span]) -> Span:
    near = [
        s for s in spans if s.kind is Kind.PERSON and s.start < span.end and span.start < s.end and s.score >= LEAST
    ]
    return Span(min(s.start for s in near), max(s.end for s in near), span.kind, span.score)


def _mentions(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Other places where a name that was surely found stands in the same text."""
    own = {text[s.start : s.end] for s in spans if s.kind is Kind.PERSON and s.score >= _SURE}
    for name in own:
        at = text.find(name) if _NAME.fullmatch(name) else -1
        while at >= 0:
            yield Span(at, at + len(name), Kind.PERSON, 0.74)
            at = text.find(name, at + len(name))


def _uncovered(hints: Sequence[Span], kept: Sequence[Span]) -> Iterator[Span]:
    """Hints that no kept span of their kind holds, without overlap among hints of a kind: the longest."""
    for kind in {hint.kind for hint in hints}:
        own = [s for s in kept if s.kind is kind]
        fresh = (h for h in hints if h.kind is kind and not any(s.start <= h.start and h.end <= s.end for s in own))
        yield from disjoint(Span(h.start, h.end, h.kind, h.score) for h in fresh)
