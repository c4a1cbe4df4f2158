"""统一社会信用代码 (GB 32100-2015): 18 characters, check character mod 31 (DOMAIN 1.1).

Of 2,994,691 real codes 191 fail the check: a failed check is a flag on the record, never a reason to lose it. Digits
3 to 8 are a region code of the day of registration; 9.7 % of real codes carry one that exists no more, so they are
not compared with any list here.
"""

from __future__ import annotations

from catalog.identifiers.arrays import Bools, Bytes
from catalog.identifiers.matrix import linear, weights

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_COLUMN_WEIGHTS = weights([ALPHABET] * 18, (*_WEIGHTS, 1), 31, 0)

_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def is_uscc(text: str) -> bool:
    """18 characters of the alphabet whose check character is right."""
    if len(text) != 18 or any(character not in _VALUES for character in text):
        return False
    total = sum(_VALUES[character] * weight for character, weight in zip(text, (*_WEIGHTS, 1), strict=True))
    return total % 31 == 0


def judge_uscc(characters: Bytes) -> Bools:
    """``is_uscc`` for the rows of an n × 18 byte matrix."""
    return linear(characters, _COLUMN_WEIGHTS)


def check_character(first17: str) -> str:
    """The 18th character for the first 17; raises KeyError for a character outside the alphabet."""
    total = sum(_VALUES[character] * weight for character, weight in zip(first17, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def is_organisation_code(text: str) -> bool:
    """主体标识码 (GB 11714): 8 characters and a check character mod 11, written X for ten."""
    if len(text) != 9 or any(character not in _ORGANISATION for character in text[:8]):
        return False
    pairs = zip(text[:8], _ORGANISATION_WEIGHTS, strict=True)
    total = sum(_ORGANISATION.index(character) * weight for character, weight in pairs)
    return text[8] == "0123456789X"[-total % 11]


def has_sound_organisation_code(text: str) -> bool:
    """Whether characters 9 to 17 of a code are a sound organisation code (189 real codes pass only the outer check)."""
    return len(text) == 18 and is_organisation_code(text[8:17])


def is_sole_trader(text: str) -> bool:
    """个体工商户: name and address behind such a code may be a person's (DOMAIN 1.1)."""
    return text.startswith("92")
