"""Names of persons, organisations and places from the tagger's words, made exact by rules of Chinese writing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from desensitise.detect.firms import organisations
from desensitise.detect.lazily import lazy
from desensitise.detect.lexicon import NO_NAMES, SYLLABLES, TITLES, alternation
from desensitise.detect.mend import FAMILY, listed, mended
from desensitise.detect.places_in_text import addresses, detailed, likely_places
from desensitise.detect.shields import shielded
from desensitise.detect.spans import Kind, Mode, Span
from desensitise.detect.surnames import COMPOUND
from desensitise.detect.tagger import LEVELS, Likely, Reading, Word, read

# The weights were trained on half-width text; the punctuation that full-width normalising leaves is mapped as well.
_PLAIN = str.maketrans("。、“”‘’", ".,\"\"''")
_DIGIT = lazy(r"[0-9]")
_HAN = lazy(r"[\u4e00-\u9fff]")
_LETTER = lazy(r"[\u4e00-\u9fffA-Za-z]")
_ROMAN = lazy(r"[a-z]")
_LATIN = lazy(r"[a-z][a-z.'-]{2,}")
_JOINT = lazy(r"[-·.]")
_CODE_MARKS = frozenset("./@_-=0")
_PART = lazy(r"[^,;/:()\s]+")
_TITLE_END = lazy(rf"(?:{alternation(TITLES)}|总)\Z")
# What follows a person's name when it has become the name of something else.
_NAMED_AFTER = lazy(
    r"研究会|纪念馆|故居|基金会|公司|集团|大学|学院|中学|小学|医院|奖|杯|路|街|广场|博物馆|乡|镇|村|县|市|山|岛|湖|河|江|城堡|传|回忆录|"
    r"画展|号|队|俱乐部|赛|版|牌",
)
_WHOLE = lazy(
    rf"{FAMILY}[\u4e00-\u9fff]{{1,2}}|[{SYLLABLES}]{{2,8}}|[\u4e00-\u9fff]{{1,8}}(?:·[\u4e00-\u9fff]{{1,8}})+"
)
_CHINESE = lazy(rf"{FAMILY}[\u4e00-\u9fff]{{1,2}}")
_TWO_NAMES = lazy(rf"({FAMILY}[\u4e00-\u9fff])({FAMILY}[\u4e00-\u9fff])")
_POSSIBLE = lazy(r"[\u4e00-\u9fff]{2,6}|[a-z][a-z.' -]{1,20}")
_SOUNDS = frozenset(SYLLABLES)
_PLACES, _UNITS = frozenset({"LOC", "ns"}), frozenset({"ORG", "nt"})
# Mean probability from which the tagger's best reading is told in balanced mode (less will do for what is written as
# Chinese names are); and least probability of what it nearly read, for recall mode, when it looks like a name or not.
_SURE, _LIKELY_CHINESE = 0.7, 0.4
_SHAPED, _ANYHOW = LEVELS[1], LEVELS[0]
_FOREIGN = lazy(rf"[{SYLLABLES}]{{1,8}}(?:·[{SYLLABLES}]{{1,8}})+")
_SHORT = 3
_FIRM, _TAGGED = 0.9, 0.8
_PLACE_NAME = lazy(r"[\u4e00-\u9fff]{1,8}[省市县区镇乡村州盟旗]")
_MOST_SYLLABLES = 6
_LED = lazy(rf"{FAMILY}[\u4e00-\u9fff]{{2}}(?=[\u4e00-\u9fff]{{1,3}}\Z)")
_IN_BRACKETS = lazy(r"\(([a-z][a-z.' -]{2,30})\)")
_FOREIGN_END = lazy(rf"[{SYLLABLES}]{{0,4}}")


def names(texts: Sequence[str], mode: Mode, *, hints: bool) -> list[list[Span]]:
    """Spans of names in normalised texts; they may overlap. Texts that differ only in digits are looked at once.

    Without ``hints`` recall mode leaves out bare places.
    """
    plain = [spelled(text) for text in texts]
    distinct = sorted({text for text in plain if _HAN.search(text)})
    wanted: tuple[Likely, ...] = () if mode == "balanced" else ("names", "places") if hints else ("names",)
    seen = dict(zip(distinct, read(distinct, wanted), strict=True))
    return [
        _apart(shielded(text), _spans(low, seen.get(low, Reading(())), mode, hints=hints))
        for text, low in zip(texts, plain, strict=True)
    ]


def spelled(text: str) -> str:
    """A normalised text as the tagger wants it, same length: digits alike, small letters, half-width punctuation."""
    return _DIGIT.sub("0", text.translate(_PLAIN).lower())


def _apart(shown: str, spans: Iterator[Span]) -> list[Span]:
    """Without what touches official numbers or the placeholders of an earlier redaction (blank in ``shown``)."""
    return [span for span in spans if "\0" not in shown[span.start : span.end]]


def _spans(text: str, reading: Reading, mode: Mode, *, hints: bool) -> Iterator[Span]:
    if any(word.tag in _UNITS for word in reading.words):
        reading = reading._replace(words=tuple(_placed(text, word) for word in reading.words))
    units = list(organisations(text, reading.words))
    firms = [unit for unit in units if unit.score > _FIRM]
    yield from units
    found = _persons(text, reading.words, mode) if mode == "balanced" else _likely_persons(text, reading, hints=hints)
    people = [s for s in found if not any(firm.start <= s.start and s.end <= firm.end for firm in firms)]
    people += [span for span in listed(text, people) if span not in people]
    yield from people
    sure = [person for person in people if person.score >= _TAGGED]
    yield from (cut for span in addresses(text, reading.words, mode) for cut in _without(text, span, sure))
    if mode == "recall" and hints:
        yield from likely_places(text, reading)


def _placed(text: str, word: Word) -> Word:
    """A place that the tagger took for the office there (台州市)."""
    place = word.tag in _UNITS and _PLACE_NAME.fullmatch(text, word.start, word.end)
    return word._replace(tag="LOC") if place else word


def _without(text: str, address: Span, people: Sequence[Span]) -> Iterator[Span]:
    """An address without the person who lives there or goes there, at either end of it."""
    start, end = address.start, address.end
    for person in people:
        if start <= person.start and person.end <= end:
            if detailed(text, start, person.start) and _DIGIT.search(text, person.end, end) is None:
                end = person.start - (text[person.start - 1] == "的")
            elif person.start - start < _SHORT and detailed(text, person.end, end):
                start = person.end
    if end > start:
        yield Span(start, end, address.kind, address.score)


def _persons(text: str, words: Sequence[Word], mode: Mode) -> Iterator[Span]:
    """Names: stripped of punctuation, joined across dots, split at commas."""
    bare = [_stripped(text, word.start, word.end) for word in words if _is_person(text, word, mode)]
    joined: list[tuple[int, int]] = []
    for start, end in bare:
        if joined and start < end and _JOINT.fullmatch(text[joined[-1][1] : start]):
            joined[-1] = (joined[-1][0], end)
        elif start < end:
            joined.append((start, end))
    ends = {word.start: word.end for word in words}
    for at, last_letter in joined:
        right = mended(text, at, last_letter, ends.get(last_letter, last_letter))
        if right is None:
            continue
        start, end = _dotted(text, *right)
        for part in _PART.finditer(text, start, end):
            first, last = _stripped(text, part.start(), part.end())
            if last - first > 1 and mode == "recall":
                yield Span(first, _untitled(text, first, last)[1], Kind.PERSON, 0.8)
            elif last - first > 1 and _is_plain_name(text, first, last):
                yield Span(first, last, Kind.PERSON, 0.83)


def _dotted(text: str, start: int, end: int) -> tuple[int, int]:
    """A name with a dot in it (阿布都·热西提) goes on over all syllables beside it."""
    if "·" in text[start:end]:
        first, last = max(0, start - _MOST_SYLLABLES), min(len(text), end + _MOST_SYLLABLES)
        while start > first and text[start - 1] in _SOUNDS:
            start -= 1
        while end < last and text[end] in _SOUNDS:
            end += 1
    return start, end


def _likely_persons(text: str, reading: Reading, *, hints: bool) -> Iterator[Span]:
    """In recall mode also names that are only likely (0.55) or possible (0.45), with more at their ends."""
    for span in _persons(text, reading.words, "recall"):
        yield span
        yield from _around(text, span)
    others = [
        word for word in reading.words if word.tag in _PLACES or (word.tag in _UNITS and not _is_short(text, word))
    ]
    foreign = 2 * len(_HAN.findall(text)) < len(_ROMAN.findall(text))
    for word in reading.names:
        if not hints and word.chance < _SHAPED:
            continue
        rather = any(other.start <= word.start and word.end <= other.end for other in others)
        latin = text[word.start : word.end].isascii()
        rather = rather or (latin and (foreign or word.end - word.start < _SHORT))
        for part in _PART.finditer(text, word.start, word.end):
            start, end = _untitled(text, *_stripped(text, part.start(), part.end()))
            chance = 0.0 if rather and (latin or word.chance < _ANYHOW) else word.chance
            if hints or chance:
                yield from _possible(text, start, end, chance)
    for dotted in _FOREIGN.finditer(text):
        yield Span(dotted.start(), dotted.end(), Kind.PERSON, 0.6)


def _is_short(text: str, word: Word) -> bool:
    """Whether an organisation's name is written as a person's: a trade name is often one."""
    return _CHINESE.fullmatch(text, word.start, word.end) is not None


def _around(text: str, span: Span) -> Iterator[Span]:
    """Two names run together, a foreign name that goes on, and its spelling in brackets behind it."""
    own = text[span.start : span.end]
    if _TWO_NAMES.fullmatch(own) and own[:2] not in COMPOUND:
        yield from (Span(at, at + 2, Kind.PERSON, 0.8) for at in (span.start, span.start + 2))
    more = _FOREIGN_END.match(text, span.end) if len(own) > 2 and _SOUNDS.issuperset(own[-2:]) else None
    if more and more.end() > span.end:
        yield Span(span.start, more.end(), Kind.PERSON, 0.55)
    original = _IN_BRACKETS.match(text, span.end)
    if original:
        yield Span(original.start(1), original.end(1), Kind.PERSON, 0.6)


def _possible(text: str, start: int, end: int, chance: float) -> Iterator[Span]:
    """What the tagger nearly took for a name: likely when it begins or sounds as names do.

    ``chance`` is 0 for what the tagger rather takes for a place or an organisation.
    """
    if end - start < 2:
        return
    own = text[start:end]
    shaped = _WHOLE.fullmatch(own) and own not in NO_NAMES
    if (shaped and chance >= _SHAPED) or (chance >= _ANYHOW and _POSSIBLE.fullmatch(own)):
        yield Span(start, end, Kind.PERSON, 0.55)
    elif chance >= _SHAPED and (led := _LED.match(own)):
        yield Span(start, start + led.end(), Kind.PERSON, 0.55)
    # Told as a hint as well: a surer span of another kind may lie over what is likely.
    if _POSSIBLE.fullmatch(own):
        yield Span(start, end, Kind.PERSON, 0.45)


def _is_person(text: str, word: Word, mode: Mode) -> bool:
    own = text[word.start : word.end]
    if mode == "balanced" and word.chance < (_LIKELY_CHINESE if _CHINESE.fullmatch(own) else _SURE):
        return False
    if own in NO_NAMES:
        return False
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


def _untitled(text: str, start: int, end: int) -> tuple[int, int]:
    title = _TITLE_END.search(text[start:end])
    return start, start + title.start() if title and title.start() else end


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """Without what is no letter at either end; nothing is left of a part of a link, an account or a code."""
    if text[start:end].isascii() and (text[start - 1 : start] in _CODE_MARKS or text[end : end + 1] in _CODE_MARKS):
        return start, start
    while start < end and not _LETTER.match(text[start]):
        start += 1
    while start < end and not _LETTER.match(text[end - 1]):
        end -= 1
    return start, end
