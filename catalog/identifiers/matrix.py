"""Check digits of whole columns: the Arrow byte buffer seen as a matrix of characters, one row per value.

Every check digit of the house except ISO 7064 MOD 11,10 is linear: the sum of value times weight over all positions,
the check character included, leaves a known remainder. Two characters are looked up at a time, in tables of what each
pair adds to the remainder. A character that may not stand at a position is worth ``FORBIDDEN`` and spoils the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalog.identifiers.arrays import Bools, Bytes
from catalog.identifiers.characters import letters

FORBIDDEN = 1 << 12
"""More than any sum of remainders; nine pairs of it still fit 16 bits."""

_BLOCK = 4096
"""Rows whose characters and bounds stay near the processor together."""

Judge = Callable[[Bytes], Bools]


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear check: what each pair of characters adds, little-endian; the last of an odd length stands alone.

    ``sound`` tells of every sum whether it is right.
    """

    pairs: tuple[NDArray[np.uint16], ...]
    sound: Bools


def weights(alphabets: Sequence[str], factors: Sequence[int], modulus: int, remainder: int) -> Weights:
    """Tables for a check; ``alphabets[i]`` lists the characters worth 0, 1, 2 … at position i."""
    single = np.full((len(factors) + len(factors) % 2, 256), FORBIDDEN, np.uint16)
    for position, (alphabet, factor) in enumerate(zip(alphabets, factors, strict=True)):
        for value, character in enumerate(alphabet):
            single[position, ord(character)] = value * factor % modulus
    if len(factors) % 2:
        single[-1] = 0
    added = np.minimum(single[::2, None, :] + single[1::2, :, None], FORBIDDEN)
    sums = np.arange(1 << 16)
    return Weights(
        tuple(added.reshape(len(added), -1).astype(np.uint16)), (sums < FORBIDDEN) & (sums % modulus == remainder)
    )


def linear(characters: Bytes, check: Weights) -> Bools:
    """Whether each row of an n × k byte matrix has only allowed characters and the wanted remainder."""
    count, width = characters.shape
    whole = characters[:, : width // 2 * 2].view("<u2")
    total = np.zeros(count, np.uint16)
    for position, worth in enumerate(check.pairs):
        total += worth.take(whole[:, position] if position < width // 2 else characters[:, -1])
    return check.sound.take(total)


def between(characters: Bytes, low: Bytes, span: Bytes) -> Bools:
    """Whether each character of an n × k byte matrix is at most ``span`` above the ``low`` of its position."""
    width = characters.shape[1]
    sound = np.ones(len(characters), bool)
    rows = max(1, min(len(characters), _BLOCK))
    lows, spans = np.tile(low, rows), np.tile(span, rows)
    body = characters.reshape(-1)
    for start in range(0, len(body), len(lows)):
        block = body[start : start + len(lows)]
        # What lies below turns round and so lies far above.
        outside = np.flatnonzero(block - lows[: len(block)] > spans[: len(block)])
        sound[(outside + start) // width] = False
    return sound


def windows(data: Bytes, starts: NDArray[np.int32], width: int) -> Bytes:
    """The ``width`` bytes from each start on, as a matrix; every one must lie within the data."""
    if not len(starts):
        return np.zeros((0, width), np.uint8)
    # Items of ``width`` bytes are copied whole, several times faster than byte by byte.
    items = np.ndarray(len(data) - width + 1, f"V{width}", data, strides=1)[starts]
    return items.view(np.uint8).reshape(-1, width)


def judged(array: pa.StringArray, judges: dict[int, Judge]) -> Bools:
    """Verdict per value: the judge for its length in bytes decides, other lengths and nulls fail."""
    data, bounds = letters(array)
    lengths = np.diff(bounds)
    verdict = np.zeros(len(array), bool)
    for length, judge in judges.items():
        rows = lengths == length
        if rows.all() and len(rows):
            verdict = judge(data[bounds[0] : bounds[-1]].reshape(len(rows), length))
        elif rows.any():
            verdict[rows] = judge(windows(data, bounds[:-1][rows], length))
    if array.null_count:
        verdict &= array.is_valid().to_numpy(zero_copy_only=False)
    return verdict
