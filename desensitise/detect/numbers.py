"""Numbers of persons: ids, mobiles, landlines, cards, found in runs of digit groups.

A run is a stretch of digit groups with short separators. Windows of neighbouring groups whose digits have the right
length and whose cut is one that people write are tried against the number plans and check digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from desensitise.detect import checks
from desensitise.detect.lazily import lazy
from desensitise.detect.spans import Kind, Mode, Span
from desensitise.detect.words import CONTEXT, REACH, Context

_RUN = lazy(r"[0-9](?:[-\s.()/·_\u200b]{0,3}[0-9])*")
_GROUP = lazy(r"[0-9](?:\u200b*[0-9])*")
_LETTER = lazy(r"[A-Za-z]")
_KEYWORD_BEFORE = lazy(
    r"(?:tel|phone|mobile|mob|cell|call|fax|vx|wx|weixin|wechat|qq|id|card|no|x|(?:加|客服|联系|业务|我的?)\s?q)\.?\Z",
    re.IGNORECASE,
)
_UNIT_AFTER = lazy(r"\s?(?:[元角%°℃㎡]|万|亿|千克|kg|mm|cm|公里|吨|件|台|批|米|号线|年)", re.IGNORECASE)
_WHOLE_BEFORE = lazy(r"(?<![0-9])[0-9]{2,7}\.\Z")
_DECIMALS_AFTER = lazy(r"\.[0-9]{1,4}(?![0-9])")
_COUNTRY = lazy(r"(?<![0-9])(?:0?0?86|0)-\Z")
# QQ run together with an account before it, or with a first number.
_QQ_BEFORE = lazy(r"qq(?:号|:|\s)?\Z|qq[号码:\s]{0,3}[0-9]{5,11}[\s/、,或和]{1,3}\Z", re.IGNORECASE)
_EXTENSION = lazy(r"\s?(?:转|分机|-|ext\.?|x)\s?:?([0-9]{1,6})(?![0-9])", re.IGNORECASE)
# How people cut a number into groups. One digit a group is allowed for every kind.
_MOBILE_CUTS = {
    (11,),
    (3, 4, 4),
    (4, 3, 4),
    (3, 3, 5),
    (3, 8),
    (7, 4),
    (5, 6),
    (4, 4, 3),
    (6, 5),
    (3, 5, 3),
    (3, 2, 3, 3),
}
_ID_CUTS = {
    (18,),
    (17,),
    (6, 8, 4),
    (6, 4, 4, 4),
    (6, 4, 2, 2, 4),
    (3, 3, 4, 4, 4),
    (6, 12),
    (14, 4),
    (6, 8, 3),
    (6, 4, 4, 3),
    (4, 4, 4, 4, 2),
    (6, 4, 2, 2, 3),
    (3, 3, 4, 4, 3),
}
_OLD_ID_CUTS = {(15,), (6, 6, 3)}
_CARD_CUTS = {(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 4, 4, 4, 2), (4, 4, 4, 4, 1), (6, 13), (6, 10), (4, 6, 5)}
_LONGEST = 21
_LOCAL_CUTS = {(7,), (8,), (4, 4), (3, 4)}
_LANDLINE_CUTS = {(3, 8), (4, 8), (4, 7), (3, 4, 4), (4, 4, 4), (4, 3, 4)}


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


def _windows(text: str, run: re.Match[str], column: Context) -> Iterator[Window]:
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


def _glued(window: Window) -> bool:
    """Whether letters touch the number (a batch or model then) without being a keyword."""
    text, start, end = window.text, window.start, window.end
    if start and _LETTER.match(text[start - 1]) and not _KEYWORD_BEFORE.search(text[max(0, start - 8) : start]):
        return True
    return end < len(text) and _LETTER.match(text[end]) is not None and text[end : end + 1] not in "xX"


def _amount(window: Window) -> bool:
    """Whether the number is a decimal fraction or carries a unit."""
    text, start, end = window.text, window.start, window.end
    fraction = _WHOLE_BEFORE.search(text[max(0, start - 9) : start]) is not None
    decimals = _DECIMALS_AFTER.match(text, end) is not None
    return fraction or decimals or (start > 0 and text[start - 1] in "¥￥$") or _UNIT_AFTER.match(text, end) is not None


def _continued(window: Window) -> bool:
    """Whether a dashed or dotted number goes on with the same separator: a longer code then, not this number."""
    text, start, end = window.text, window.start, window.end
    inside = {c for c in text[start:end] if c in "-./_"}
    before = start >= 2 and text[start - 1] in inside and text[start - 2].isdigit()
    after = end + 1 < len(text) and text[end] in inside and text[end + 1].isdigit()
    if before and _COUNTRY.search(text, max(0, start - 6), start) is None:
        return True
    return after and _EXTENSION.match(text, end) is None


def _id_card(w: Window, mode: Mode) -> Span | None:
    number, end = w.digits, w.end
    if len(number) == 17 and w.text[end : end + 2].strip(" -\u200b")[:1].upper() == "X":
        end = w.text.upper().index("X", end) + 1
        number += "X"
    if len(number) == 18 and w.cut_as(_ID_CUTS) and checks.id_shape(number):
        if checks.id_check(number):
            return Span(w.start, end, Kind.ID_CARD, 0.99)
        if w.says(Kind.ID_CARD):
            return Span(w.start, end, Kind.ID_CARD, 0.7)
    old = len(number) == 15 and w.cut_as(_OLD_ID_CUTS) and checks.old_id_shape(number)
    if old and (w.says(Kind.ID_CARD) or (mode == "recall" and not checks.registration_check(number))):
        return Span(w.start, end, Kind.ID_CARD, 0.8)
    return None


def _mobile(w: Window, _mode: Mode) -> Span | None:
    number, cut = w.digits, w.cut
    start = w.start
    for prefix in ("0086", "86", "0"):
        if len(number) == 11 + len(prefix) and number.startswith(prefix):
            number = number[len(prefix) :]
            start = _opened(w)
            cut = cut[1:] if cut[0] == len(prefix) else (cut[0] - len(prefix), *cut[1:])
    plain = len(cut) == 1 or cut in _MOBILE_CUTS or set(cut) == {1}
    if len(number) != 11 or not plain or not checks.MOBILE.fullmatch(number):
        return None
    said = w.says(Kind.MOBILE)
    if _is_gtin(w) and not said:
        return None
    return Span(start, w.end, Kind.MOBILE, 0.97 if said else 0.9)


def _opened(w: Window) -> int:
    """Where a number begins with the plus or the bracket that belongs to it: +86…, (0573)…."""
    before = w.text[w.start - 1 : w.start]
    inside = w.text[w.start : w.end]
    closes = before == "(" and 0 <= inside.find(")") < (inside.find("(") if "(" in inside else len(inside))
    return w.start - (closes or (before == "+" and inside.startswith("86")))


def _is_gtin(w: Window) -> bool:
    """Twelve digits in one piece that are a right GTIN rather than a mobile behind a nought.

    Behind 86 there is no doubt: no country has the GTIN prefixes 861 to 864.
    """
    return len(w.cut) == 1 and len(w.digits) == 12 and checks.gtin_check(w.digits)


def _bank_card(w: Window, mode: Mode) -> Span | None:
    if len(w.digits) < 15 or not checks.bank_card(w.digits) or not w.cut_as(_CARD_CUTS):
        return None
    grouped = len(w.cut) > 1 and w.cut in _CARD_CUTS
    union_pay = w.digits.startswith("62") and len(w.digits) in {16, 19}
    if w.says(Kind.BANK_CARD):
        return Span(w.start, w.end, Kind.BANK_CARD, 0.95)
    if grouped or (mode == "recall" and union_pay):
        return Span(w.start, w.end, Kind.BANK_CARD, 0.75)
    return None


def _phone(w: Window, _mode: Mode) -> Span | None:
    number, cut, start = w.digits, w.cut, _opened(w)
    for prefix in ("0086", "86"):
        if number.startswith(prefix) and cut[0] == len(prefix) and len(cut) > 1:
            number, cut = number[len(prefix) :], cut[1:]
            number = number if number.startswith("0") else "0" + number
            cut = (cut[0] + 1, *cut[1:]) if sum(cut) < len(number) else cut
    written = len(cut) > 1 and cut in _LANDLINE_CUTS
    if checks.LANDLINE.fullmatch(number) and (written or (len(cut) == 1 and w.says(Kind.PHONE))):
        return _with_extension(w, Span(start, w.end, Kind.PHONE, 0.9))
    local = w.cut in _LOCAL_CUTS and "2" <= number[:1] <= "8"
    if local and w.says(Kind.PHONE) and not checks.day_exists(number + "0" * (8 - len(number))):
        return _with_extension(w, Span(start, w.end, Kind.PHONE, 0.7))
    return None


def _with_extension(w: Window, span: Span) -> Span:
    more = _EXTENSION.match(w.text, w.end)
    return Span(span.start, more.end() if more else span.end, span.kind, span.score)


def _abroad(w: Window, _mode: Mode) -> Span | None:
    plus = w.start > 0 and w.text[w.start - 1] == "+"
    zeros = w.digits.startswith("00") and w.cut[0] in {4, 5} and len(w.cut) > 1
    if not plus and not (zeros and w.says(Kind.PHONE)):
        return None
    number = w.digits if plus else w.digits[2:]
    known = re.match(r"(?:852|853|886|1|7|2[0-9]|3[0-9]|4[0-9]|5[1-8]|6[0-6]|8[1-4]|9[0-58])", number)
    if known is None or not 9 <= len(number) <= 15:
        return None
    return Span(w.start - plus, w.end, Kind.PHONE, 0.85)


def _qq(w: Window, _mode: Mode) -> Span | None:
    if len(w.cut) > 1 or len(w.digits) > 11 or w.digits[0] == "0":
        return None
    near = w.text[max(0, w.start - 8) : w.start]
    said = Kind.QQ in w.column.kinds or CONTEXT[Kind.QQ].search(near) or _QQ_BEFORE.search(w.text, 0, w.start)
    return Span(w.start, w.end, Kind.QQ, 0.85) if said else None


def _postcode(w: Window, _mode: Mode) -> Span | None:
    if w.cut == (6,) and w.digits[0] < "9" and w.says(Kind.POSTCODE):
        return Span(w.start, w.end, Kind.POSTCODE, 0.8)
    return None


_TRIES = (_id_card, _bank_card, _mobile, _phone, _abroad, _qq, _postcode)


def numbers(text: str, column: Context, mode: Mode) -> Iterator[Span]:
    """Spans of numbers in normalised ``text``; they may overlap."""
    for run in _RUN.finditer(text):
        if run.end() - run.start() < 5:
            continue
        for window in _windows(text, run, column):
            spans = [span for attempt in _TRIES if (span := attempt(window, mode)) is not None]
            if spans and not (_glued(window) or _amount(window) or _continued(window)):
                yield from spans
