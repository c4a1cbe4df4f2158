"""Part-of-speech and entity tags of Chinese text: LAC-small, a two-layer BiGRU with a CRF, run in numpy.

A text is tagged clause by clause: the weights were trained on short pieces and do better so (see
``benchmarks/detect_real.py``), and clauses of complaints and reports repeat, so that most are known already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

from desensitise.detect.network import PAD, best_tags, emissions
from desensitise.detect.weights import Ints, weights

# Products have one of two shapes whatever texts come together, so a text's tags do not depend on its neighbours.
_ROWS, _FEW = 64, 8
_STEP = 4
_LONGEST = 256
_CLAUSE = re.compile(rf"[^,!?;.\n]{{0,{_LONGEST}}}[,!?;.\n]*")
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class Word:
    """Characters ``start`` to ``end`` carry ``tag`` (``PER``, ``LOC``, ``ORG``, ``nr``, ``n`` …)."""

    start: int
    end: int
    tag: str


Words = tuple[Word, ...]
_seen: dict[str, Words] = {}


def tag(texts: Sequence[str]) -> list[list[Word]]:
    """Words with tags for each text in half-width spelling; SettingsError when the weights are not installed."""
    clauses = [[m for m in _CLAUSE.finditer(text) if m.end() > m.start()] for text in texts]
    wanted = {m.group() for each in clauses for m in each}
    if len(_seen) > _REMEMBERED:
        _seen.clear()
    known = {clause: words for clause in wanted if (words := _seen.get(clause)) is not None}
    fresh = sorted(wanted - known.keys(), key=lambda clause: (len(clause), clause))
    # Several threads would take longer over such small products than one.
    with _threads().limit(limits=1, user_api="blas"):
        known |= dict(zip(fresh, _tagged(fresh), strict=True))
    _seen.update(known)
    return [
        [Word(m.start() + w.start, m.start() + w.end, w.tag) for m in each for w in known[m.group()]]
        for each in clauses
    ]


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


def _tagged(clauses: Sequence[str]) -> Iterator[Words]:
    """Clauses in order of length."""
    model = weights()
    rows = _FEW if len(clauses) <= _FEW else _ROWS
    unknown = model.letters["OOV"]
    for first in range(0, len(clauses), rows):
        group = clauses[first : first + rows]
        ids = np.full((rows, -(-len(group[-1]) // _STEP) * _STEP), PAD, np.int64)
        lengths = np.ones(rows, np.int64)
        for row, clause in enumerate(group):
            ids[row, : len(clause)] = [model.letters.get(c, unknown) for c in clause]
            lengths[row] = len(clause)
        best = best_tags(emissions(np.ascontiguousarray(ids.T)), lengths)
        for row, clause in enumerate(group):
            yield tuple(_words(model.tags, best[row, : len(clause)]))


def _words(tags: tuple[str, ...], best: Ints) -> Iterator[Word]:
    begin, current = 0, ""
    for place, number in enumerate(best.tolist()):
        name, _, part = tags[number].partition("-")
        if part == "B" or name != current:
            if current:
                yield Word(begin, place, current)
            begin, current = place, name
    if current:
        yield Word(begin, len(best), current)
