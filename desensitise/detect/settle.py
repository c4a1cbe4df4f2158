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

    In recall mode names that overlap are taken together, so that no end of one stays. Hints are told wherever no surer
    span of their kind covers them.
    """
    sure = disjoint(span for span in spans if span.score >= LEAST)
    if mode == "recall":
        persons = [span for span in spans if span.kind is Kind.PERSON and span.score >= LEAST]
        sure = disjoint(_widened(span, persons) if span.kind is Kind.PERSON else span for span in sure)
    again = _mentions(text, spans if mode == "recall" else sure)
    whole = disjoint((*sure, *again)) if again else sure
    hints = [span for span in spans if span.score < LEAST] if mode == "recall" else []
    return sorted((*whole, *_uncovered(hints, whole))) if hints else whole


def _widened(span: Span, persons: Sequence[Span]) -> Span:
    near = [s for s in persons if s.start < span.end and span.start < s.end]
    return Span(min(s.start for s in near), max(s.end for s in near), span.kind, span.score)


def _mentions(text: str, spans: Sequence[Span]) -> list[Span]:
    """Other places where a name that was surely found stands in the same text."""
    known = {(s.start, s.end) for s in spans if s.kind is Kind.PERSON and s.score >= _SURE}
    found = []
    for name in {text[start:end] for start, end in known}:
        at = text.find(name) if _NAME.fullmatch(name) else -1
        while at >= 0:
            if (at, at + len(name)) not in known:
                found.append(Span(at, at + len(name), Kind.PERSON, 0.74))
            at = text.find(name, at + len(name))
    return found


def _uncovered(hints: Sequence[Span], kept: Sequence[Span]) -> Iterator[Span]:
    """Hints that no kept span of their kind holds, without overlap among hints of a kind: the longest."""
    for kind in {hint.kind for hint in hints}:
        own = [s for s in kept if s.kind is kind]
        fresh = (h for h in hints if h.kind is kind and not any(s.start <= h.start and h.end <= s.end for s in own))
        yield from disjoint(Span(h.start, h.end, h.kind, h.score) for h in fresh)
