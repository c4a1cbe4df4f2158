"""A keyed permutation of the numbers below a size that leaves none where it was.

FF1 on bits permutes a power of two; what falls outside of the size is permuted again until it is inside (cycle
walking). Between two such permutations, forth and back, every number is moved by the same secret distance: so no number
can come back to itself.
"""

from __future__ import annotations

import hmac

import numpy as np

from desensitise.ff1 import FF1, Words

LEAST_BITS = 20
"""FF1 is not used on fewer than a million numbers."""


class Derangement:
    """The permutation of ``size`` (2 to 2^62) numbers under a key; below 2^18 each walk takes many steps."""

    def __init__(self, key: bytes, size: int) -> None:
        self.size = size
        self.bits = max(LEAST_BITS, (size - 1).bit_length())
        self.distance = distance(key, size)
        self._ff1 = FF1(key, 2)

    def __call__(self, ranks: Words) -> Words:
        """Where each number goes."""
        moved = (self._walk(ranks, backwards=False) + np.uint64(self.distance)) % np.uint64(self.size)
        return self._walk(moved, backwards=True)

    def _walk(self, ranks: Words, *, backwards: bool) -> Words:
        done = self._ff1.numbers(ranks, self.bits, backwards=backwards)
        outside = np.flatnonzero(done >= self.size)
        while len(outside):
            done[outside] = self._ff1.numbers(done[outside], self.bits, backwards=backwards)
            outside = outside[done[outside] >= self.size]
        return done


def distance(key: bytes, size: int) -> int:
    """How far every number is moved between the two permutations: 1 to ``size`` - 1."""
    said = f"quality-open-data-hub derangement 1 {size}".encode()
    return 1 + int.from_bytes(hmac.digest(key, said, "sha256"), "big") % (size - 1)
