"""Identifiers with letters: mailboxes, plates, codes of sole traders, network addresses, accounts and papers."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Sequence

from desensitise.detect import checks
from desensitise.detect.lazily import lazy
from desensitise.detect.spans import Kind, Mode, Span
from desensitise.detect.words import CONTEXT, REACH, Context

_SOLDIERS = "军空海北南东成沈兰济广"
_PROVINCE_SIGN = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使"
_EMAIL = lazy(
    r"(?<![A-Za-z0-9._%+])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}(?:\s?@\s?|\s?[(\[{【<]\s?(?:at|a|@)\s?[)\]}】>]\s?)"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.|\s?[(\[{【<]\s?(?:dot|\.|点)\s?[)\]}】>]\s?))+[A-Za-z]{2,18}(?![A-Za-z])",
    re.IGNORECASE,
)
# Written so that machines do not see it: beside a word of mailboxes, or before a well-known post office.
_EMAIL_SAID = lazy(
    r"(?<![A-Za-z0-9._%+])[A-Za-z0-9][A-Za-z0-9._%+-]{2,63}(?:\sat\s|#|\s?艾特\s?|\s?圈a\s?)"
    r"(?:[A-Za-z0-9-]{1,62}\.){1,4}(?:com|cn|net|org)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_MAILBOX = lazy(r"邮[箱件]|邮\s?[:：]|mail", re.IGNORECASE)
_MARK = r"\s?[A-HJ-NP-Z][\s·.-]?"
# GA 36: five letters and digits, at least one digit; of new energies six, with the letter of the energy first or last.
_BODY = (
    r"(?:(?=[A-Z]{0,4}[0-9])[A-HJ-NP-Z0-9]{5}|[A-HJK][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[A-HJK]"
    r"|(?=[A-Z]{0,3}[0-9])[A-HJ-NP-Z0-9]{4}(?:[挂学警港澳领使]|应急))(?![A-Za-z0-9])"
)
_PLATE = lazy(
    rf"[{_PROVINCE_SIGN}]{_MARK}{_BODY}|[{_PROVINCE_SIGN}][a-hj-np-z](?=(?:[a-z]{{0,2}}[0-9]){{3}})[0-9a-hj-np-z]{{5}}(?![A-Za-z0-9])"
    r"|(?<![\u4e00-\u9fff])使[0-9]{6}(?![0-9])"
    r"|(?<![A-Za-z])WJ\s?[\u4e00-\u9fff]?[0-9]{4}[0-9A-Z](?![A-Za-z0-9])"
    r"|(?<![0-9])[0-9]{3}[·\s]?[0-9]{3}使(?![用得其者命])"
)
# Small letters, and signs that are words as well, count beside a word of vehicles only.
_PLATE_SAID = lazy(
    rf"[{_PROVINCE_SIGN}]{_MARK}{_BODY}|使[0-9]{{3}}[·\s]?[0-9]{{3}}(?![0-9])|[{_SOLDIERS}][A-Z][\s·.-]?[0-9A-Z]{{5}}(?![A-Za-z0-9])",
    re.IGNORECASE,
)
PLATE_SIGNS = _PROVINCE_SIGN + _SOLDIERS
_VEHICLE = lazy(r"车|号牌|[军警]牌|牌照|驾驶|plate", re.IGNORECASE)
_USCC = lazy(r"(?<![0-9A-Za-z])92[0-9]{6}[0-9A-Za-z]{10}(?![0-9A-Za-z])")
_USCC_CUT = lazy(
    r"(?<![0-9A-Za-z])92(?:[ -]?[0-9]){6}(?:[ -]?[0-9A-Za-z]){10}(?![0-9A-Za-z])",
)
_IPV4 = lazy(rf"(?<![0-9.])(?:(?<![A-Za-z])|(?<=[Ii][Pp])){checks.IP4.pattern}(?![0-9A-Za-z]|\.[0-9])")
_IPV6 = lazy(
    r"(?<![0-9A-Za-z])(?<![0-9A-Fa-f]:)(?:[0-9A-Fa-f]{1,4}|:)(?::[0-9A-Fa-f]{0,4}){1,7}"
    r"(?:(?<=:)(?:[0-9]{1,3}\.){3}[0-9]{1,3})?(?![0-9A-Za-z:])"
)
_COLONS = 7
_VERSION = lazy(r"(?:版本?号?|固件|软件|系统|version|ver\.?|(?<![a-z])v)[\s:]{0,2}\Z", re.IGNORECASE)
_VERSION_REACH = 9
# Public, unique local, link local and mapped addresses; others count beside a word of networks.
_IPV6_KNOWN = lazy(r"[23][0-9a-f]{3}:|f[cd][0-9a-f]{2}:|fe80:|::ffff:", re.IGNORECASE)
_WECHAT_AFTER = lazy(
    r"\s?(?:号码?|id|账号|帐号|名|联系|搜索|客服|咨询)?[\s:\u200b\ufe0f❤♥是为()\-,=/\"“”‘’'「『]*"
    r"([A-Za-z](?:(?!qq\s?:?[0-9]{5})[A-Za-z0-9_-]){5,19}|(?<=[:号d为是])[1-9][0-9]{5,9})(?=qq|[^A-Za-z0-9_.@-]|$)",
    re.IGNORECASE,
)
# Further off it must look like an account: a digit, a dash or a line in it.
_WECHAT_NEAR = lazy(
    r"(?![^A-Za-z]{0,8}[买购型发付转聊款单批扫推])[\u4e00-\u9fff\s]{1,6}(?:id)?[\s:]{0,2}(?=[A-Za-z]+[0-9_-])([A-Za-z][A-Za-z0-9_-]{5,19})(?=[^A-Za-z0-9_.@-]|$)",
    re.IGNORECASE,
)
_NO_ACCOUNT = lazy(r"\s?(?:公众|小程序|支付|服务号|订阅号|群|视频号|朋友圈|平台|扫)")
_PASSPORT = lazy(
    r"(?<![A-Za-z0-9])(?:[EGDSPHK][A-HJ-NP-Z0-9][0-9]{7}|[DSPKEG][\s-]?[0-9]{4}[\s-]?[0-9]{3,4}|1[45][0-9]{7}|[A-Z]{1,2}[\s-]?[0-9]{6,8})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_PERMIT = lazy(
    r"(?<![A-Za-z0-9])(?:[HM][\s-]?[0-9]{4}[\s-]?[0-9]{4}(?:[\s-]?[0-9]{2})?|[CWLT][\s-]?[A-Z0-9][0-9]{7}|[A-Z]{3}\s?[0-9]{12}|[0-9]{8}"
    r"|[0-9]{10}\([A-Z]\)|[0-9]{10}[A-Z]?)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
# Identity cards of Hong Kong, Macao and Taiwan, with their check digits in brackets or at the end.
_ISLAND_CARD = lazy(
    r"(?<![A-Za-z0-9])(?:[A-Z]{1,2}[0-9]{6}\s?\([0-9A]\)|[1578][0-9]{6}\s?\([0-9]\)|[A-Z][1289][0-9]{8}(?![A-Za-z0-9]))",
    re.IGNORECASE,
)
_PAPERS = frozenset({Kind.PASSPORT, Kind.PERMIT})
_PAPER = lazy("|".join(CONTEXT[kind].pattern for kind in sorted(_PAPERS)), re.IGNORECASE)
_LETTER = lazy(r"[A-Za-z]")
_AT = lazy(r"@|[(\[{【<]\s?(?:at|a)\s?[)\]}】>]", re.IGNORECASE)


def _before(text: str, at: int, kind: Kind, column: Context, reach: int = REACH) -> bool:
    return kind in column.kinds or CONTEXT[kind].search(text[max(0, at - reach) : at]) is not None


def _addresses(text: str, column: Context) -> Iterator[Span]:
    for m in _IPV4.finditer(text) if text.count(".") > 2 else ():
        octets = [int(part) for part in m.group().split(".")]
        if _before(text, m.start(), Kind.IP, column) or (_no_clause(octets) and not _versioned(text, m.start())):
            yield Span(m.start(), m.end(), Kind.IP, 0.98)
    for m in _IPV6.finditer(text) if text.count(":") > 1 else ():
        known = _IPV6_KNOWN.match(m.group()) or m.group().count(":") == _COLONS
        if _is_ip6(m.group()) and (known or _before(text, m.start(), Kind.IP, column)):
            yield Span(m.start(), m.end(), Kind.IP, 0.98)


def _versioned(text: str, at: int) -> bool:
    return _VERSION.search(text, max(0, at - _VERSION_REACH), at) is not None


def _no_clause(octets: Sequence[int]) -> bool:
    """Whether four numbers are too large for a clause or a version."""
    return octets[0] not in {0, 255} and (max(octets) > 99 or sorted(octets)[-2] > 31)


def _is_ip6(text: str) -> bool:
    try:
        return ipaddress.IPv6Address(text) is not None
    except ValueError:
        return False


def _accounts(text: str, column: Context) -> Iterator[Span]:
    for said in CONTEXT[Kind.WECHAT].finditer(text):
        if _NO_ACCOUNT.match(text, said.end()):
            continue
        account = _WECHAT_AFTER.match(text, said.end()) or _WECHAT_NEAR.match(text, said.end())
        if account:
            yield Span(account.start(1), account.end(1), Kind.WECHAT, 0.94)
    whole = re.fullmatch(r"\s*([A-Za-z][A-Za-z0-9_-]{5,19})\s*", text)
    if Kind.WECHAT in column.kinds and whole:
        yield Span(whole.start(1), whole.end(1), Kind.WECHAT, 0.85)


def _documents(text: str, column: Context) -> Iterator[Span]:
    if Kind.ID_CARD in column.kinds or CONTEXT[Kind.ID_CARD].search(text):
        for m in _ISLAND_CARD.finditer(text):
            if _before(text, m.start(), Kind.ID_CARD, column):
                yield Span(m.start(), m.end(), Kind.ID_CARD, 0.9)
    if column.kinds.isdisjoint(_PAPERS) and _PAPER.search(text) is None:
        return
    for m in _PASSPORT.finditer(text):
        if _before(text, m.start(), Kind.PASSPORT, column):
            yield Span(m.start(), m.end(), Kind.PASSPORT, 0.9)
    for m in _PERMIT.finditer(text):
        if _before(text, m.start(), Kind.PERMIT, column):
            yield Span(m.start(), m.end(), Kind.PERMIT, 0.88)


def _plates(text: str, column: Context) -> Iterator[Span]:
    for m in _PLATE.finditer(text):
        yield Span(m.start(), m.end(), Kind.PLATE, 0.9)
    for m in _PLATE_SAID.finditer(text):
        before = text[max(0, m.start() - REACH) : m.start()]
        if Kind.PLATE in column.kinds or _VEHICLE.search(before):
            yield Span(m.start(), m.end(), Kind.PLATE, 0.88)


def _traders(text: str, mode: Mode) -> Iterator[Span]:
    whole = [(m.start(), m.end()) for m in _USCC.finditer(text)]
    cut = [(m.start(), m.end()) for m in _USCC_CUT.finditer(text)]
    for start, end in dict.fromkeys((*whole, *cut)):
        code = text[start:end].replace(" ", "").replace("-", "").upper()
        likely = mode == "recall" and (start, end) in whole and not code.isdigit()
        if checks.uscc_check(code) or likely:
            yield Span(start, end, Kind.USCC_SOLE_TRADER, 0.98)


def codes(text: str, column: Context, mode: Mode) -> Iterator[Span]:
    """Spans of lettered identifiers in normalised ``text``; they may overlap.

    Characters without width may stand between their letters.
    """
    if "\u200b" not in text:
        yield from _codes(text, column, mode)
        return
    at = [place for place, character in enumerate(text) if character != "\u200b"]
    for span in _codes(text.replace("\u200b", ""), column, mode):
        yield span._replace(start=at[span.start], end=at[span.end - 1] + 1)


def _codes(text: str, column: Context, mode: Mode) -> Iterator[Span]:
    if _AT.search(text):
        yield from (Span(m.start(), m.end(), Kind.EMAIL, 0.99) for m in _EMAIL.finditer(text))
    if _MAILBOX.search(text):
        yield from (Span(m.start(), m.end(), Kind.EMAIL, 0.9) for m in _EMAIL_SAID.finditer(text))
    if "92" in text:
        yield from _traders(text, mode)
    yield from _addresses(text, column)
    yield from _documents(text, column)
    lettered = _LETTER.search(text) is not None
    if lettered or "使" in text:
        yield from _plates(text, column)
    if lettered or "信" in text:
        yield from _accounts(text, column)
