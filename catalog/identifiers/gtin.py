"""商品条码: GTIN-8, 12, 13 and 14 with their mod-10 check digit (DOMAIN 1.3)."""

from __future__ import annotations

from functools import cache

import pyarrow as pa

from catalog.identifiers.arrays import Bools
from catalog.identifiers.matrix import Judge, judged, linear, weights

LENGTHS = (8, 12, 13, 14)
_DIGITS = "0123456789"


@cache
def _weights(length: int) -> tuple[int, ...]:
    """3, 1, 3 … counted so that the check digit on the right weighs 1."""
    return tuple(1 if (length - position) % 2 else 3 for position in range(length))


def is_gtin(text: str) -> bool:
    """8, 12, 13 or 14 digits whose last is the right check digit."""
    if len(text) not in LENGTHS or not (text.isascii() and text.isdigit()):
        return False
    return sum(int(digit) * weight for digit, weight in zip(text, _weights(len(text)), strict=True)) % 10 == 0


def _judge(length: int) -> Judge:
    check = weights([_DIGITS] * length, _weights(length), 10, 0)
    return lambda characters: linear(characters, check)


JUDGES = {length: _judge(length) for length in LENGTHS}
"""Length -> judge of an n × length byte matrix."""


def gtin_column(array: pa.StringArray) -> Bools:
    """``is_gtin`` for a column."""
    return judged(array, JUDGES)


def check_digit(body: str) -> str:
    """The digit that completes 7, 11, 12 or 13 digits."""
    return str(-sum(int(d) * w for d, w in zip(body, _weights(len(body) + 1)[:-1], strict=True)) % 10)


def padded(text: str) -> str:
    """Any GTIN in its 14-digit form, as AI 01 and Digital Link carry it."""
    return text.zfill(14)
