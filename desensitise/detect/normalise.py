"""Text in one spelling, character for character: positions in the result are positions in the original."""

from __future__ import annotations

import re
import unicodedata

JOINERS = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u200e\u200f\ufe0f\u20e3"
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
# Half-width twins of one character each: full-width forms, mathematical digits, super- and subscripts, circled digits.
_RANGES = ((0xFF01, 0xFF5F), (0x1D400, 0x1D800), (0x00B2, 0x00BA), (0x2070, 0x208A), (0x2460, 0x2469))


def _table() -> dict[int, str]:
    table: dict[int, str] = {}
    for low, high in _RANGES:
        for point in range(low, high):
            plain = unicodedata.normalize("NFKC", chr(point))
            if len(plain) == 1 and plain.isascii():
                table[point] = plain
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

# A number spoken in Han numerals has at least seven of them; a year has four, a quantity rarely more than three.
_SPOKEN = re.compile(rf"[{''.join(NUMERALS)}0-9](?:[-\s\u200b]{{0,2}}[{''.join(NUMERALS)}0-9]){{5,}}")
_NUMERAL_TABLE = {ord(k): v for k, v in NUMERALS.items()}


def normalise(text: str) -> str:
    """``text`` in half-width ASCII where there is such a twin; same length always."""
    if text.isascii() and text.isprintable():
        return text
    plain = text.translate(TABLE)
    return _SPOKEN.sub(lambda m: m.group().translate(_NUMERAL_TABLE), plain)
