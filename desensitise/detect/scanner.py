"""One pass over one text: normalise, blank out official numbers, find numbers, codes and names, settle overlaps."""

from __future__ import annotations

from collections.abc import Sequence

from desensitise.detect.codes import codes
from desensitise.detect.names import names
from desensitise.detect.normalise import normalise
from desensitise.detect.numbers import numbers
from desensitise.detect.persons import persons
from desensitise.detect.settle import LEAST, settled
from desensitise.detect.shields import shielded
from desensitise.detect.spans import WITHHELD, WITHHELD_TEXT, Mode, Span, disjoint, replaced
from desensitise.detect.traces import traces
from desensitise.detect.trade import trade_secrets
from desensitise.detect.words import Context, context_of

_ROUNDS = 4


def scan(text: str, column: Context, mode: Mode) -> list[Span]:
    """Disjoint spans that rules find in one text, in order; names only where a word or number announces them."""
    return disjoint(_ruled(normalise(text), column, mode)) if text else []


def _ruled(plain: str, column: Context, mode: Mode, *, secrets: bool = True) -> list[Span]:
    """What rules say of a normalised text; names do not overlap each other, but may overlap the rest.

    Where trade secrets may stay they are not looked for at all: one could lie over a person's number.
    """
    shown = shielded(plain)
    found = disjoint([*numbers(shown, column, mode), *codes(shown, column, mode), *traces(shown, column)])
    if mode == "recall" and secrets:
        found = disjoint((*found, *trade_secrets(shown)))
    return [*found, *disjoint(persons(shown, column, found, mode))]


def find(texts: Sequence[str], context: str | None = None, mode: Mode = "balanced") -> list[list[Span]]:
    """Spans of each text. ``context`` is the name of the column the texts come from, if they come from one.

    ``recall`` also reports what is only likely: it is for gates, where a miss costs more than a false alarm.
    """
    return _found(texts, context_of(context), mode, hints=True)


def found_surely(texts: Sequence[str], column: Context, mode: Mode, *, secrets: bool = True) -> list[list[Span]]:
    """``find`` without the hints below ``LEAST``, which takes less time."""
    found = _found(texts, column, mode, hints=False, secrets=secrets)
    return [[s for s in spans if s.score >= LEAST] for spans in found]


def _found(texts: Sequence[str], column: Context, mode: Mode, *, hints: bool, secrets: bool = True) -> list[list[Span]]:
    plain = [normalise(text) for text in texts]
    return [
        settled(text, (*_ruled(text, column, mode, secrets=secrets), *named), mode)
        for text, named in zip(plain, names(plain, mode, hints=hints), strict=True)
    ]


def redact(
    texts: Sequence[str], context: str | None = None, mode: Mode = "recall", *, secrets: bool = True
) -> list[str]:
    """Each text with the personal spans and trade secrets in it replaced by placeholders such as ``〔手机号〕``.

    Without ``secrets`` trade secrets stay: for authorities, who may read them. What comes out is looked at again until
    nothing is found; a text that is not clean after a few rounds becomes one placeholder as a whole (fail closed).
    Organisations and bare places stay.
    """
    column = context_of(context)
    done = list(texts)
    open_ = list(range(len(done)))
    for _ in range(_ROUNDS):
        found = found_surely([done[at] for at in open_], column, mode, secrets=secrets)
        personal = [[s for s in spans if s.kind in WITHHELD] for spans in found]
        for at, spans in zip(open_, personal, strict=True):
            done[at] = replaced(done[at], spans)
        open_ = [at for at, spans in zip(open_, personal, strict=True) if spans]
        if not open_:
            return done
    for at in open_:
        done[at] = WITHHELD_TEXT
    return done
