"""Which texts need the scanner: one regular expression without look-around, run by polars at Rust speed.

It must let through every text in which the scanner finds something; a property test compares both. It serves balanced
mode only: recall mode looks at every text. Plain ASCII
cells (codes, identifiers) have a tight expression, others a loose one; a column whose name announces a kind has a
looser one still.
"""

from __future__ import annotations

import re
from functools import cache

import polars as pl

from catalog.formats.texts import from_polars
from catalog.identifiers.matrix import judged
from catalog.identifiers.uscc import judge_uscc
from desensitise.detect.checks import MOBILE
from desensitise.detect.codes import PLATE_SIGNS
from desensitise.detect.normalise import DIGITS, GAPS, JOINERS, NUMERALS
from desensitise.detect.numbers import DISGUISE
from desensitise.detect.persons import BARE_NAME, PARTICULARS, TRIGGERS
from desensitise.detect.spans import Kind
from desensitise.detect.traces import IMAGE
from desensitise.detect.words import ANY_CONTEXT, ASCII_CONTEXT, Context

_GAP = r"[\x00-\x20\x7f\-.()/_\[\],~*+=|:;]"
_S = _GAP + "{0,3}"
_START, _END = r"(?:^|[^0-9])", r"(?:[^0-9]|$)"
_ASCII = (
    "@",
    r"(?i:[(\[{<]\s?(?:at|a)\s?[)\]}>])",
    r"\+[0-9]",
    # mobiles, with country code or a leading nought
    rf"{_START}(?:(?:0{_S}0{_S})?8{_S}6{_S})?(?:0{_S})?1{_S}[3-9](?:{_S}[0-9]){{9}}{_END}",
    # resident numbers: a birth year 19.. or 20.. in the seventh place
    rf"{_START}[1-9](?:{_S}[0-9]){{5}}{_S}(?:1{_S}9|2{_S}0)(?:{_S}[0-9]){{9}}{_S}(?:[0-9]{_END}|[xX])",
    # cards in groups
    rf"{_START}(?:[2-69][0-9]{{3}}{_GAP}{{1,3}}[0-9]{{4}}|[2-69][0-9]{{5}}{_GAP}{{1,3}}[0-9]{{10}})",
    r"\((?:85[23]|886)\)",
    # landlines with a separated area code
    rf"{_START}(?:(?:00)?86{_GAP}{{1,3}}0?[1-9][0-9]{{1,2}}|0[1-9][0-9]{{1,2}}){_GAP}{{1,3}}[1-9]",
    r"(?:^|[^0-9A-Za-z])92(?:[ -]?[0-9]){6}(?:[ -]?[0-9A-Za-z]){10}(?:[^0-9A-Za-z]|$)",
    r"WJ\s?[0-9]{4}[0-9A-Z]",
    r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",
    r"[0-9A-Fa-f]:[0-9A-Fa-f]{0,4}:|::[0-9A-Fa-f]",
    rf"(?i:{ASCII_CONTEXT})",
    IMAGE,
    r"(?i:mail)",
    r"[(\[](?:85[23]|886)[)\]]",
)
_DISGUISED = rf"(?:^|[^0-9A-Za-z]|86)[1lI][\x00-\x20\x7f-]?[3-9](?:[\x00-\x20\x7f-]?[0-9{DISGUISE}]){{9}}"
_DIGIT = f"[0-9{DIGITS}{''.join(NUMERALS)}]"
_ANY_GAP = rf"[\x00-\x20\x7f\-.()/_·\[\],~*+=|:;、{re.escape(GAPS)}]*"
_LETTERS = r"[\x{FF21}-\x{FF5A}\x{1D400}-\x{1D7FF}\x{FF20}]"
_FOUR_DIGITS = rf"{_DIGIT}(?:{_ANY_GAP}{_DIGIT}){{3,}}"
_LOOSE = (
    "@",
    r"(?i:[(\[{【<\x{FF08}]\s?(?:at|a)\s?[)\]}】>\x{FF09}])",
    IMAGE,
    rf"(?i:mail)|邮|[{re.escape(JOINERS)}]",
    _LETTERS,
    _FOUR_DIGITS,
    r"[:\x{FF1A}][0-9A-Fa-f]{0,4}[:\x{FF1A}]",
    TRIGGERS,
    PARTICULARS,
    rf"(?i:{ANY_CONTEXT})",
)
_PLATE_START = rf"[{PLATE_SIGNS}]\s?[A-Za-z]"

# A whole cell that is a production licence's number (DOMAIN 1.7) and nothing else: the scanner shields it.
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LICENCE = rf"\A[（(]?[{_PROVINCES}][）)]?XK[0-9]{{2}}-[0-9]{{3}}-[0-9]{{5}}\z"
# A whole cell that looks like a company's code and, with a letter in it, is no resident number. With the right check
# character the scanner shields it as well; by chance such codes hold QQ or WX.
_COMPANY = r"\A9[13][0-9]{6}[0-9A-Z]{10}\z"
_LETTERED = r"\A[0-9]*[A-Z][0-9A-Z]+\z"


def certain(column: Context) -> dict[Kind, str]:
    """Whole texts about which the scanner says just one thing: a bare mobile, a bare name in a column of names."""
    mobile = {Kind.MOBILE: rf"^(?:{MOBILE.pattern})$"}
    return mobile | ({Kind.PERSON: rf"^(?:{BARE_NAME.pattern})$"} if column.persons else {})


@cache
def _patterns() -> tuple[str, str]:
    return "|".join((*_ASCII, _DISGUISED)), "|".join((*_LOOSE, _DISGUISED, _PLATE_START))


def candidates(values: pl.Series, column: Context) -> pl.Series:
    """Those of the non-null text ``values`` in which the scanner might find something in balanced mode."""
    if column.persons:
        return values
    if not column.silent:
        return values.filter(values.str.contains(rf"{_FOUR_DIGITS}|[A-Za-z]|{_LETTERS}|{TRIGGERS}|@|\\."))
    tight, loose = _patterns()
    ascii_only = values.str.len_bytes() == values.str.len_chars()
    if ascii_only.all():
        return _without_companies(values.filter(values.str.contains(tight)))
    plain, other = values.filter(ascii_only), values.filter(~ascii_only)
    other = other.filter(~other.str.contains(_LICENCE))
    found = _without_companies(plain.filter(plain.str.contains(tight)))
    return pl.concat((found, other.filter(other.str.contains(loose))))


def _without_companies(texts: pl.Series) -> pl.Series:
    """The texts but for sound codes of companies."""
    shaped = texts.str.contains(_COMPANY) & texts.str.contains(_LETTERED)
    if not shaped.any():
        return texts
    sound = judged(from_polars(texts), {18: judge_uscc})
    return texts.filter(~(shaped & pl.Series(sound)))
