"""Text in one spelling, character for character: positions in the result are positions in the original."""

from __future__ import annotations

import re
import unicodedata

from desensitise.detect.lazily import lazy

JOINERS = (
    "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u200e\u200f\ufe0f\u20e3"
    "\u034f\u061c\u202a\u202b\u202c\u202d\u202e\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069"
)
"""Characters without width. All become U+200B, which number scanning ignores."""

NUMERALS = {
    **dict.fromkeys("零〇○", "0"),
    **dict(zip("一二三四五六七八九", "123456789", strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", "123456789", strict=True)),
    "幺": "1",
    "两": "2",
}

_DASHES = "‐‑‒–—―﹘﹣－−"
_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\r\n"
# Half-width twins of one character each: full-width forms, mathematical digits, super- and subscripts.
_RANGES = ((0xFF01, 0xFF5F), (0x1D400, 0x1D800), (0x00B2, 0x00BA), (0x2070, 0x208A))
# Digits in circles, white and black, and of Arabic script. A single circled one before a number may be a list's mark.
_CIRCLES = ((0x2460, 9), (0x2776, 9), (0x2780, 9), (0x278A, 9), (0x24F5, 9))
_CIRCLED = {chr(first + at): str(at + 1) for first, count in _CIRCLES for at in range(count)} | {"⓪": "0", "⓿": "0"}
_SCRIPTS = (0x0660, 0x06F0)


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for low, high in _RANGES:
        for point in range(low, high):
            plain = unicodedata.normalize("NFKC", chr(point))
            if len(plain) == 1 and plain.isascii():
                table[point] = plain
    table |= {ord(circled): digit for circled, digit in _CIRCLED.items()}
    table |= {zero + digit: str(digit) for zero in _SCRIPTS for digit in range(10)}
    table |= {ord(c): "-" for c in _DASHES}
    table |= {ord(c): " " for c in _SPACES} | dict.fromkeys((*range(0x20), 0x7F, 0x85, 0x2028, 0x2029), " ")
    table |= {ord(c): "\u200b" for c in JOINERS}
    table |= {ord("﹒"): ".", ord("•"): "·", ord("∙"): "·", ord("・"): "·", ord("【"): "(", ord("】"): ")"}
    return table


TABLE = _table()
DIGITS = "".join(sorted(chr(point) for point, plain in TABLE.items() if plain.isdigit()))
"""Every foreign spelling of 0-9 that ``TABLE`` maps (Han numerals are not among them)."""

GAPS = "".join(sorted(chr(point) for point, plain in TABLE.items() if plain in " -.()/·_\u200b"))
"""Every foreign spelling of what may stand between the digits of one number."""

# Three Han numerals in a row are a number being spelled out when there are seven of them or ASCII digits go on; fewer
# are a name (张三), a year or a quantity.
_HAN = "".join(NUMERALS)
_SPOKEN = lazy(rf"[{_HAN}](?:[-\s\u200b]{{0,2}}[{_HAN}]){{2,}}")
_NEAR = lazy(r"[-\s\u200b]{0,2}[0-9]")
_SPOKEN_LENGTH = 7
_NAME_THEN_MOBILE = lazy(r"[0-9][-\s\u200b]{0,2}1[-\s\u200b]{0,2}[3-9](?:[-\s\u200b]{0,2}[0-9]){9}")
# Single numerals among the digits of a long number: 1三8一2345六78, 一38….
_MIXED = lazy(
    rf"(?<![0-9{_HAN}])(?=[0-9{_HAN}]{{0,9}}[0-9])[0-9{_HAN}](?:[-\s\u200b]{{0,2}}[0-9{_HAN}]){{10,18}}(?![0-9{_HAN}])"
)
_MIXES = lazy(rf"[{_HAN}][-\s\u200b]{{0,2}}[0-9]")
_INNER = lazy(rf"(?<=[0-9])(?:[-\s\u200b]?[{_HAN}]){{1,6}}(?=[-\s\u200b]?[0-9])|\A[一幺壹](?=[-\s\u200b]?[3-9])")
_WHOLE_NUMBER = lazy(r"(?:[0-9][-\s\u200b]{0,2}){11}")
_NUMERAL_TABLE = {ord(k): v for k, v in NUMERALS.items()}
_ROUND = "".join(_CIRCLED)
_CIRCLE = lazy(f"[{_ROUND}]")
_DIGIT = rf"[0-9\uff10-\uff19{_ROUND}]"
_ITEM = lazy(rf"(?:(?<!{_DIGIT})|(?<={_DIGIT}{{7}}))[{_ROUND}](?=[-\s\u200b]{{0,2}}[0-9\uff10-\uff19])")


def normalise(text: str) -> str:
    """``text`` in half-width ASCII where there is such a twin; same length always."""
    if text.isascii() and text.isprintable():
        return text
    if _CIRCLE.search(text):
        # ①13812345678②13912345678 are two numbers, not one of 24 digits.
        text = _ITEM.sub("、", text)
    plain = text.translate(TABLE)
    if _MIXES.search(plain):
        plain = _MIXED.sub(_unmixed, plain)
    return _SPOKEN.sub(_digits, plain)


def _unmixed(number: re.Match[str]) -> str:
    """Numerals between digits as digits, where no part of the number is a whole one by itself."""
    own = number.group()
    return own if _WHOLE_NUMBER.search(own) else _INNER.sub(lambda m: m.group().translate(_NUMERAL_TABLE), own)


def _digits(spoken: re.Match[str]) -> str:
    text, words = spoken.string, spoken.group()
    numerals = sum(character in NUMERALS for character in words)
    after = _NEAR.match(text, spoken.end())
    before = re.search(r"[0-9][-\s\u200b]{0,2}\Z", text[max(0, spoken.start() - 3) : spoken.start()])
    if numerals < _SPOKEN_LENGTH and not after and not before:
        return words
    digits = words.translate(_NUMERAL_TABLE)
    # A name may end in a numeral: 张三 before a mobile that is spelled out.
    own = _NAME_THEN_MOBILE.fullmatch(digits)
    return words[0] + digits[1:] if own else digits
