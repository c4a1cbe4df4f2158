"""The network behind the tagger: two layers of gated recurrent units in both directions, in numpy.

Rows of letters that end early are filled with ``PAD``, whose update gate is shut: a state passes it unchanged, so both
directions read the same rows without turning them round. The logistic function is taken by way of tanh, which is faster
and cannot overflow: 1 / (1 + exp(-x)) = (1 + tanh(x / 2)) / 2; the weights come halved.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from desensitise.detect.weights import SIZE, Floats, Ints, Weights, weights

PAD = -1
_HALF = np.float32(0.5)
_SHUT = np.float32(-1e4)
_BLOCK = 64
# Where the update gates of both directions stand in what enters a layer.
_UPDATES = np.r_[0:SIZE, 3 * SIZE : 4 * SIZE]


class _Letters:
    """What letters bring into the first layer, worked out once for each letter that was ever met.

    Untouched rows of the table cost no memory. Always the same number of letters is multiplied at once, so that a
    letter's numbers do not depend on its company.
    """

    def __init__(self, model: Weights) -> None:
        self._model = model
        count = len(model.embedding)
        self._table = np.empty((count + 1, 6 * SIZE), np.float32)
        self._table[PAD] = 0
        self._table[PAD, _UPDATES] = _SHUT
        self._known = np.zeros(count + 1, np.bool_)
        self._known[PAD] = True

    def of(self, ids: Ints) -> Floats:
        """Vectors of 6 * SIZE for each letter."""
        fresh = np.unique(ids[~self._known[ids]])
        layer = self._model.layers[0]
        for first in range(0, len(fresh), _BLOCK):
            some = np.resize(fresh[first : first + _BLOCK], _BLOCK)
            self._table[some] = self._model.embedding[some] @ layer.into + layer.bias
        self._known[fresh] = True
        return np.take(self._table, ids, axis=0, mode="wrap")


@cache
def _letters() -> _Letters:
    return _Letters(weights())


def emissions(ids: Ints) -> Floats:
    """Scores of every tag for every letter: (steps, rows) letters' numbers to (steps, rows, tags)."""
    model = weights()
    steps, rows = ids.shape
    flat = ids.reshape(-1)
    ends = np.flatnonzero(flat == PAD)[:, None]
    first, second = model.layers
    into = _letters().of(flat)
    states = _both(first.gates, first.candidate, into.reshape(steps, rows, -1))
    np.matmul(states.reshape(steps * rows, -1), second.into, out=into)
    into += second.bias
    into[ends, _UPDATES] = _SHUT
    states = _both(second.gates, second.candidate, into.reshape(steps, rows, -1))
    emitted: Floats = states.reshape(steps * rows, -1) @ model.out + model.out_bias
    return emitted.reshape(steps, rows, -1)


def _both(recurrent: Floats, candidate: Floats, into: Floats) -> Floats:
    """States after each step, of both directions side by side: (steps, rows, 2 * SIZE)."""
    steps, rows, _ = into.shape
    state = np.zeros((2, rows, SIZE), np.float32)
    gates = np.empty((2, rows, 2 * SIZE), np.float32)
    update, reset = gates[:, :, :SIZE], gates[:, :, SIZE:]
    new, kept = np.empty_like(state), np.empty_like(state)
    out = np.empty((steps, rows, 2 * SIZE), np.float32)
    for step in range(steps):
        ahead, back = into[step, :, : 3 * SIZE], into[steps - 1 - step, :, 3 * SIZE :]
        np.matmul(state, recurrent, out=gates)
        gates[0] += ahead[:, : 2 * SIZE]
        gates[1] += back[:, : 2 * SIZE]
        np.tanh(gates, out=gates)
        gates *= _HALF
        gates += _HALF
        np.multiply(reset, state, out=kept)
        np.matmul(kept, candidate, out=new)
        new[0] += ahead[:, 2 * SIZE :]
        new[1] += back[:, 2 * SIZE :]
        np.tanh(new, out=new)
        new -= state
        new *= update
        state += new
        out[step, :, :SIZE] = state[0]
        out[steps - 1 - step, :, SIZE:] = state[1]
    return out
