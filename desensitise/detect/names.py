"""Names of persons, organisations and places from the tagger's words, made exact by rules of Chinese writing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from desensitise.detect.codes import shielded
from desensitise.detect.persons import TITLES
from desensitise.detect.places_in_text import addresses
from desensitise.detect.spans import Kind, Mode, Span
from desensitise.detect.tagger import Word, tag

# The weights were trained on half-width text; the punctuation that full-width normalising leaves is mapped as well.
_PLAIN = str.maketrans("。、“”‘’", ".,\"\"''")
_DIGIT = re.compile(r"[0-9]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LETTER = re.compile(r"[\u4e00-\u9fffA-Za-z]")
_LATIN = re.compile(r"[a-z][a-z.'-]{2,}")
_JOINT = re.compile(r"[-·.]")
_PART = re.compile(r"[^,;/:()\s]+")
_TITLE_END = re.compile(rf"(?:{TITLES}|总)\Z")
# What follows a person's name when it has become the name of something else.
_NAMED_AFTER = re.compile(
    r"研究会|纪念馆|故居|基金会|公司|集团|大学|学院|中学|小学|医院|奖|杯|路|街|广场|博物馆|乡|镇|村|县|市|山|岛|湖|河|江|城堡|传|回忆录|"
    r"画展|号|队|俱乐部|赛|版",
)
_FIRM = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|股份公司|集团公司|分公司|总公司|公司|集团)(?:[\u4e00-\u9fff]{2,6}分公司)?"
)
_NAME_TAGS = frozenset(
    {"LOC", "ns", "ORG", "nt", "nz", "nw", "n", "nr", "PER", "vn", "an", "a", "s", "f", "m", "q", "nx"}
)
_PROPER = frozenset({"LOC", "ns", "ORG", "nt", "PER", "nr", "nz", "nw"})
_STOP = re.compile(r"[\s,.;:!?、。“”\"'《》<>〔〕\[\]{}|]")
_ORGANISATION_WORDS = re.compile(
    r"(?:局|所|院|部|委|会|厂|店|社|行|校|中心|协会|银行|医院|大学|学院|中学|小学|集团|公司|商行|门市|超市|商场|支队|大队|派出所)\Z",
)


def names(texts: Sequence[str], mode: Mode) -> list[list[Span]]:
    """Spans of names in normalised texts; they may overlap. Texts that differ only in digits are looked at once."""
    plain = [spelled(text) for text in texts]
    distinct = sorted({text for text in plain if _HAN.search(text)})
    tagged = dict(zip(distinct, tag(distinct), strict=True))
    return [
        _apart(shielded(text), _spans(low, tagged.get(low, []), mode)) for text, low in zip(texts, plain, strict=True)
    ]


def spelled(text: str) -> str:
    """A normalised text as the tagger wants it, same length: digits alike, small letters, half-width punctuation."""
    return _DIGIT.sub("0", text.translate(_PLAIN).lower())


def _apart(shown: str, spans: Iterator[Span]) -> list[Span]:
    """Without what touches official numbers or the placeholders of an earlier redaction (blank in ``shown``)."""
    return [span for span in spans if "\0" not in shown[span.start : span.end]]


def _spans(text: str, words: Sequence[Word], mode: Mode) -> Iterator[Span]:
    firms = list(_firms(text, words))
    yield from firms
    for word in words:
        if word.tag in {"ORG", "nt"} and _ORGANISATION_WORDS.search(text[word.start : word.end]):
            yield Span(word.start, word.end, Kind.ORGANISATION, 0.6)
    yield from addresses(text, words, mode)
    for start, end in _persons(text, words, mode):
        inside = any(firm.start <= start and end <= firm.end for firm in firms)
        if not inside:
            yield Span(start, end, Kind.PERSON, 0.83 if mode == "balanced" else 0.8)


def _persons(text: str, words: Sequence[Word], mode: Mode) -> Iterator[tuple[int, int]]:
    """Places of names: stripped of punctuation, joined across dots, split at commas."""
    bare = [_stripped(text, word.start, word.end) for word in words if _is_person(text, word, mode)]
    joined: list[tuple[int, int]] = []
    for start, end in bare:
        if joined and start < end and _JOINT.fullmatch(text[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], end)
        elif start < end:
            joined.append((start, end))
    for start, end in joined:
        for part in _PART.finditer(text, start, end):
            first, last = _stripped(text, part.start(), part.end())
            if last - first > 1 and (mode == "recall" or _is_plain_name(text, first, last)):
                yield first, last


def _is_person(text: str, word: Word, mode: Mode) -> bool:
    own = text[word.start : word.end]
    if word.tag == "PER":
        return True
    if word.tag != "nr":
        return False
    return _LATIN.fullmatch(own) is not None or (mode == "recall" and 2 <= len(own) <= 5)


def _is_plain_name(text: str, start: int, end: int) -> bool:
    """Neither a title, nor an unnamed person, nor part of a work's or an institution's name."""
    own = text[start:end]
    book = text.rfind("《", 0, start) > text.rfind("》", 0, start)
    return not (book or "某" in own or _TITLE_END.search(own) or _NAMED_AFTER.match(text, end))


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and not _LETTER.match(text[start]):
        start += 1
    while start < end and not _LETTER.match(text[end - 1]):
        end -= 1
    return start, end


def _firms(text: str, words: Sequence[Word]) -> Iterator[Span]:
    """Firms by their ending, back to where the words in front stop being a name."""
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
