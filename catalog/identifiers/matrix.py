"""Check digits of whole columns: the Arrow byte buffer seen as a matrix of characters, one row per value.

Every check digit of the house except ISO 7064 MOD 11,10 is linear: the sum of value times weight over all positions,
the check character included, leaves a known remainder. A character that may not stand at a position is worth
``FORBIDDEN`` and spoils the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalog.identifiers.arrays import Bools, Bytes
from catalog.identifiers.characters import letters

FORBIDDEN = 1 << 20
Judge = Callable[[Bytes], Bools]


def tables(alphabets: Sequence[str], weights: Sequence[int]) -> NDArray[np.uint32]:
    """Position × byte table of value times weight; ``alphabets[i]`` lists the characters worth 0, 1, 2 … at i."""
    table = np.full((len(weights), 256), FORBIDDEN, np.uint32)
    for position, (alphabet, weight) in enumerate(zip(alphabets, weights, strict=True)):
        for value, character in enumerate(alphabet):
            table[position, ord(character)] = value * weight
    return table


def linear(characters: Bytes, table: NDArray[np.uint32], modulus: int, remainder: int) -> Bools:
    """Whether each row of an n × k byte matrix has only allowed characters and the wanted remainder."""
    total = np.zeros(len(characters), np.uint32)
    for position, worth in enumerate(table):
        total += worth.take(characters[:, position])
    sound: Bools = (total < FORBIDDEN) & (total % modulus == remainder)
    return sound


def judged(array: pa.StringArray, judges: dict[int, Judge]) -> Bools:
    """Verdict per value: the judge for its length in bytes decides, other lengths and nulls fail."""
    data, bounds = letters(array)
    lengths = np.diff(bounds)
    verdict = np.zeros(len(array), bool)
    for length, judge in judges.items():
        rows = lengths == length
        if rows.all() and len(rows):
            block = data[bounds[0] : bounds[-1]].reshape(len(rows), length)
            verdict = judge(block)
        elif rows.any():
            at = np.flatnonzero(rows)
            verdict[at] = judge(data[bounds[:-1][at][:, None] + np.arange(length)])
    if array.null_count:
        verdict &= array.is_valid().to_numpy(zero_copy_only=False)
    return verdict
