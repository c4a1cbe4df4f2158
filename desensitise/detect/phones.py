"""Landlines, extensions, and numbers of other countries and of Hong Kong, Macao and Taiwan."""

from __future__ import annotations

import re

from desensitise.detect import checks
from desensitise.detect.lazily import lazy
from desensitise.detect.spans import Kind, Mode, Span
from desensitise.detect.windows import EXTENSION, Window, opened
from desensitise.detect.words import REACH

_WORDED_EXTENSION = lazy(r"\s?\(?(?:转|分机|ext)", re.IGNORECASE)
_BRACKETED = lazy(r"(?:85[23]|886)[2-9][0-9]{7,8}")
# A second number of the same office: 0571-87654321/87654322.
_PHONE_BEFORE = lazy(r"0[0-9]{2,3}[-)\s][0-9]{7,8}[\s/、,;或和]{1,3}\Z")
_TAIWAN = lazy(r"09[0-9]{8}|0[2-8][2-9][0-9]{6,7}")
_TAIWAN_CUTS = {(4, 3, 3), (2, 4, 4), (2, 3, 4), (2, 8), (2, 7)}
_COUNTRY_CODE = 3
# Hong Kong, Macao and Taiwan behind 00, and North America in its own cut.
_NEAR_ABROAD = lazy(r"0085[23][2-9][0-9]{7}|00886[2-9][0-9]{7,8}|001[2-9][0-9]{2}[2-9][0-9]{6}")
_LOCAL_CUTS = {(7,), (8,), (4, 4), (3, 4)}
_LANDLINE_CUTS = {(3, 8), (4, 8), (4, 7), (3, 4, 4), (4, 4, 4), (4, 3, 4)}


def _phone(w: Window, _mode: Mode) -> Span | None:
    number, cut, start = w.digits, w.cut, opened(w)
    for prefix in ("0086", "86"):
        if number.startswith(prefix) and cut[0] == len(prefix) and len(cut) > 1:
            number, cut = number[len(prefix) :], cut[1:]
            if cut[0] == 1 and len(cut) > 2:  # +86 (0)571 87654321
                cut = (cut[0] + cut[1], *cut[2:])
            number = number if number.startswith("0") else "0" + number
            cut = (cut[0] + 1, *cut[1:]) if sum(cut) < len(number) else cut
    written = len(cut) > 1 and cut in _LANDLINE_CUTS
    whole = (len(cut) == 1 or set(cut) == {1}) and (w.says(Kind.PHONE) or _stands_out(w))
    if checks.LANDLINE.fullmatch(number) and (written or whole):
        return _with_extension(w, Span(start, w.end, Kind.PHONE, 0.9))
    local = w.cut in _LOCAL_CUTS and "2" <= number[:1] <= "8"
    said = w.says(Kind.PHONE) or _PHONE_BEFORE.search(w.text[max(0, w.start - 2 * REACH) : w.start])
    if local and said and not checks.day_exists(number.ljust(8)):
        return _with_extension(w, Span(start, w.end, Kind.PHONE, 0.7))
    return None


def _stands_out(w: Window) -> bool:
    """Whether a landline in one piece, which nothing announces, is one beyond doubt.

    It has an extension behind it, or stands in a sentence and is no GTIN.
    """
    if len(w.cut) > 1:
        return False
    return _WORDED_EXTENSION.match(w.text, w.end) is not None or (
        not w.text.isascii() and not (len(w.digits) == 12 and checks.gtin_check(w.digits))
    )


def _with_extension(w: Window, span: Span) -> Span:
    more = EXTENSION.match(w.text, w.end)
    return Span(span.start, more.end() if more else span.end, span.kind, span.score)


def _abroad(w: Window, _mode: Mode) -> Span | None:
    plus = w.start > 0 and w.text[w.start - 1] == "+"
    zeros = w.digits.startswith("00") and 3 <= w.cut[0] <= 5 and len(w.cut) > 1
    if not plus and not (zeros and (w.says(Kind.PHONE) or _NEAR_ABROAD.fullmatch(w.digits))):
        return None
    number = w.digits if plus else w.digits[2:]
    known = re.match(r"(?:852|853|886|1|7|2[0-9]|3[0-9]|4[0-9]|5[1-8]|6[0-6]|8[1-4]|9[0-58])", number)
    if known is None or not 9 <= len(number) <= 15:
        return None
    return Span(w.start - plus, w.end, Kind.PHONE, 0.85)


def _near_abroad(w: Window, _mode: Mode) -> Span | None:
    """As written in Hong Kong, Macao and Taiwan: (852) 2345 6789, 0912-345-678, (02)2345-6789."""
    start = opened(w)
    bracket = start < w.start and _BRACKETED.fullmatch(w.digits) is not None and w.cut[0] == _COUNTRY_CODE
    taiwan = w.cut in _TAIWAN_CUTS and _TAIWAN.fullmatch(w.digits) is not None
    near = "台" in w.text[max(0, w.start - REACH) : w.start]
    if bracket or (taiwan and (near or w.says(Kind.PHONE))):
        return Span(start, w.end, Kind.PHONE, 0.85)
    return None


PHONES = (_phone, _abroad, _near_abroad)
