"""公民身份号码 (GB 11643-1999) and its 15-digit old form. Detected and removed, never a field of an open file.

No place table is used: places are renamed, and residence permits carry 81, 82, 83 and 9… in front.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pyarrow as pa

from catalog.identifiers.arrays import Bools, Bytes
from catalog.identifiers.matrix import judged, linear, weights

_DIGITS = "0123456789"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = weights([*[_DIGITS] * 17, "0123456789X"], (*_WEIGHTS, 1), 11, 1)
_OLD_CHECK = weights([_DIGITS] * 15, (1,) * 15, 1, 0)
_DAYS = np.zeros(100, np.uint8)
_DAYS[1:13] = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""By month; what is no month has no days, and a leap day is looked at alone."""
_NUMBER = np.zeros(1 << 16, np.uint8)
for _number in range(100):
    _NUMBER[int.from_bytes(f"{_number:02}".encode(), "little")] = _number
"""The number that two digits are, by their two bytes; 0 for what are no digits."""


def is_id_card(text: str) -> bool:
    """18 characters with a right check character, or 15 digits; either with a birth date that exists."""
    if len(text) not in {15, 18} or not text.isascii() or not text[:17].isdigit() or text[0] == "0":
        return False
    if len(text) == 15:
        return _is_date(f"19{text[6:12]}")
    if text[17] not in "0123456789X":
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _WEIGHTS, strict=True))
    return _is_date(text[6:14]) and text[17] == "10X98765432"[total % 11]


def id_card_column(array: pa.StringArray) -> Bools:
    """``is_id_card`` for a column."""
    return judged(array, {18: _new_form, 15: _old_form})


def _is_date(eight: str) -> bool:
    try:
        date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        return False
    return eight >= "1800"


def _new_form(characters: Bytes) -> Bools:
    return linear(characters, _CHECK) & _placed(characters) & _dates(characters[:, 6:14])


def _old_form(characters: Bytes) -> Bools:
    century = np.tile(np.frombuffer(b"19", np.uint8), (len(characters), 1))
    return linear(characters, _OLD_CHECK) & _placed(characters) & _dates(np.hstack([century, characters[:, 6:12]]))


def _placed(characters: Bytes) -> Bools:
    """No place code starts with 0."""
    placed: Bools = characters[:, 0] != ord("0")
    return placed


def _dates(eight: Bytes) -> Bools:
    """Whether n × 8 digit characters are days of the calendar from 1800 on."""
    pairs = eight.view("<u2")
    month, day = _NUMBER.take(pairs[:, 2]), _NUMBER.take(pairs[:, 3])
    exists: Bools = (_NUMBER.take(pairs[:, 0]) >= 18) & (day >= 1) & (day <= _DAYS.take(month))
    leap = np.flatnonzero(exists & (month == 2) & (day == 29))
    if len(leap):
        year = _NUMBER.take(pairs[leap, 0]).astype(np.int16) * 100 + _NUMBER.take(pairs[leap, 1])
        exists[leap] = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return exists
