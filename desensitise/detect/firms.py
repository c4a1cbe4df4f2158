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
_UNITS = frozenset({"ORG", "nt"})
_PROPER = frozenset({"LOC", "ns", "ORG", "nt", "PER", "nr", "nz", "nw"})
_STOP = lazy(r"[\s,.;:!?、。“”\"'《》<>〔〕\[\]{}|]")
# How institutions end. One of these makes an organisation of a place or proper name and the nouns between.
_INSTITUTION = lazy(
    r"(?:(?:分|支|总)?(?:局|所|院|部|署|厅|处|委|办)|委员会|(?:协|学|商|总工|联合|研究|促进|理事|基金)会|[厂店社行校]|中心|银行|合作社|"
    r"医院|卫生院|诊所|药房|大学|学院|中学|小学|学校|幼儿园|法院|检察院|政府|部门|集团|商行|门市部?|超市|商场|商城|市场|俱乐部|工作室|"
    r"支队|大队|总队|派出所|经营部|公安|海关|电视台|电台|报社|出版社|杂志社|博物馆|图书馆|基地|联盟|联社|研究所|设计院|车站|机构)\Z",
)
_LAST = frozenset("局所院部署厅处委办会厂店社行校心房学园府门团场市城室队安关台馆地盟构站")
"""With what ``_INSTITUTION`` can end: most words need no closer look."""

_LINKS = frozenset({"n", "vn", "an", "a", "b", "j", "f", "s", "m", "q", "nw", "nz"})
_TELLING = frozenset({"LOC", "ns", "ORG", "nt", "nz"})
_LEAST_LENGTH = 3
# 汉族 is nobody's office; 被申请人北京…公司 and 现任…公司 begin one word later.
_PEOPLE = lazy(r"[\u4e00-\u9fff]{1,5}族\Z")
_LED = lazy(
    r"被?(?:申请|投诉|举报|检查|处罚|执行|委托|告知|代理)人|当事人|原告|被告|[现曾历]任|甲方|乙方|就职于|供职于|任职于|委托|生产者|销售者|"
    r"经销商|供应商|生产商"
)


def organisations(text: str, words: Sequence[Word]) -> Iterator[Span]:
    """Firms by their ending (0.92); other organisations by the tagger or by an institution's ending (0.6)."""
    yield from _firms(text, words)
    for at, word in enumerate(words):
        near = word.tag in _NAME_TAGS and text[word.end - 1] in _LAST
        institution = near and _INSTITUTION.search(text, word.start, word.end) is not None
        if institution or word.tag in _UNITS:
            start = _institution_start(words, at) if institution else word.start
            start, end = _bare(text, start, word.end)
            if _PEOPLE.match(text, start, end):
                continue
            if end - start >= (2 if word.tag in _UNITS else _LEAST_LENGTH) and (
                word.tag in _UNITS or start < word.start
            ):
                yield Span(start, end, Kind.ORGANISATION, 0.6)


def _institution_start(words: Sequence[Word], at: int) -> int:
    """Back over proper names; over nouns between them only when a proper name stands before."""
    start = words[at].start
    reached = start
    for word in reversed(words[:at]):
        if word.end != reached or not (word.tag in _TELLING or word.tag in _LINKS):
            break
        reached = word.start
        start = reached if word.tag in _TELLING else start
    return start


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    """Without punctuation at the ends."""
    while start < end and _STOP.match(text[start]):
        start += 1
    while start < end and _STOP.match(text[end - 1]):
        end -= 1
    return start, end


def _firms(text: str, words: Sequence[Word]) -> Iterator[Span]:
    done = 0
    for suffix in _FIRM.finditer(text):
        if suffix.start() < done:
            continue
        start = _firm_start(text, words, suffix.start(), done)
        start = led.end() if (led := _LED.match(text, start, suffix.start())) else start
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
