"""Windows over the digit groups of a text: what may be one number, and what its edges say against it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from desensitise.detect.lazily import lazy
from desensitise.detect.spans import Kind, Mode
from desensitise.detect.words import CONTEXT, REACH, Context

LOOSE = ",~*+=|:;、"
RUN = lazy(rf"[0-9](?:[-\s.()\[\]/·_\u200b{LOOSE}]{{0,3}}[0-9])*")
_GROUP = lazy(r"[0-9](?:\u200b*[0-9])*")
_LETTER = lazy(r"[A-Za-z]")
_KEYWORD_BEFORE = lazy(
    r"(?:tel|phone|mobile|mob|cell|call|fax|vx|wx|weixin|wechat|qq|id|card|no|x|(?:加|客服|联系|业务|我的?)\s?[qv])[-.]?\Z",
    re.IGNORECASE,
)
_UNIT_AFTER = lazy(
    r"\s?(?:[元角%°℃㎡]|万|亿|千克|kg|mm|cm|公里|吨|件|台|批|米|号线|年|克|辆|套|箱|盒|瓶|株|颗|斤|"
    r"个(?!人|体)|次(?!日)|只(?![有能是要]))",
    re.IGNORECASE,
)
_CODE_BEFORE = lazy(r"[A-Za-z][-_]\Z")
_WHOLE_BEFORE = lazy(r"(?<![0-9])[0-9]{2,7}\.\Z")
_MONEY_BEFORE = lazy(r"(?:[¥￥$]|人民币|rmb|cny|usd|eur|共计?|[合总]计|(?<![预签])约)\s?\Z", re.IGNORECASE)
_DECIMALS_AFTER = lazy(r"\.[0-9]{1,4}(?![0-9])")
_COUNTRY = lazy(r"(?<![0-9])(?:0?0?86|0)-\Z")
EXTENSION = lazy(
    r"\s?(?:\((?:转|分机|ext)[号.:\s]{0,2}[0-9]{1,6}\)|"
    r"(?:转(?:接?分机号?)?|分机号?|-|[#*]|ext(?:ension)?\.?|x)\s?:?\s?[0-9]{1,6}(?![0-9]))",
    re.IGNORECASE,
)
# Right before a number: what numbers goods, and what numbers papers that may be filed under somebody's mobile.
_NUMBERED = r"(?:编号|单号|批号|号码?|编?码|代码)"
_END = r"[\s:#(为是.\u200b]{0,3}\Z"
_GOODS_BEFORE = lazy(
    rf"(?:(?:批次?|条形?|追溯|溯源|防伪|序列|机身|发票|样品|抽样单?|报告|证书|备案|产品|商品|物料|专利|商标|许可证?|检验|标识|二维){_NUMBERED}|"
    r"(?:货|料|图|款|型|(?<!证)件)(?:号|编号|编码)|批次|"
    rf"(?<![a-z])(?:lot|[sp]/?n|imei|gtin|ean|upc|sku|handle|ecode|oid)(?:\s?no)?){_END}",
    re.IGNORECASE,
)
_PAPERS_BEFORE = lazy(
    rf"(?:(?:订单|[运货]单|流水|合同){_NUMBERED}|(?:物流单?|快递单?|注册|登记|单|案|文)(?:号|编号|编码)){_END}",
)
_LONGEST = 21
_CLOSE = {"(": ")", "[": "]"}
_BETWEEN = lazy(r"[^0-9\u200b]+")


class Window(NamedTuple):
    """Neighbouring groups of a run as one number: its digits, cut, place, and the text around it."""

    digits: str
    cut: tuple[int, ...]
    start: int
    end: int
    text: str
    column: Context

    def says(self, kind: Kind) -> bool:
        """Whether the characters before the number, or its column's name, announce ``kind``."""
        return (
            kind in self.column.kinds
            or CONTEXT[kind].search(self.text, max(0, self.start - REACH), self.start) is not None
        )

    def cut_as(self, cuts: set[tuple[int, ...]]) -> bool:
        """Whether the number is written in one piece, digit by digit, or in one of these cuts."""
        return len(self.cut) == 1 or self.cut in cuts or set(self.cut) == {1}


def windows(text: str, run: re.Match[str], column: Context) -> Iterator[Window]:
    """Every stretch of 5 to 21 digits in neighbouring groups of a run."""
    whole = run.group()
    if whole.isdigit():
        if len(whole) <= _LONGEST:
            yield Window(whole, (len(whole),), run.start(), run.end(), text, column)
        return
    groups = [(m.start() + run.start(), m.end() + run.start()) for m in _GROUP.finditer(whole)]
    digits = [text[a:b].replace("\u200b", "") for a, b in groups]
    for first in range(len(groups)):
        number = ""
        for last in range(first, len(groups)):
            number += digits[last]
            if len(number) > _LONGEST:
                break
            if len(number) >= 5:
                cut = tuple(len(d) for d in digits[first : last + 1])
                yield Window(number, cut, groups[first][0], groups[last][1], text, column)


def glued(window: Window) -> bool:
    """Whether letters touch the number (a batch or model then) without being a keyword."""
    text, start, end = window.text, window.start, window.end
    led = start and (_LETTER.match(text[start - 1]) or _CODE_BEFORE.search(text[max(0, start - 2) : start]))
    if led and not _KEYWORD_BEFORE.search(text[max(0, start - 8) : start]):
        return True
    return (
        end < len(text)
        and _LETTER.match(text[end]) is not None
        and EXTENSION.match(text, end) is None
        and text[end] not in "xX"
    )


def amount(window: Window) -> bool:
    """Whether the number is a decimal fraction or carries a unit."""
    text, start, end = window.text, window.start, window.end
    fraction = _WHOLE_BEFORE.search(text[max(0, start - 9) : start]) is not None
    decimals = _DECIMALS_AFTER.match(text, end) is not None
    money = _MONEY_BEFORE.search(text[max(0, start - 6) : start]) is not None
    return fraction or decimals or money or _UNIT_AFTER.match(text, end) is not None


def of_goods(window: Window, kind: Kind, mode: Mode) -> bool:
    """Whether the word before the number says that it numbers goods; in balanced mode, or for an id, papers as well."""
    before = window.text[max(0, window.start - 12) : window.start]
    return _GOODS_BEFORE.search(before) is not None or (
        (mode == "balanced" or kind is Kind.ID_CARD) and _PAPERS_BEFORE.search(before) is not None
    )


def continued(window: Window) -> bool:
    """Whether a dashed or dotted number goes on with the same separator: a longer code then, not this number."""
    text, start, end = window.text, window.start, window.end
    inside = {c for c in text[start:end] if c in "-./_" or c in LOOSE}
    before = start >= 2 and text[start - 1] in inside and text[start - 2].isdigit()
    after = end + 1 < len(text) and text[end] in inside and text[end + 1].isdigit()
    if before and _COUNTRY.search(text, max(0, start - 6), start) is None:
        return True
    return after and EXTENSION.match(text, end) is None


def opened(w: Window) -> int:
    """Where a number begins with the plus or the bracket that belongs to it: +86…, (0573)…, (+86)…."""
    start = w.start
    if w.text[start - 1 : start] == "+" and w.digits.startswith("86"):
        start -= 1
    close = _CLOSE.get(w.text[start - 1 : start])
    if close is None:
        return start
    inside = w.text[w.start : w.end]
    again = inside.find(w.text[start - 1])
    closes = 0 <= inside.find(close) < (again if again >= 0 else len(inside))
    return start - closes


def loosely(w: Window) -> bool | None:
    """Whether commas, tildes and the like cut the number; None when they may as well stand between two numbers."""
    seps = _BETWEEN.findall(w.text, w.start, w.end)
    if not any(c in LOOSE for sep in seps for c in sep):
        return False
    return True if len(seps) > 1 and len(set(seps)) == 1 and len(seps[0]) == 1 else None
