"""The pseudo-random function behind all marks: one block of AES-128 or SM4 a cell, many cells at once.

A block is the row's number (64 bits), the lane of the channel (16 bits) and the value's low 48 bits, so what a cell
draws depends on nothing else: neither batch nor page nor order. The first half of the encrypted block is the draw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB

CipherName: TypeAlias = Literal["aes", "sm4"]
Words: TypeAlias = npt.NDArray[np.uint64]
Ints: TypeAlias = npt.NDArray[np.int64]

_LOW = np.uint64((1 << 48) - 1)
_BLOCK = 16
_NEAR = 16_384


def blocks(rows: Words, lane: int, values: Words | Ints | int = 0) -> Words:
    """Blocks (n, 2) of cells: ``rows`` number them, ``lane`` (0 to 65535) parts the channels, ``values`` may vary."""
    made = np.empty((len(rows), 2), np.uint64)
    made[:, 0] = rows
    high = np.uint64(lane << 48)
    if isinstance(values, int):
        made[:, 1] = high | np.uint64(values & int(_LOW))
        return made
    low = values.view(np.uint64) & _LOW
    low |= high
    made[:, 1] = low
    return made


class Prf:
    """A keyed function from blocks to 64-bit words; not shared between threads."""

    def __init__(self, key: bytes, cipher: CipherName = "aes") -> None:
        kind = AES if cipher == "aes" else SM4
        # Blocks never repeat within a key and reveal nothing by being equal: the mode of single blocks is the PRF.
        self._encryptor = Cipher(kind(key[:16]), ECB()).encryptor()  # noqa: S305
        self._room = bytearray()

    def words(self, made: Words) -> Words:
        """One word for each block."""
        return self._encrypted(made).copy()

    def _encrypted(self, made: Words) -> Words:
        """The same, to be read before the next call."""
        size = made.nbytes
        if len(self._room) < size + _BLOCK:
            self._room = bytearray(size + _BLOCK)
        self._encryptor.update_into(np.ascontiguousarray(made).view(np.uint8).data, self._room)
        return np.frombuffer(self._room, np.uint64, count=size // 8).reshape(-1, 2)[:, 0]

    def drawn(self, rows: Words, lane: int, values: Words | Ints | int = 0) -> Words:
        """The words of ``blocks``, some thousand at a time: what is written is read while it is near."""
        made = np.empty(len(rows), np.uint64)
        if not isinstance(values, int) and len(values) and not values.strides[0]:
            values = int(values[0])  # all stand in the memory of one
        for begin in range(0, len(rows), _NEAR):
            near = slice(begin, begin + _NEAR)
            cells = blocks(rows[near], lane, values if isinstance(values, int) else values[near])
            made[near] = self._encrypted(cells)
        return made

    def fill(self, made: memoryview, room: memoryview) -> None:
        """Encrypt blocks into ``room``, which is a block longer."""
        self._encryptor.update_into(made, room)


def many(ciphers: Sequence[Prf], made: Words) -> Words:
    """The words of the same blocks under each cipher: (ciphers, n)."""
    size = made.nbytes
    room = np.empty(len(ciphers) * size + _BLOCK, np.uint8)
    said = np.ascontiguousarray(made).view(np.uint8).data
    for place, cipher in enumerate(ciphers):
        cipher.fill(said, room[place * size :].data)
    return room[: len(ciphers) * size].view(np.uint64).reshape(len(ciphers), -1, 2)[:, :, 0]


def stream(key: bytes, label: str, words: int) -> Words:
    """``words`` pseudo-random words for a purpose, the same everywhere (SHAKE-128)."""
    return np.frombuffer(hashlib.shake_128(key + label.encode()).digest(words * 8), "<u8").astype(np.uint64)
