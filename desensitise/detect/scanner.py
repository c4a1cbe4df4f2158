"""One pass over one text: normalise, blank out official numbers, find numbers, codes and names, settle overlaps."""

from __future__ import annotations

from collections.abc import Sequence

from desensitise.detect.codes import codes, shielded
from desensitise.detect.normalise import normalise
from desensitise.detect.numbers import numbers
from desensitise.detect.persons import persons
from desensitise.detect.spans import Mode, Span, disjoint, replaced
from desensitise.detect.words import Context, context_of

_ROUNDS = 4


def scan(text: str, column: Context, mode: Mode) -> list[Span]:
    """Disjoint spans of one text, in order."""
    if not text:
        return []
    plain = shielded(normalise(text))
    found = [*numbers(plain, column, mode), *codes(plain, column, mode)]
    settled = disjoint(found)
    return disjoint((*settled, *persons(plain, column, settled)))


def find(texts: Sequence[str], context: str | None = None, mode: Mode = "balanced") -> list[list[Span]]:
    """Spans of each text. ``context`` is the name of the column the texts come from, if they come from one.

    ``recall`` also reports what is only likely: it is for gates, where a miss costs more than a false alarm.
    """
    column = context_of(context)
    return [scan(text, column, mode) for text in texts]


def redact(texts: Sequence[str], context: str | None = None, mode: Mode = "recall") -> list[str]:
    """Each text with its spans replaced by placeholders such as ``〔手机号〕``; what comes out scans clean.

    A text that is not clean after a few rounds becomes one placeholder for all (fail closed).
    """
    column = context_of(context)
    return [_redacted(text, column, mode) for text in texts]


def _redacted(text: str, column: Context, mode: Mode) -> str:
    for _ in range(_ROUNDS):
        spans = scan(text, column, mode)
        if not spans:
            return text
        text = replaced(text, spans)
    return "〔内容不予公开〕"
