"""A second, independent look for names of persons: by a dictionary and statistics of names, without the network.

The release gate uses it beside the detector that treated the texts, so that a name which that one cannot see does not
pass the gate for the same reason. It knows neither the network's weights nor the rules' words: a dictionary cuts the
text into words (jieba's, by maximal probability), and where what is left are single characters that are likelier to be
a family name and a given name than words of their own, there stands a name. How often which character stands where in
names is counted in the same dictionary's 72,000 names; how often it is a word of its own, by its frequency there.

It is made to be quiet rather than complete: see ``benchmarks/detect_second.py`` for what it catches and how often it
cries wolf.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import polars as pl

from catalog.errors import SettingsError
from desensitise.detect.normalise import normalise
from desensitise.detect.settle import LEAST
from desensitise.detect.spans import STANDING, Kind, Span
from desensitise.detect.surnames import AMBIGUOUS, COMPOUND, SINGLE

# Words of grammar are hardly ever family names, whatever a dictionary of them says.
_FAMILIES = (SINGLE | AMBIGUOUS) - frozenset("和由但于与那有来年后前步以多相")
_HAN = frozenset(map(chr, range(0x4E00, 0xA000)))
# How much likelier (as a logarithm) a name must be than the words it would be otherwise, to be told at all, and to
# stop a release.
_HINT, _SURE = 2.0, 4.0

_SMALL = 0.5
# One word in a hundred is a name; three names in ten have one character after the family name.
_ONE_IN, _SHORT = math.log(0.01), math.log(0.3)
_UNSEEN, _UNSEEN_FAMILY = math.log(1e-6), math.log(1e-4)
_LONGEST, _PIECES = 2, 4
# What a whole name in the dictionary counts for.
_KNOWN = 4.0
_BORDER = frozenset(" ,.;:!?()\"'/、。，；：！？（）“”‘’《》\u200b\0")


@cache
def _cutter() -> Callable[[str, bool], list[tuple[str, str]]]:
    # Its dictionary is loaded with it, which only releases with running text need.
    import rjieba

    tag: Callable[[str, bool], list[tuple[str, str]]] = rjieba.tag
    return tag


class _Odds(NamedTuple):
    """Logarithms of probabilities: of a family name; of a given name's characters; of a word."""

    family: dict[str, float]
    single: dict[str, float]
    first: dict[str, float]
    second: dict[str, float]
    words: dict[str, float]
    rare: float


@cache
def _odds() -> _Odds:
    """Counted in jieba's dictionary; SettingsError when it is not installed."""
    found = find_spec("jieba")
    place = Path(found.origin).parent / "dict.txt" if found and found.origin else None
    if place is None or not place.is_file():
        raise SettingsError(
            "The dictionary of the second look for names is missing: package jieba 0.42.1 is not installed.",
            left="Nothing was looked at.",
            todo="Install the hub with its locked dependencies.",
        )
    read = pl.read_csv(place, separator=" ", has_header=False, new_columns=["word", "count", "tag"], quote_char=None)
    total = int(read["count"].sum())
    short = read.filter(pl.col("word").str.len_chars() <= _LONGEST)
    words = {word: math.log(count / total) for word, count in short.select("word", "count").iter_rows() if count}
    named = [w for w in read.filter(pl.col("tag").is_in(["nr", "nrfg"]))["word"].to_list() if w[0] in _FAMILIES]
    triples, pairs = [w for w in named if len(w) == 3], [w for w in named if len(w) == 2]
    return _Odds(
        family=_logs(Counter(w[0] for w in triples)),
        single=_logs(Counter(w[1] for w in pairs)),
        first=_logs(Counter(w[1] for w in triples)),
        second=_logs(Counter(w[2] for w in triples)),
        words=words,
        rare=math.log(1 / total),
    )


def _logs(counts: Counter[str]) -> dict[str, float]:
    total = counts.total() + _SMALL * len(counts)
    return {character: math.log(count / total) for character, count in counts.items()}


class _Token(NamedTuple):
    start: int
    end: int
    word: str
    tag: str


def second_look(texts: Sequence[str]) -> list[list[Span]]:
    """Names of persons in each text: ``PERSON`` spans, disjoint and in order; below 0.5 they are hints."""
    return [list(_names(text)) for text in texts]


def suspicious(texts: Sequence[str]) -> dict[str, bool]:
    """Those of the texts that seem to name a person, and whether it is more than a hint."""
    looked = zip(texts, second_look(texts), strict=True)
    return {text: any(span.score >= LEAST for span in spans) for text, spans in looked if spans}


def _names(text: str) -> Iterator[Span]:
    plain = STANDING.sub(lambda m: "\0" * len(m.group()), normalise(text))
    tokens = list(_tokens(plain))
    at = 0
    while at < len(tokens):
        best = max(_candidates(tokens, at), default=None)
        if best is not None and best[0] >= _HINT:
            score = 0.8 if best[0] >= _SURE else 0.4
            yield Span(tokens[at].start, tokens[best[1] - 1].end, Kind.PERSON, score)
            at = best[1]
        else:
            at += 1


def _tokens(plain: str) -> Iterator[_Token]:
    at = 0
    for word, tag in _cutter()(plain, False):
        yield _Token(at, at + len(word), word, tag)
        at += len(word)


def _candidates(tokens: Sequence[_Token], at: int) -> Iterator[tuple[float, int]]:
    """How much likelier names that begin with this token are than its words, and the token after each."""
    odds = _odds()
    first = tokens[at].word
    if first[0] not in odds.family and first[:2] not in COMPOUND:
        return
    name = ""
    own = 0.0
    for stop, token in enumerate(tokens[at : at + _PIECES], at + 1):
        name += token.word
        own += odds.words.get(token.word, odds.rare) - (_KNOWN if _is_known_name(token) else 0.0)
        size = 2 if name[:2] in COMPOUND else 1
        given = name[size:]
        if len(given) > _LONGEST or not _HAN.issuperset(given):
            return
        if given:
            yield _chance(odds, name[:size], given) - own + _around(tokens, at, stop), stop


def _is_known_name(token: _Token) -> bool:
    return len(token.word) == _PIECES - 1 and token.tag.startswith("nr")


def _chance(odds: _Odds, family: str, given: str) -> float:
    """Logarithm of the probability that a word of running text is this name."""
    said = _ONE_IN + odds.family.get(family, _UNSEEN_FAMILY)
    if len(given) == 1:
        return said + _SHORT + odds.single.get(given, _UNSEEN)
    return said + odds.first.get(given[0], _UNSEEN) + odds.second.get(given[1], _UNSEEN)


def _around(tokens: Sequence[_Token], at: int, stop: int) -> float:
    """What the words on both sides say: names stand between punctuation, verbs and particles, rarely in a word."""
    before = tokens[at - 1] if at else None
    after = tokens[stop] if stop < len(tokens) else None
    return _side(before, "npvcx") + _side(after, "vxpcd")


def _side(token: _Token | None, kinds: str) -> float:
    if token is None or token.word in _BORDER:
        return 1.0
    if len(token.word) == 1 and token.tag[0] not in "pcvuxd":
        return -2.0
    return 0.5 if token.tag[0] in kinds else -0.5
