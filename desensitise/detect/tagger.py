"""Part-of-speech and entity tags of Chinese text: LAC-small, a two-layer BiGRU with a CRF, run in numpy.

A text is tagged clause by clause: the weights were trained on short pieces and do better so (see
``benchmarks/detect_real.py``), and clauses of complaints and reports repeat, so that most are known already.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from desensitise.detect.network import PAD, best_tags, emissions
from desensitise.detect.weights import Floats, Ints, weights

# Products have one of two shapes whatever texts come together, so a text's tags do not depend on its neighbours.
_ROWS, _FEW = 64, 8
_STEP = 4
_LONGEST = 256
_CLAUSE = re.compile(rf"[^,!?;.\n]{{0,{_LONGEST}}}[,!?;.\n]*")
_REMEMBERED = 50_000
# How much likelier than it thinks names and places are held to be where a miss costs more than a false alarm: scores
# are logarithms, so each point is a factor of e.
_LIKELIER = {"names": {"PER": 1.0, "nr": 1.0}, "places": {"LOC": 1.5, "ns": 1.0}}


class Word(NamedTuple):
    """Characters ``start`` to ``end`` carry ``tag`` (``PER``, ``LOC``, ``ORG``, ``nr``, ``n`` …)."""

    start: int
    end: int
    tag: str


class Reading(NamedTuple):
    """A text's words; and, if asked for, the names and places it would hold if these were somewhat likelier."""

    words: tuple[Word, ...]
    names: tuple[Word, ...] = ()
    places: tuple[Word, ...] = ()


Likely = Literal["names", "places"]
_seen: dict[tuple[tuple[Likely, ...], str], Reading] = {}


def read(texts: Sequence[str], likely: tuple[Likely, ...] = ()) -> list[Reading]:
    """Words with tags for each text in half-width spelling; ``likely`` says which likely words are told as well.

    SettingsError when the weights are not installed.
    """
    clauses = [[m for m in _CLAUSE.finditer(text) if m.end() > m.start()] for text in texts]
    wanted = {m.group() for each in clauses for m in each}
    if len(_seen) > _REMEMBERED:
        _seen.clear()
    known = {clause: seen for clause in wanted if (seen := _seen.get((likely, clause))) is not None}
    fresh = sorted(wanted - known.keys(), key=lambda clause: (len(clause), clause))
    if fresh:
        # Several threads would take longer over such small products than one.
        with _threads().limit(limits=1, user_api="blas"):
            new = dict(zip(fresh, _tagged(fresh, likely), strict=True))
        _seen.update({(likely, clause): reading for clause, reading in new.items()})
        known |= new
    return [_joined([(m.start(), known[m.group()]) for m in each]) for each in clauses]


def _joined(parts: Sequence[tuple[int, Reading]]) -> Reading:
    if len(parts) == 1:
        return parts[0][1]
    words, names, places = (
        tuple(Word(at + start, at + end, tag) for at, reading in parts for start, end, tag in reading[column])
        for column in range(3)
    )
    return Reading(words, names, places)


@cache
def _threads() -> ThreadpoolController:
    return ThreadpoolController()


def _tagged(clauses: Sequence[str], likely: tuple[Likely, ...]) -> Iterator[Reading]:
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
        emitted = emissions(np.ascontiguousarray(ids.T))
        own = lengths[: len(group)]
        plain = _words(model.tags, best_tags(emitted, lengths), own)
        more = {
            kind: _words(model.tags, best_tags(emitted + _raised(_LIKELIER[kind]), lengths), own, _LIKELIER[kind])
            for kind in likely
        }
        none: list[tuple[Word, ...]] = [()] * len(group)
        yield from map(Reading, plain, more.get("names", none), more.get("places", none))


def _raised(likelier: Mapping[str, float]) -> Floats:
    """What is added to the scores of each tag."""
    return np.array([likelier.get(tag.partition("-")[0], 0.0) for tag in weights().tags], np.float32)


def _words(
    tags: tuple[str, ...], best: Ints, lengths: Ints, only: Collection[str] | None = None
) -> list[tuple[Word, ...]]:
    """Words of each row, of all tags or of some."""
    split = [(*tag.partition("-")[::2], only is None or tag.partition("-")[0] in only) for tag in tags]
    rows = zip(best.tolist(), lengths.tolist(), strict=False)
    return [tuple(_row(split, numbers[:length])) for numbers, length in rows]


def _row(split: Sequence[tuple[str, str, bool]], best: Sequence[int]) -> Iterator[Word]:
    """Words of one row, where a letter's tag is (name, B or I, wanted)."""
    begin, current, told = 0, "", False
    for place, number in enumerate(best):
        name, part, wanted = split[number]
        if part == "B" or name != current:
            if told:
                yield Word(begin, place, current)
            begin, current, told = place, name, wanted
    if told:
        yield Word(begin, len(best), current)
