"""The law by which each cell of a channel draws: how many outcomes, how likely each, and which cells draw at all.

A law follows from the shared value alone, so it is the same for every copy; only the draw is a grant's own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from desensitise.mark.gather import equal_texts, texts_of
from desensitise.mark.prf import Ints, Prf, Words, blocks
from desensitise.mark.profile import LONGEST_LIST, Channel, Profile

Flags = npt.NDArray[np.bool_]
BIAS_STEPS = 1024
# Biases of an arcsine law, cut off where one copy alone would stand out (Tardos 2008, 10.1145/1346330.1346335).
_LEAST_BIAS = 0.02
SHORT = {"month": 7, "day": 10}


@dataclass(frozen=True, slots=True)
class Law:
    """Laws of n cells. The draw is ``word mod modulus``; with a ``cut`` it is only whether that lies below the cut."""

    value: Ints
    modulus: Words
    cut: Words
    active: Flags

    def taken(self, places: Ints) -> Law:
        """The laws of the cells at ``places``."""
        return Law(self.value[places], self.modulus[places], self.cut[places], self.active[places])

    def symbols(self, words: Words) -> Ints:
        """What words draw: (..., n) words to (..., n) symbols."""
        drawn = words % self.modulus
        return np.where(self.cut > 0, drawn < self.cut, drawn).astype(np.int64)


def law_of(channel: Channel, column: pa.Array, rows: Words, profile: Profile, family: Prf) -> Law:
    """The law of a channel over the shared values of its column."""
    if channel.kind in {"list", "exemplar"}:
        return _choice(channel, column)
    if channel.kind == "precision":
        return _precision(channel, column, rows, family.words(blocks(rows, profile.lane(channel))))
    values, valid = integers(column)
    size = np.full(len(values), channel.size, np.uint64)
    if channel.kind == "rounding":
        rest = values % channel.size
        active = valid & (rest > 0) & (values - rest >= channel.floor)
        return Law(values, size, rest.astype(np.uint64), active)
    active = valid & (values - channel.size >= channel.floor)
    return Law(values, size * np.uint64(2) + np.uint64(1), np.zeros_like(size), active)


def _choice(channel: Channel, column: pa.Array) -> Law:
    lengths = pc.fill_null(pc.list_value_length(column), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    active = (lengths >= 2) & ((lengths <= LONGEST_LIST) | (channel.kind == "exemplar"))
    held = np.where(active, lengths, 1)
    ways = np.array([math.factorial(n) for n in range(LONGEST_LIST + 1)])
    modulus = held if channel.kind == "exemplar" else ways[np.minimum(held, LONGEST_LIST)]
    return Law(lengths, modulus.astype(np.uint64), np.zeros(len(lengths), np.uint64), active)


def _precision(channel: Channel, column: pa.Array, rows: Words, draws: Words) -> Law:
    if channel.coarse:
        known = _shortens(channel, column)
    else:
        scaled, known = scaled_decimals(column, channel.size)
        known = known & (scaled % 10 != 0)
    cut = _biases()[draws >> np.uint64(54)]
    return Law(np.zeros(len(rows), np.int64), np.full(len(rows), BIAS_STEPS, np.uint64), cut, known)


@cache
def _biases() -> Words:
    """Cuts of equally likely biases."""
    angle = math.asin(math.sqrt(_LEAST_BIAS))
    spread = (np.arange(BIAS_STEPS) + 0.5) / BIAS_STEPS
    bias = np.sin(angle + spread * (math.pi / 2 - 2 * angle)) ** 2
    cuts: Words = np.rint(bias * BIAS_STEPS).astype(np.uint64)
    return cuts


def _shortens(channel: Channel, column: pa.Array) -> Flags:
    """Where shortening tells: a date on the first of its month reads the same once a library has parsed it."""
    fine, coarse = shortened(channel, column)
    matrix = equal_texts(fine)
    if matrix is not None and channel.coarse == "month" and matrix.shape[1] == 10:
        told: Flags = (matrix[:, 7:] != np.frombuffer(b"-01", np.uint8)).any(1)
        return told
    informative = pc.not_equal(fine, pc.binary_join_element_wise(coarse, _first(channel), ""))
    longer = pc.greater(pc.utf8_length(fine), SHORT[channel.coarse])
    active = pc.fill_null(pc.and_(informative, longer), False)
    return np.asarray(active.to_numpy(zero_copy_only=False), np.bool_)


def _first(channel: Channel) -> pa.Scalar:
    return pa.scalar("-01" if channel.coarse == "month" else " 00:00:00")


def shortened(channel: Channel, column: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Dates or times as texts, in full and shortened."""
    fine = column if pa.types.is_string(column.type) else column.cast(pa.string())
    matrix = equal_texts(fine)
    if matrix is not None and matrix.shape[1] >= SHORT[channel.coarse]:
        return fine, texts_of(matrix[:, : SHORT[channel.coarse]])
    return fine, pc.utf8_slice_codeunits(fine, 0, SHORT[channel.coarse])


def integers(column: pa.Array) -> tuple[Ints, Flags]:
    """Whole numbers and which are there; nulls are nought."""
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    whole = column if pa.types.is_integer(column.type) else pc.cast(column, pa.int64(), safe=False)
    return pc.fill_null(whole, 0).to_numpy(zero_copy_only=False).astype(np.int64), valid


def scaled_decimals(column: pa.Array, scale: int) -> tuple[Ints, Flags]:
    """Decimals times 10^scale as whole numbers, and which are there."""
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    numbers = pc.fill_null(pc.cast(column, pa.float64()), 0.0).to_numpy(zero_copy_only=False)
    # Exact below 2^53, which is what a protected quantity or price with its decimals is.
    return np.rint(numbers * 10**scale).astype(np.int64), valid & (np.abs(numbers) * 10**scale < 2**53)
