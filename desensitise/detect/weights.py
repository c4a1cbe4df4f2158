"""The weights of LAC-small as arrays: read from where jieba keeps them, checked to be there.

The weights (12.5 MB, MIT) come with jieba 0.42.1, whose own loader needs a framework that is no longer made. Layer
equations follow PaddlePaddle's ``dynamic_gru`` (update gate weighs the candidate) and ``linear_chain_crf`` (rows:
start, end, then transitions from each tag).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catalog.errors import SettingsError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

SIZE = 128
"""Width of letters' vectors and of each direction's state."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Both directions of a layer, forwards first. What enters a logistic function is halved (see ``network``).

    ``into`` is (width, 6 * SIZE): update, reset and candidate forwards, then backwards; ``bias`` (6 * SIZE);
    ``gates`` (2, SIZE, 2 * SIZE); ``candidate`` (2, SIZE, SIZE).
    """

    into: Floats
    bias: Floats
    gates: Floats
    candidate: Floats


@dataclass(frozen=True, slots=True)
class Weights:
    """All weights and both dictionaries; ``letters`` has the number of each known character and of ``OOV``."""

    letters: dict[str, int]
    tags: tuple[str, ...]
    embedding: Floats
    layers: tuple[Layer, Layer]
    out: Floats
    out_bias: Floats
    start: Floats
    end: Floats
    moves: Floats


def folder() -> Path:
    """Where jieba keeps the weights; jieba itself is never imported. SettingsError when it is not installed."""
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
def weights() -> Weights:
    """The weights, read once."""
    place = folder()
    letters = {word: int(number) for number, word in _pairs(place / "word.dic")}
    tags = tuple(name for _, name in _pairs(place / "tag.dic"))
    load = _Loader(place / "model_baseline")
    crf = load.matrix("crfw", len(tags) + 2, len(tags))
    return Weights(
        letters=letters,
        tags=tags,
        embedding=load.matrix("word_emb", max(letters.values()) + 1, SIZE),
        layers=(load.layer(0, SIZE), load.layer(1, 2 * SIZE)),
        out=load.matrix("fc_4.w_0", 2 * SIZE, len(tags)),
        out_bias=load.matrix("fc_4.b_0", 1, len(tags))[0],
        start=crf[0],
        end=crf[1],
        moves=crf[2:],
    )


def _pairs(path: Path) -> list[tuple[str, str]]:
    lines = path.read_text(encoding="utf-8").split("\n")
    split = [line.split("\t") for line in lines]
    return [(parts[0], parts[1]) for parts in split if len(parts) == 2]


@dataclass(frozen=True, slots=True)
class _Loader:
    """Reads saved tensors: a short header, then the floats."""

    place: Path

    def matrix(self, name: str, rows: int, columns: int) -> Floats:
        content = (self.place / name).read_bytes()
        read = np.frombuffer(content[-4 * rows * columns :], "<f4").reshape(rows, columns).astype(np.float32)
        # Units that training left dead hold numbers below the normal range, over which processors stumble: they cost
        # half of a layer's time and weigh nothing.
        read[np.abs(read) < np.finfo(np.float32).tiny] = 0
        return read

    def layer(self, number: int, width: int) -> Layer:
        ways = [self._direction(2 * number + way, width) for way in (0, 1)]
        into, bias, gates, candidate = zip(*ways, strict=True)
        return Layer(np.concatenate(into, axis=1), np.concatenate(bias), np.stack(gates), np.stack(candidate))

    def _direction(self, number: int, width: int) -> tuple[Floats, Floats, Floats, Floats]:
        recurrent = self.matrix(f"gru_{number}.w_0", 1, 3 * SIZE * SIZE)[0]
        gates = 2 * SIZE * SIZE
        bias = self.matrix(f"fc_{number}.b_0", 1, 3 * SIZE)[0] + self.matrix(f"gru_{number}.b_0", 1, 3 * SIZE)[0]
        halves = np.repeat(np.array([0.5, 0.5, 1.0], np.float32), SIZE)
        return (
            self.matrix(f"fc_{number}.w_0", width, 3 * SIZE) * halves,
            bias * halves,
            recurrent[:gates].reshape(SIZE, 2 * SIZE) * np.float32(0.5),
            recurrent[gates:].reshape(SIZE, SIZE),
        )
