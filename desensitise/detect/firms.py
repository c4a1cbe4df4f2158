"""Organisations in running text: what ends as firms do, back to where the name begins; and the tagger's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from desensitise.detect.lazily import lazy
from desensitise.detect.spans import Kind, Span
from desensitise.detect.tagger import Word

_FIRM = lazy(
    r"(?:股份有限公司|有限责任公司|有限公司|股份公司|集团公司|分公司|总公司|公司|集团)(?:[\u4e00-\u9fff]{2,6}分公司)?"
)
_NAME_TAGS = frozenset(
    {"LOC", "ns", "ORG", "nt", "nz", "nw", "n", "nr", "PER", "vn", "an", "a", "s", "f", "m", "q", "nx"}
)
_PROPER = frozenset({"LOC", "ns", "ORG", "nt", "PER", "nr", "nz", "nw"})
_STOP = lazy(r"[\s,.;:!?、。“”\"'《》<>〔〕\[\]{}|]")
_ORGANISATION_WORDS = lazy(
    r"(?:局|所|院|部|委|会|厂|店|社|行|校|中心|协会|银行|医院|大学|学院|中学|小学|集团|公司|商行|门市|超市|商场|支队|大队|派出所)\Z",
)


def organisations(text: str, words: Sequence[Word]) -> Iterator[Span]:
    """Firms by their ending (0.92) and other organisations by the tagger (0.6)."""
    yield from _firms(text, words)
    for word in words:
        if word.tag in {"ORG", "nt"} and _ORGANISATION_WORDS.search(text, word.start, word.end):
            yield Span(word.start, word.end, Kind.ORGANISATION, 0.6)


def _firms(text: str, words: Sequence[Word]) -> Iterator[Span]:
    done = 0
    for suffix in _FIRM.finditer(text):
        if suffix.start() < done:
            continue
        start = _firm_start(text, words, suffix.start(), done)
        if suffix.start() - start >= 2:
            done = suffix.end()
            yield Span(start, suffix.end(), Kind.ORGANISATION, 0.92)


def _firm_start(text: str, words: Sequence[Word], end: int, least: int) -> int:
    before = [word for word in words if word.start < end and word.end > least]
    start, follows = end, ""
    for word in reversed(before):
        own = text[word.start : min(word.end, end)]
        bracket = own in {"(", ")"} or (word.tag == "w" and own.strip("()") == "")
        verb = word.tag in {"v", "vd"} and follows not in _PROPER and len(own) > 1
        if _STOP.search(own) or not (word.tag in _NAME_TAGS or bracket or verb):
            break
        start, follows = max(word.start, least), word.tag
    opening = text[start:end]
    while opening[:1] in {")", "("}:
        start, opening = start + 1, opening[1:]
    return start
