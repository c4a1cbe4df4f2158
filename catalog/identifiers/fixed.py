"""Patterns that are a row of character classes, such as ``[A-Z]{2}[0-9]{8}``, asked of whole columns.

Such a pattern fits texts of one length only, so the values are a matrix of characters. Where the characters of every
class follow each other, two comparisons tell; else two characters are looked up at a time. Both are several times as
fast as a regular expression.
"""

from __future__ import annotations

import re
from functools import cache, partial

import numpy as np
import pyarrow as pa

from catalog.identifiers.arrays import Bools
from catalog.identifiers.matrix import Judge, between, judged, linear, weights

LONGEST = 32
_ATOM = re.compile(r"(?:\[([0-9A-Za-z_:;,/@ -]+)\]|([0-9A-Za-z_:;,/@ -]))(?:\{([0-9]{1,2})\})?")
_RANGE = re.compile(r"(.)-(.)|(.)")


@cache
def alphabets(pattern: str) -> tuple[str, ...] | None:
    """The characters allowed at each position; None for a pattern that says more, or is longer than ``LONGEST``."""
    found: list[str] = []
    end = 0
    for atom in _ATOM.finditer(pattern):
        if atom.start() != end or len(found) > LONGEST:
            return None
        end = atom.end()
        allowed = _expanded(atom[1]) if atom[1] else atom[2]
        found.extend([allowed] * int(atom[3] or 1))
    return tuple(found) if end == len(pattern) and 0 < len(found) <= LONGEST else None


def _expanded(inside: str) -> str:
    """The characters of a class; ``re`` refuses ranges that run backwards before this is asked."""
    parts = _RANGE.findall(inside)
    spelled = ("".join(map(chr, range(ord(a), ord(b) + 1))) if a else one for a, b, one in parts)
    return "".join(dict.fromkeys("".join(spelled)))


def fits(array: pa.StringArray, allowed: tuple[str, ...]) -> Bools:
    """Whether each value is one allowed character after the other; nulls do not fit."""
    return judged(array, {len(allowed): _judge(allowed)})


@cache
def _judge(allowed: tuple[str, ...]) -> Judge:
    codes = [sorted(map(ord, characters)) for characters in allowed]
    low, span = (np.array(numbers, np.uint8) for numbers in zip(*((c[0], c[-1] - c[0]) for c in codes), strict=True))
    if all(len(c) == width + 1 for c, width in zip(codes, span.tolist(), strict=True)):
        return partial(between, low=low, span=span)
    return partial(linear, check=weights(allowed, [0] * len(allowed), 1, 0))
