"""Identifiers with letters, and the official numbers that must never be taken for a person's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from desensitise.detect import checks
from desensitise.detect.lazily import lazy
from desensitise.detect.spans import STANDING, Kind, Mode, Span
from desensitise.detect.words import CONTEXT, REACH, Context

_PROVINCE_SIGN = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
_Z = "\u200b*"
_EMAIL = lazy(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}[\s\u200b]?@[\s\u200b]?"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)+[A-Za-z]{2,18}(?![A-Za-z])",
)
_PLATE = lazy(
    rf"[{_PROVINCE_SIGN}][\s\u200b]?[A-HJ-NP-Z][\s·.\u200b-]?(?=[A-Z0-9]{{0,5}}[0-9])"
    r"(?:[A-HJ-NP-Z0-9]{5,6}|[A-HJ-NP-Z0-9]{4}[挂学警港澳领])(?![A-Za-z0-9])",
)
_USCC = lazy(r"(?<![0-9A-Za-z])[0-9ANYany][0-9A-Ga-g][0-9]{6}[0-9A-Za-z]{10}(?![0-9A-Za-z])")
_IPV4 = lazy(
    r"(?<![0-9.A-Za-z])(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])(?![0-9A-Za-z]|\.[0-9])"
)
_IPV6 = lazy(r"(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{1,4}:){1,7}(?::?[0-9A-Fa-f]{1,4}){1,7}(?![0-9A-Za-z:])")
_WECHAT_AFTER = lazy(
    r"\s?(?:号码?|id|账号|帐号|名|联系|搜索|客服|咨询)?[\s:\u200b\ufe0f❤♥是为()\-,=/\"“”‘’'「『]*"
    r"([A-Za-z](?:(?!qq\s?:?[0-9]{5})[A-Za-z0-9_-]){5,19})(?=qq|[^A-Za-z0-9_.@-]|$)",
    re.IGNORECASE,
)
# Further off it must look like an account: a digit, a dash or a line in it.
_WECHAT_NEAR = lazy(
    r"(?![^A-Za-z]{0,8}[买购型发付转聊款单批扫推])[\u4e00-\u9fff\s]{1,6}(?:id)?[\s:]{0,2}(?=[A-Za-z]+[0-9_-])([A-Za-z][A-Za-z0-9_-]{5,19})(?=[^A-Za-z0-9_.@-]|$)",
    re.IGNORECASE,
)
_NO_ACCOUNT = lazy(r"\s?(?:公众|小程序|支付|服务号|订阅号|群|视频号|朋友圈|平台|扫)")
_PASSPORT = lazy(
    r"(?<![A-Za-z0-9])(?:[EGDSPHK][A-HJ-NP-Z0-9][0-9]{7}|[DSPK][0-9]{7}|1[45][0-9]{7}|[A-Z]{1,2}[0-9]{6,8})(?![A-Za-z0-9])"
)
_PERMIT = lazy(
    r"(?<![A-Za-z0-9])(?:[HMhm][0-9]{8}(?:[0-9]{2})?|[CWLcwl][A-Za-z0-9][0-9]{7}|[A-Z]{3}[0-9]{12}|[0-9]{8}|[0-9]{10}\([A-Z]\))(?![A-Za-z0-9])"
)
_PAPERS = frozenset({Kind.PASSPORT, Kind.PERMIT})
_PAPER = lazy("|".join(CONTEXT[kind].pattern for kind in sorted(_PAPERS)), re.IGNORECASE)
_LETTER, _DIGIT = lazy(r"[A-Za-z]"), lazy(r"[0-9]")

# Numbers of the trade: hotlines, standards, document numbers, production licences, days with a time of day.
_SHIELDS = lazy(
    r"(?<![0-9])[48]00(?:[-\s]?[0-9]{3}[-\s]?[0-9]{4}|[-\s]?[0-9]{4}[-\s]?[0-9]{3})(?![0-9])"
    r"|(?<![0-9A-Z])(?:GB|JB|QB|HG|YB|DL|SJ|FZ|JG|CJ|JC|LY|JT|YD|NB|SB|BB|WS|AQ|XF|GA|DB[0-9]{2,4}|T/[A-Z]{2,10}|Q/[A-Z0-9]{2,10}|ISO|IEC|EN|ASTM)"
    r"(?:/[TZ])?\s?[0-9]{1,6}(?:\.[0-9]{1,3})*(?:\s?[-:]\s?[12][0-9]{3})?(?![0-9])"
    r"|[〔\[(][12][0-9]{3}[〕\])]第?[0-9]{1,6}号"
    r"|[\u4e00-\u9fff]ICP[备证]?\s?[0-9]{6,8}号?(?:-[0-9]+)?"
    r"|XK[0-9]{2}-[0-9]{3}-[0-9]{5}(?![0-9])"
    r"|(?<![0-9])(?:19|20)[0-9]{2}(?P<d>[-/.])(?:0?[1-9]|1[0-2])(?P=d)(?:0?[1-9]|[12][0-9]|3[01])(?![0-9])"
    r"|(?<![0-9])[0-9]{4}年[0-9]{1,2}月(?:[0-9]{1,2}日)?",
)


def shielded(text: str) -> str:
    """Normalised ``text`` with placeholders, official numbers and sound company codes blanked out; same length."""
    if "〔" in text:
        text = STANDING.sub(_blank, text)
    if _DIGIT.search(text) is None:
        return text
    text = _SHIELDS.sub(_blank, text)
    return _USCC.sub(lambda m: "\0" * 18 if _company(m.group()) else m.group(), text)


def _blank(found: re.Match[str]) -> str:
    return "\0" * len(found.group())


def _company(code: str) -> bool:
    """A sound code of anything but a sole trader. A sound resident number is a person even if it fits both."""
    upper = code.upper()
    person = upper[:17].isdigit() and checks.id_shape(upper) and checks.id_check(upper)
    return not upper.startswith("92") and checks.uscc_check(upper) and not person


def _before(text: str, at: int, kind: Kind, column: Context, reach: int = REACH) -> bool:
    return kind in column.kinds or CONTEXT[kind].search(text[max(0, at - reach) : at]) is not None


def _addresses(text: str, column: Context) -> Iterator[Span]:
    for m in _IPV4.finditer(text) if text.count(".") > 2 else ():
        octets = [int(part) for part in m.group().split(".")]
        if _before(text, m.start(), Kind.IP, column) or (max(octets) > 99 and octets[0] not in {0, 255}):
            yield Span(m.start(), m.end(), Kind.IP, 0.8)
    for m in _IPV6.finditer(text) if text.count(":") > 3 else ():
        if m.group().count(":") >= 4 and ("::" in m.group() or m.group().count(":") == 7):
            yield Span(m.start(), m.end(), Kind.IP, 0.8)


def _accounts(text: str, column: Context) -> Iterator[Span]:
    for said in CONTEXT[Kind.WECHAT].finditer(text):
        if _NO_ACCOUNT.match(text, said.end()):
            continue
        account = _WECHAT_AFTER.match(text, said.end()) or _WECHAT_NEAR.match(text, said.end())
        if account:
            yield Span(account.start(1), account.end(1), Kind.WECHAT, 0.85)
    whole = re.fullmatch(r"\s*([A-Za-z][A-Za-z0-9_-]{5,19})\s*", text)
    if Kind.WECHAT in column.kinds and whole:
        yield Span(whole.start(1), whole.end(1), Kind.WECHAT, 0.85)


def _documents(text: str, column: Context) -> Iterator[Span]:
    if column.kinds.isdisjoint(_PAPERS) and _PAPER.search(text) is None:
        return
    for m in _PASSPORT.finditer(text):
        if _before(text, m.start(), Kind.PASSPORT, column):
            yield Span(m.start(), m.end(), Kind.PASSPORT, 0.9)
    for m in _PERMIT.finditer(text):
        if _before(text, m.start(), Kind.PERMIT, column):
            yield Span(m.start(), m.end(), Kind.PERMIT, 0.88)


def codes(text: str, column: Context, mode: Mode) -> Iterator[Span]:
    """Spans of lettered identifiers in normalised ``text``; they may overlap."""
    if "@" in text:
        yield from (Span(m.start(), m.end(), Kind.EMAIL, 0.99) for m in _EMAIL.finditer(text))
    for m in _USCC.finditer(text):
        code = m.group().upper()
        if code.startswith("92") and (checks.uscc_check(code) or mode == "recall"):
            yield Span(m.start(), m.end(), Kind.USCC_SOLE_TRADER, 0.98)
    yield from _addresses(text, column)
    yield from _documents(text, column)
    if _LETTER.search(text):
        yield from (Span(m.start(), m.end(), Kind.PLATE, 0.9) for m in _PLATE.finditer(text))
        yield from _accounts(text, column)
