"""Part-of-speech and entity tags of Chinese text: LAC-small, a two-layer BiGRU with a CRF, run in numpy.

A text is tagged clause by clause: the weights were trained on short pieces and do better so (see
``benchmarks/detect_real.py``), and clauses of complaints and reports repeat, so that most are known already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Literal, NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from desensitise.detect.chain import best_tags, chances
from desensitise.detect.network import PAD, emissions
from desensitise.detect.weights import Floats, Ints, weights

# Products have one of two shapes whatever texts come together, so a text's tags do not depend on its neighbours.
_ROWS, _FEW = 128, 8
_STEP = 4
_LONGEST = 256
_CLAUSE = re.compile(rf"[^,!?;.\n]{{0,{_LONGEST}}}[,!?;.\n]*")
_REMEMBERED = 50_000
_NAMES, _PLACES = frozenset({"PER", "nr"}), frozenset({"LOC", "ns"})
LEVELS = (0.15, 0.05, 0.03)
"""Probabilities from which a letter is told as one that may belong to a name, a run for each."""

_PLACE_LEVELS = (0.03,)


class Word(NamedTuple):
    """Characters ``start`` to ``end`` carry ``tag`` (``PER``, ``LOC``, ``ORG``, ``nr``, ``n`` …).

    ``chance`` is the mean probability that a letter of a name belongs to one; 1 for words of other tags.
    """

    start: int
    end: int
    tag: str
    chance: float = 1.0


class Reading(NamedTuple):
    """A text's words; and, if asked for, runs of letters that may belong to names and places; these may overlap."""

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
        tuple(word for at, reading in parts for word in _moved(reading[column], at)) for column in range(3)
    )
    return Reading(words, names, places)


def _moved(words: tuple[Word, ...], by: int) -> Sequence[Word]:
    return [Word(start + by, end + by, tag, chance) for start, end, tag, chance in words] if by else words


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
        yield from _read(emissions(np.ascontiguousarray(ids.T)), lengths, len(group), likely)


def _read(emitted: Floats, lengths: Ints, count: int, likely: tuple[Likely, ...]) -> Iterator[Reading]:
    """The first ``count`` rows of a block."""
    told = chances(emitted, lengths)
    best = best_tags(emitted, lengths, told)[:count].tolist()
    own = lengths[:count]
    names = told[:, :count, _columns(_NAMES)].sum(axis=2).T
    runs: dict[str, list[list[Word]]] = {}
    for kind in likely:
        share = names if kind == "names" else told[:, :count, _columns(_PLACES)].sum(axis=2).T
        runs[kind] = _runs(share, own, LEVELS if kind == "names" else _PLACE_LEVELS)
    none: list[list[Word]] = [[]] * count
    rows = zip(best, own.tolist(), names, runs.get("names", none), runs.get("places", none), strict=True)
    for tags, length, share, maybe, places in rows:
        yield Reading(tuple(_words(tags[:length], share)), tuple(maybe), tuple(places))


@cache
def _columns(kinds: frozenset[str]) -> Ints:
    return np.flatnonzero([tag.partition("-")[0] in kinds for tag in weights().tags])


def _runs(share: Floats, lengths: Ints, levels: tuple[float, ...]) -> list[list[Word]]:
    """For each row the stretches of letters that reach a level, each with the highest that it reaches."""
    found: list[dict[tuple[int, int], Word]] = [{} for _ in lengths]
    inside = np.arange(share.shape[1]) < lengths[:, None]
    for level in levels:
        edges = np.diff(((share > level) & inside).astype(np.int8), axis=1, prepend=0, append=0)
        starts, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
        for (row, start), (_, end) in zip(starts.tolist(), ends.tolist(), strict=True):
            found[row].setdefault((start, end), Word(start, end, "", level))
    return [list(words.values()) for words in found]


@cache
def _split() -> list[tuple[str, str]]:
    """Each tag as (name, B or I)."""
    return [tag.partition("-")[::2] for tag in weights().tags]


def _words(best: Sequence[int], share: Floats) -> Iterator[Word]:
    """Words of one row from its letters' tags; ``share`` is each letter's probability to belong to a name."""
    split = _split()
    begin, current = 0, ""
    for place, number in enumerate(best):
        name, part = split[number]
        if part == "B" or name != current:
            if current:
                yield _word(begin, place, current, share)
            begin, current = place, name
    if current:
        yield _word(begin, len(best), current, share)


def _word(start: int, end: int, tag: str, share: Floats) -> Word:
    return Word(start, end, tag, float(share[start:end].mean()) if tag in _NAMES else 1.0)
