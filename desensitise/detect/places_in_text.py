"""Addresses in running text: place names chained to roads, villages and numbers, and what follows 家住 or 住址."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from desensitise.detect.lazily import lazy
from desensitise.detect.spans import Kind, Mode, Span
from desensitise.detect.tagger import Reading, Word

_BODY = r"[\u4e00-\u9fffa-z0-9A-Z()#·\-]"
_EXTENT = lazy(rf"{_BODY}*")
# Below the county: what makes a place somebody's address.
_DETAIL = lazy(
    r"(?:路|街|巷|弄|胡同|大道|道)[\u4e00-\u9fff]{0,4}[0-9]|[0-9]+(?:号|弄|幢|栋|座|楼|室|单元|层|组|户|#)|"
    r"[\u4e00-\u9fff](?:路|街道|街|巷|村|镇|乡|小区|花园|家园|公寓|新村|大厦|苑|里弄|胡同|社区|屯|庄)",
)
_LAST_DETAIL = lazy(
    r"[0-9a-z-]+(?:号|弄|幢|栋|座|楼|室|单元|层|组|户|#)(?:[0-9-]+(?![0-9号弄幢栋座楼室单层组户#-]))?|(?:路|街道|街|巷|村|镇|乡|小区|花园|家园|公寓|新村|大厦|苑|胡同|社区|屯|庄)"
)
_LIVES = lazy(
    r"(?:家住|现住|住址|家庭地址|家庭住址|户籍地址|收货地址|联系地址|通讯地址|住所|住在|暂住|居住地|住处|地址)(?:是|为|在|于)?[\s:]{0,2}"
)
# Where an address is over though letters go on: …401的罗先生, …202室住户.
_OVER = lazy(r"(?<=[0-9号弄幢栋座楼室元层组户庄村镇乡])(?:的|住户|居民|业主|租客|村民)")
_MORE = 12
_PLACE_TAGS = frozenset({"LOC", "ns"})
_CHAIN_TAGS = frozenset({"LOC", "ns", "m", "q", "nz", "n", "nw", "f", "s", "ORG", "xc"})
_PLACE_END = lazy(
    r"(?:中心|公园|花园|乐园|家园|公寓|广场|大厦|大楼|酒店|宾馆|饭店|商场|超市|市场|门店|网吧|书店|小区|社区|新村|新城|街道|大道|高速|路口|"
    r"机场|车站|码头|港|博物馆|图书馆|体育馆|学校|医院|寺|庙|宫|塔|桥|站|路|街|巷|村|镇|乡|县|区|市|省|州|国|岛|山|河|湖|江|海|湾|线|楼|苑|店)\Z",
)
_HAN = lazy(r"[\u4e00-\u9fff]")
_VERB = lazy(r"的|购买|买|称|反映|投诉|发现|有|一家|某|附近|经营|销售|生产|开设|登记|因|被|于")


def addresses(text: str, words: Sequence[Word], mode: Mode) -> Iterator[Span]:
    """Detailed addresses. Bare places tell of nobody by themselves: see ``likely_places``."""
    for said in _LIVES.finditer(text):
        end = _extent(text, said.end())
        if end - said.end() >= 4 and (
            _DETAIL.search(text, said.end(), end) or _VERB.search(text, said.end(), end) is None
        ):
            yield Span(said.end(), end, Kind.ADDRESS, 0.86)
    for start, end in _chains(text, [word for word in words if word.tag in _PLACE_TAGS]):
        whole = _detailed(text, start, end, mode)
        if whole is not None:
            yield Span(start, whole, Kind.ADDRESS, 0.81)


def likely_places(text: str, reading: Reading) -> Iterator[Span]:
    """Bare places and what may be one (0.4): with the nouns and numbers that run into them on both sides."""
    places = {(word.start, word.end) for word in reading.words if word.tag in _PLACE_TAGS}
    places |= {(word.start, word.end) for word in reading.places}
    around = [word for word in reading.words if word.tag in _CHAIN_TAGS and _word_is_place(text, word)]
    around += [word for word in reading.places if _word_is_place(text, word)]
    for start, end in _chains(text, sorted(around)):
        inside = any(start <= first and last <= end for first, last in places)
        if inside or _PLACE_END.search(text, start, end):
            yield Span(start, end, Kind.ADDRESS, 0.4)


def _chains(text: str, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Runs of words without a gap; words may overlap."""
    start = end = -1
    for word in words:
        if not _word_is_place(text, word):
            continue
        if word.start > end:
            if start >= 0:
                yield start, end
            start = word.start
        end = max(end, word.end)
    if start >= 0:
        yield start, end


def _word_is_place(text: str, word: Word) -> bool:
    return _HAN.search(text, word.start, word.end) is not None


def detailed(text: str, start: int, end: int) -> bool:
    """Whether something below the county stands there."""
    return _DETAIL.search(text, start, end) is not None


def _extent(text: str, at: int) -> int:
    """As far as an address may go: to the next delimiter."""
    body = _EXTENT.match(text, at)
    over = _OVER.search(text, at, body.end()) if body else None
    return over.start() if over else body.end() if body else at


def _detailed(text: str, start: int, end: int, mode: Mode) -> int | None:
    """Where a detailed address that begins with this place ends; None when nothing below the county follows.

    In recall mode what follows the last detail belongs to it as well (三楼东侧, 门口小卖部).
    """
    limit = _extent(text, end)
    verb = _VERB.search(text, end, limit)
    stop = verb.start() if verb else limit
    last = None
    for last in _LAST_DETAIL.finditer(text, start, stop):  # noqa: B007 - the last one is wanted
        pass
    if last is None or _DETAIL.search(text, start, stop) is None:
        return None
    return max(end, min(stop, last.end() + _MORE) if mode == "recall" else last.end())
