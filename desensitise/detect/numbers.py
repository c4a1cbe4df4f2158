"""Numbers of persons: ids, mobiles, landlines, cards, found in runs of digit groups.

A run is a stretch of digit groups with short separators. Windows of neighbouring groups whose digits have the right
length and whose cut is one that people write are tried against the number plans and check digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from desensitise.detect import checks
from desensitise.detect.lazily import lazy
from desensitise.detect.phones import PHONES
from desensitise.detect.spans import Kind, Mode, Span
from desensitise.detect.windows import RUN, Window, amount, continued, glued, loosely, of_goods, opened, windows
from desensitise.detect.words import CONTEXT, Context

_FRACTION = lazy(r"[0-9]+\.[0-9]+")
# QQ run together with an account before it, or with a first number.
_QQ_BEFORE = lazy(r"qq(?:号|:|\s)?\Z|qq[号码:\s]{0,3}[0-9]{5,11}[\s/、,或和]{1,3}\Z", re.IGNORECASE)
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
_CARD_CUTS = {
    (4, 4, 4, 4),
    (4, 4, 4, 4, 3),
    (4, 4, 4, 4, 2),
    (4, 4, 4, 4, 1),
    (6, 13),
    (6, 12),
    (6, 11),
    (6, 10),
    (4, 6, 5),
}
DISGUISE = "OoQlI"
"""Letters that are written for a nought or a one."""

_LETTERS_FOR = str.maketrans(DISGUISE, "00011")
_LETTERED = lazy(f"[0-9][-\\s]?[{DISGUISE}]|[lI][-\\s]?[3-9]")
_DISGUISED = lazy(
    rf"(?<![0-9A-Za-z])(?:\+?86[-\s]?)?[1lI][-\s]?[3-9](?:[-\s]?[0-9{DISGUISE}]){{9}}(?![0-9A-Za-z]|[-.][0-9A-Za-z])"
)
_REAL_DIGITS = 5
_CHECKED = 0.98


def _id_card(w: Window, mode: Mode) -> Span | None:
    number, end = w.digits, w.end
    if len(number) == 17 and w.text[end : end + 2].strip(" -\u200b")[:1].upper() == "X":
        end = w.text.upper().index("X", end) + 1
        number += "X"
    said = w.says(Kind.ID_CARD)
    if len(number) == 18 and (said or w.cut_as(_ID_CUTS)) and checks.id_shape(number):
        if checks.id_check(number):
            return Span(w.start, end, Kind.ID_CARD, 0.99)
        if said:
            return Span(w.start, end, Kind.ID_CARD, 0.7)
    old = len(number) == 15 and w.cut_as(_OLD_ID_CUTS) and checks.old_id_shape(number)
    if old and (said or (mode == "recall" and not checks.registration_check(number))):
        return Span(w.start, end, Kind.ID_CARD, 0.8)
    return None


def _mobile(w: Window, _mode: Mode) -> Span | None:
    number, cut, start = w.digits, w.cut, opened(w)
    for prefix in ("0086", "86", "0"):
        if len(number) == 11 + len(prefix) and number.startswith(prefix):
            number = number[len(prefix) :]
            cut = cut[1:] if cut[0] == len(prefix) else (cut[0] - len(prefix), *cut[1:])
    plain = len(cut) == 1 or cut in _MOBILE_CUTS or set(cut) == {1}
    fraction = _FRACTION.fullmatch(w.text, w.start, w.end)
    if (
        len(number) != 11
        or not plain
        or fraction
        or not checks.MOBILE.fullmatch(number)
        or checks.IP4.fullmatch(w.text, w.start, w.end)
    ):
        return None
    said = w.says(Kind.MOBILE)
    if _is_gtin(w) and not said:
        return None
    return Span(start, w.end, Kind.MOBILE, 0.97 if said else 0.9)


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
    if w.says(Kind.BANK_CARD) and not (len(w.digits) == 15 and w.says(Kind.ID_CARD)):
        return Span(w.start, w.end, Kind.BANK_CARD, 0.95)
    if grouped or (mode == "recall" and union_pay):
        return Span(w.start, w.end, Kind.BANK_CARD, 0.75)
    return None


def _qq(w: Window, _mode: Mode) -> Span | None:
    grouped = (
        len(w.cut) > 1 and min(w.cut) > 2 and _QQ_BEFORE.search(w.text, 0, w.start) and " " in w.text[w.start : w.end]
    )
    if not (len(w.cut) == 1 or grouped) or len(w.digits) > 11 or w.digits[0] == "0":
        return None
    near = w.text[max(0, w.start - 8) : w.start]
    said = Kind.QQ in w.column.kinds or CONTEXT[Kind.QQ].search(near) or _QQ_BEFORE.search(w.text, 0, w.start)
    return Span(w.start, w.end, Kind.QQ, 0.85) if said else None


def _postcode(w: Window, _mode: Mode) -> Span | None:
    if w.cut in {(6,), (3, 3)} and w.digits[0] < "9" and w.says(Kind.POSTCODE):
        return Span(w.start, w.end, Kind.POSTCODE, 0.8)
    return None


_TRIES = (_id_card, _bank_card, _mobile, *PHONES, _qq, _postcode)


_TRIES_LOOSELY = (_id_card, _bank_card, _mobile)


def _disguised(text: str) -> Iterator[Span]:
    """Mobiles with letters for noughts and ones: l38OOl25O78."""
    for m in _DISGUISED.finditer(text):
        own = m.group().translate(_LETTERS_FOR)
        number = "".join(c for c in own if c.isdigit())[-11:]
        if checks.MOBILE.fullmatch(number) and sum(c.isdigit() for c in m.group()) >= _REAL_DIGITS:
            yield Span(m.start(), m.end(), Kind.MOBILE, 0.96)


def numbers(text: str, column: Context, mode: Mode) -> Iterator[Span]:
    """Spans of numbers in normalised ``text``; they may overlap."""
    if _LETTERED.search(text):
        yield from _disguised(text)
    for run in RUN.finditer(text):
        if run.end() - run.start() < 5:
            continue
        for window in windows(text, run, column):
            loose = len(window.cut) > 1 and loosely(window)
            if loose is None:
                continue
            tries = _TRIES_LOOSELY if loose else _TRIES
            spans = [span for attempt in tries if (span := attempt(window, mode)) is not None]
            if spans and not (glued(window) or amount(window) or continued(window)):
                yield from (span for span in spans if span.score > _CHECKED or not of_goods(window, span.kind, mode))
