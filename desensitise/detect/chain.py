"""The chain of tags behind the network (a linear-chain CRF): how likely each tag is, and the best way through all.

Lafferty, McCallum, Pereira, Conditional Random Fields (2001): forward and backward sums give a tag's probability,
Viterbi the best way. The sums are products of small matrices and cost little; the maxima are only asked of the few tags
that the sums leave likely, which changes about one clause in three thousand.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from desensitise.detect.weights import Floats, Ints, weights

_KEPT = 6


class _Chain(NamedTuple):
    """Weights as factors: of a first tag, of a last one, of each step, of each step backwards."""

    start: Floats
    end: Floats
    ahead: Floats
    back: Floats


@cache
def _chain() -> _Chain:
    model = weights()
    ahead = np.exp(model.moves)
    return _Chain(np.exp(model.start), np.exp(model.end), ahead, np.ascontiguousarray(ahead.T))


def chances(emitted: Floats, lengths: Ints) -> Floats:
    """Probability of every tag for every letter, from scores (steps, rows, tags) of the same shape.

    Beyond a row's length they mean nothing.
    """
    steps, rows, count = emitted.shape
    chain = _chain()
    near = np.exp(emitted - emitted.max(axis=2, keepdims=True))
    told: Floats = np.empty_like(near)
    np.multiply(near[0], chain.start, out=told[0])
    for step in range(1, steps):
        np.matmul(told[step - 1], chain.ahead, out=told[step])
        told[step] *= near[step]
        told[step] /= told[step].sum(axis=1, keepdims=True)
    back = np.empty((rows, count), np.float32)
    for step in range(steps - 1, -1, -1):
        back[lengths - 1 <= step] = chain.end
        told[step] *= back
        near[step] *= back
        np.matmul(near[step], chain.back, out=back)
        back /= back.sum(axis=1, keepdims=True)
    told /= told.sum(axis=2, keepdims=True)
    return told


def best_tags(emitted: Floats, lengths: Ints, likely: Floats) -> Ints:
    """The best tags of each row (Viterbi) among the likeliest of each letter: (rows, steps); the rest means nothing."""
    model = weights()
    steps, rows, count = emitted.shape
    kept = np.argpartition(likely, count - _KEPT, axis=2)[:, :, count - _KEPT :]
    own = np.take_along_axis(emitted, kept, axis=2)
    moves = model.moves.reshape(-1)[kept[:-1, :, :, None] * count + kept[1:, :, None, :]]
    came = np.zeros((steps, rows, _KEPT), np.int64)
    scores = own
    scores[0] += model.start[kept[0]]
    for step in range(1, steps):
        through = moves[step - 1]
        through += scores[step - 1][:, :, None]
        np.argmax(through, axis=1, out=came[step])
        scores[step] += through.max(axis=1)
    every, last = np.arange(rows), lengths - 1
    at = (scores[last, every] + model.end[kept[last, every]]).argmax(axis=1)
    best = np.zeros((steps, rows), np.int64)
    for step in range(steps - 1, -1, -1):
        best[step] = kept[step, every, at]
        at = np.where(step < lengths, came[step, every, at], at)
    return best.T
