"""Ends of names that the tagger set one word too far or too near, by what Chinese names are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from desensitise.detect.lazily import lazy
from desensitise.detect.lexicon import NO_NAMES, SYLLABLES, alternation
from desensitise.detect.spans import Kind, Span
from desensitise.detect.surnames import AMBIGUOUS, COMPOUND, SINGLE

FAMILY = f"(?:{alternation(*COMPOUND)}|[{''.join(sorted(SINGLE | AMBIGUOUS))}])"
# 张总说, 王某承, 小赵已: what points at somebody, and a letter of the next word.
_POINTED = lazy(rf"({FAMILY}(?:总|某{{1,3}}|工|局|处)|[小老阿]{FAMILY})[说称讲问答已在也又还就都没不给把被承认两三]\Z")
# 祝周杰伦: a verb before a whole name.
_LED_BY_VERB = lazy(rf"[祝谢和向于从对给请让找问见听看是叫为由任时当及](?={FAMILY}[\u4e00-\u9fff]{{2}}\Z)")
_HAMLET = lazy(rf"{FAMILY}家[坝山庄沟湾港村镇屯店桥岭坪坡口寨河塘浜铺堡集营崖沱界坊巷湖岗垭坟窑园院楼台畈墩]\Z")
_GIVEN = lazy(r"[\u4e00-\u9fff]{1,2}")
_ITEM = lazy(r"[^、,;/\s()。:\0]+")
_GAP = lazy(r"[、,;/\s]{1,3}")
_SHAPED = lazy(rf"{FAMILY}[\u4e00-\u9fff]{{1,2}}|[{SYLLABLES}]{{1,8}}·[{SYLLABLES}]{{1,8}}")
_NEIGHBOURS = 2


def mended(text: str, start: int, end: int, word_end: int) -> tuple[int, int] | None:
    """The name at ``start`` with its ends put right; None when it is a hamlet's (王家坝).

    ``word_end`` is where the word behind the name ends: the rest of a name whose family the tagger took alone (司马
    向前).
    """
    own = text[start:end]
    if _HAMLET.match(own):
        return None
    if own in COMPOUND and word_end > end and _GIVEN.fullmatch(text, end, word_end):
        return start, word_end
    if pointed := _POINTED.match(own):
        return start, start + pointed.end(1)
    if led := _LED_BY_VERB.match(own):
        return start + led.end(), end
    return start, end


def listed(text: str, people: Sequence[Span]) -> Iterator[Span]:
    """What is written as a name between two names, in an enumeration of at least three: 李强、王刚、赵铁柱."""
    known = {(span.start, span.end) for span in people}
    if len(known) < _NEIGHBOURS:
        return
    items = [(item.start(), item.end()) for item in _ITEM.finditer(text)]
    for before, own, after in zip(items, items[1:], items[2:], strict=False):
        between = _GAP.fullmatch(text, before[1], own[0]) and _GAP.fullmatch(text, own[1], after[0])
        if between and before in known and after in known and own not in known:
            name = text[slice(*own)]
            if _SHAPED.fullmatch(name) and name not in NO_NAMES:
                yield Span(*own, Kind.PERSON, 0.8)
