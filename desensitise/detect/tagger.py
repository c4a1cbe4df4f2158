"""Part-of-speech and entity tags of Chinese text: LAC-small, a two-layer BiGRU with a CRF, run in numpy.

The weights (12.5 MB, MIT) come with jieba 0.42.1, whose own loader needs a framework that is no longer made. Layer
equations follow PaddlePaddle's ``dynamic_gru`` (update gate weighs the candidate) and ``linear_chain_crf`` (rows:
start, end, then transitions from each tag).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catalog.errors import SettingsError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_SIZE = 128
# Products have one of two shapes whatever texts come together, so a text's tags do not depend on its neighbours.
_ROWS, _FEW = 64, 8
_STEP = 16
_HALF = np.float32(0.5)
_LONGEST = 512


@dataclass(frozen=True, slots=True)
class Word:
    """Characters ``start`` to ``end`` carry ``tag`` (``PER``, ``LOC``, ``ORG``, ``nr``, ``n`` …)."""

    start: int
    end: int
    tag: str


@dataclass(frozen=True, slots=True)
class _Direction:
    """One direction of a layer: input projection with both biases, and the recurrent weights."""

    into: Floats
    bias: Floats
    gates: Floats
    candidate: Floats


@dataclass(frozen=True, slots=True)
class _Model:
    """All weights and both dictionaries."""

    letters: dict[str, int]
    tags: tuple[str, ...]
    embedding: Floats
    layers: tuple[tuple[_Direction, _Direction], ...]
    out: Floats
    out_bias: Floats
    start: Floats
    end: Floats
    moves: Floats


def tag(texts: Sequence[str]) -> list[list[Word]]:
    """Words with tags for each text; SettingsError when the weights are not installed."""
    model = _model()
    found: list[list[Word]] = [[] for _ in texts]
    pieces = sorted(
        (
            (min(len(text) - at, _LONGEST), number, at)
            for number, text in enumerate(texts)
            for at in range(0, len(text), _LONGEST)
        ),
    )
    rows = _FEW if len(pieces) <= _FEW else _ROWS
    for first in range(0, len(pieces), rows):
        group = pieces[first : first + rows]
        ids = np.zeros((rows, -(-group[-1][0] // _STEP) * _STEP), np.int64)
        lengths = np.ones(rows, np.int64)
        for row, (length, number, at) in enumerate(group):
            ids[row, :length] = [model.letters.get(c, model.letters["OOV"]) for c in texts[number][at : at + length]]
            lengths[row] = length
        best = _decoded(model, _emissions(model, ids, lengths), lengths)
        for row, (length, number, at) in enumerate(group):
            found[number] += _words(model.tags, best[row, :length], at)
    return found


def _words(tags: tuple[str, ...], best: Ints, at: int) -> Iterator[Word]:
    begin, current = 0, ""
    for place, number in enumerate(best):
        name, _, part = tags[number].partition("-")
        if part == "B" or name != current:
            if current:
                yield Word(at + begin, at + place, current)
            begin, current = place, name
    if current:
        yield Word(at + begin, at + len(best), current)


def _emissions(model: _Model, ids: Ints, lengths: Ints) -> Floats:
    rows, steps = ids.shape
    places = np.arange(steps)
    # Reading backwards, each row begins at its own end; what is beyond its length stays beyond it.
    backward = np.where(places < lengths[:, None], lengths[:, None] - 1 - places, places)
    values: Floats = model.embedding[ids]
    for ahead, back in model.layers:
        left = _gru(ahead, values)
        right = _gru(back, np.take_along_axis(values, backward[:, :, None], 1))
        values = np.concatenate([left, np.take_along_axis(right, backward[:, :, None], 1)], axis=2)
    emitted: Floats = values.reshape(rows * steps, -1) @ model.out + model.out_bias
    return emitted.reshape(rows, steps, -1)


def _gru(direction: _Direction, values: Floats) -> Floats:
    rows, steps, _ = values.shape
    flat = np.ascontiguousarray(values.transpose(1, 0, 2)).reshape(steps * rows, -1)
    into = (flat @ direction.into + direction.bias).reshape(steps, rows, -1)
    state: Floats = np.zeros((rows, _SIZE), np.float32)
    out = np.empty((steps, rows, _SIZE), np.float32)
    for step in range(steps):
        # The logistic function by way of tanh, which is faster and cannot overflow.
        gates = _HALF + _HALF * np.tanh(_HALF * (into[step, :, : 2 * _SIZE] + state @ direction.gates))
        update, reset = gates[:, :_SIZE], gates[:, _SIZE:]
        candidate = np.tanh(into[step, :, 2 * _SIZE :] + (reset * state) @ direction.candidate)
        state += update * (candidate - state)
        out[step] = state
    return out.transpose(1, 0, 2)


def _decoded(model: _Model, emitted: Floats, lengths: Ints) -> Ints:
    """The best tags of each row (Viterbi); beyond a row's length they mean nothing."""
    rows, steps, count = emitted.shape
    score = model.start + emitted[:, 0]
    came = np.zeros((steps, rows, count), np.int64)
    everyone = np.arange(rows)
    for step in range(1, steps):
        through = score[:, :, None] + model.moves
        before = through.argmax(axis=1)
        longer = np.take_along_axis(through, before[:, None], 1)[:, 0] + emitted[:, step]
        goes_on = step < lengths
        score = np.where(goes_on[:, None], longer, score)
        came[step] = before
    best = np.zeros((rows, steps), np.int64)
    current = (score + model.end).argmax(axis=1)
    for step in range(steps - 1, -1, -1):
        best[:, step] = current
        current = np.where(step < lengths, came[step, everyone, current], current) if step else current
    return best


def folder() -> Path:
    """Where jieba keeps the weights; jieba itself is never imported."""
    found = find_spec("jieba")
    place = Path(found.origin).parent / "lac_small" if found and found.origin else None
    if place is None or not (place / "model_baseline" / "word_emb").is_file():
        raise SettingsError(
            "The weights that find names of persons are missing: package jieba 0.42.1 is not installed.",
            left="Nothing was looked at.",
            todo="Install the hub with its locked dependencies.",
        )
    return place


@cache
def digest() -> str:
    """SHA-256 over weights and dictionaries: they decide what free text loses."""
    place = folder()
    files = [place / "word.dic", place / "tag.dic", *sorted((place / "model_baseline").iterdir())]
    total = hashlib.sha256()
    for file in files:
        total.update(file.name.encode() + b"\0" + file.read_bytes())
    return total.hexdigest()


@cache
def _model() -> _Model:
    place = folder()
    letters = {word: int(number) for number, word in _pairs(place / "word.dic")}
    tags = tuple(name for _, name in _pairs(place / "tag.dic"))
    load = _Loader(place / "model_baseline")
    crf = load.matrix("crfw", len(tags) + 2, len(tags))
    layers = tuple((load.direction(2 * n, _SIZE << n), load.direction(2 * n + 1, _SIZE << n)) for n in range(2))
    return _Model(
        letters=letters,
        tags=tags,
        embedding=load.matrix("word_emb", max(letters.values()) + 1, _SIZE),
        layers=layers,
        out=load.matrix("fc_4.w_0", 2 * _SIZE, len(tags)),
        out_bias=load.matrix("fc_4.b_0", 1, len(tags))[0],
        start=crf[0],
        end=crf[1],
        moves=crf[2:],
    )


def _pairs(path: Path) -> list[tuple[str, str]]:
    lines = path.read_text(encoding="utf-8").split("\n")
    return [(line.split("\t")[0], line.split("\t")[1]) for line in lines if line.count("\t") == 1]


@dataclass(frozen=True, slots=True)
class _Loader:
    """Reads saved tensors: a short header, then the floats."""

    place: Path

    def matrix(self, name: str, rows: int, columns: int) -> Floats:
        content = (self.place / name).read_bytes()
        return np.frombuffer(content[-4 * rows * columns :], "<f4").reshape(rows, columns).astype(np.float32)

    def direction(self, number: int, width: int) -> _Direction:
        weights = self.matrix(f"gru_{number}.w_0", 1, 3 * _SIZE * _SIZE)[0]
        gates = 2 * _SIZE * _SIZE
        bias = self.matrix(f"fc_{number}.b_0", 1, 3 * _SIZE)[0] + self.matrix(f"gru_{number}.b_0", 1, 3 * _SIZE)[0]
        return _Direction(
            into=self.matrix(f"fc_{number}.w_0", width, 3 * _SIZE),
            bias=bias,
            gates=np.ascontiguousarray(weights[:gates].reshape(_SIZE, 2 * _SIZE)),
            candidate=np.ascontiguousarray(weights[gates:].reshape(_SIZE, _SIZE)),
        )
