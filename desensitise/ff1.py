"""Format-preserving encryption FF1 (NIST SP 800-38G, 5.2), many values of one length at once, on AES or SM4.

The two halves of all values are vectors of 64-bit numbers, and each of the ten rounds is one call of the block cipher
over all of them. That holds while half of a value is below 2^56: 32 digits, 22 characters of USCC's alphabet.
"""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES, SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB

CipherName: TypeAlias = Literal["aes", "sm4"]
Words: TypeAlias = npt.NDArray[np.uint64]
Numerals: TypeAlias = npt.NDArray[np.uint64]

_ROUNDS = 10
_BLOCK = 16
_WIDEST = 1 << 56
_AT_ONCE = 16_384
"""Values whose blocks stay in the processor's cache."""


def longest(radix: int) -> int:
    """The most numerals of a value that can be encrypted here."""
    half = 1
    while radix ** (half + 1) <= _WIDEST:
        half += 1
    return 2 * half


class FF1:
    """FF1 under one key, radix (2 to 65,536) and tweak. Not shared between threads."""

    def __init__(self, key: bytes, radix: int, cipher: CipherName = "aes", tweak: bytes = b"") -> None:
        self.radix = radix
        self.tweak = tweak
        # Single blocks of a pseudo-random function: a mode that chains has no place here.
        self._encryptor = Cipher((AES if cipher == "aes" else SM4)(key), ECB()).encryptor()  # noqa: S305
        self._room = bytearray((_AT_ONCE + 1) * _BLOCK)

    def encrypt(self, values: Numerals) -> Numerals:
        """The ciphertexts (n, length) of plaintexts (n, length); each numeral is below the radix."""
        return self._all(values, backwards=False)

    def decrypt(self, values: Numerals) -> Numerals:
        """The plaintexts of ciphertexts."""
        return self._all(values, backwards=True)

    def numbers(self, values: Words, length: int, *, backwards: bool = False) -> Words:
        """The same for numbers instead of their numerals: radix^length of them, fewer than 2^63."""
        rounds = _Rounds(self, length)
        low = np.uint64(self.radix ** (length - length // 2))
        done = np.empty(values.shape, np.uint64)
        for at in range(0, len(values), _AT_ONCE):
            left, right = np.divmod(values[at : at + _AT_ONCE], low)
            left, right = rounds.backwards(left, right) if backwards else rounds.forwards(left, right)
            done[at : at + _AT_ONCE] = left * low + right
        return done

    def _all(self, values: Numerals, *, backwards: bool) -> Numerals:
        length = values.shape[1]
        rounds = _Rounds(self, length)
        done = np.empty(values.shape, np.uint64)
        for at in range(0, len(values), _AT_ONCE):
            some = values[at : at + _AT_ONCE].astype(np.uint64)
            left, right = self.number(some[:, : rounds.u]), self.number(some[:, rounds.u :])
            left, right = rounds.backwards(left, right) if backwards else rounds.forwards(left, right)
            place = done[at : at + _AT_ONCE]
            self.spell(left, place[:, : rounds.u])
            self.spell(right, place[:, rounds.u :])
        return done

    def number(self, numerals: Numerals) -> Words:
        """NUM_radix: the numbers that rows of numerals spell."""
        total = np.zeros(len(numerals), np.uint64)
        for at in range(numerals.shape[1]):
            total = total * np.uint64(self.radix) + numerals[:, at]
        return total

    def spell(self, numbers: Words, place: Numerals) -> None:
        """STR_radix: the numerals of numbers, written into ``place``."""
        for at in range(place.shape[1] - 1, -1, -1):
            numbers, place[:, at] = np.divmod(numbers, np.uint64(self.radix))

    def blocks(self, made: Words) -> Words:
        """CIPH of blocks (n, 2), whose words are numbers most significant byte first."""
        size = made.nbytes
        self._encryptor.update_into(made.byteswap().view(np.uint8).data, self._room)
        return np.frombuffer(self._room, np.uint64, count=size // 8).reshape(-1, 2).byteswap()


class _Rounds:
    """The round function for values of one length: what does not change between values is worked out once."""

    def __init__(self, ff1: FF1, length: int) -> None:
        self.ff1 = ff1
        self.u = length // 2
        v = length - self.u
        radix, tweak = ff1.radix, ff1.tweak
        if length < 2 or radix**v > _WIDEST:
            raise ValueError(f"FF1 here takes 2 to {longest(radix)} numerals of radix {radix}")
        self._modulus = (radix**self.u, radix**v)
        self._bytes = math.ceil((radix**v - 1).bit_length() / 8)  # b of the standard; at most 7
        self._long = self._bytes > 4  # whether d is 12 rather than 8
        head = bytes((1, 2, 1)) + radix.to_bytes(3, "big") + bytes((_ROUNDS, self.u % 256))
        head += length.to_bytes(4, "big") + len(tweak).to_bytes(4, "big")
        padded = tweak + bytes((-len(tweak) - self._bytes - 1) % _BLOCK) + bytes(1 + self._bytes)
        state = np.zeros((1, 2), np.uint64)
        for at in range(0, len(head + padded) - _BLOCK, _BLOCK):
            state = ff1.blocks(state ^ _block((head + padded)[at : at + _BLOCK]))
        self._start = (state ^ _block(padded[-_BLOCK:]))[0]

    def forwards(self, a: Words, b: Words) -> tuple[Words, Words]:
        for i in range(_ROUNDS):
            modulus = np.uint64(self._modulus[i % 2])
            a, b = b, (a + self._round(i, b)) % modulus
        return a, b

    def backwards(self, a: Words, b: Words) -> tuple[Words, Words]:
        for i in range(_ROUNDS - 1, -1, -1):
            modulus = np.uint64(self._modulus[i % 2])
            a, b = (b + (modulus - self._round(i, a))) % modulus, a
        return a, b

    def _round(self, i: int, half: Words) -> Words:
        """The number y of step 6, modulo that of the round."""
        made = np.empty((len(half), 2), np.uint64)
        made[:, 0] = self._start[0]
        made[:, 1] = half ^ (self._start[1] ^ np.uint64(i << 8 * self._bytes))
        out = self.ff1.blocks(made)
        modulus = self._modulus[i % 2]
        y: Words = out[:, 0] % np.uint64(modulus)
        if not self._long:
            return y
        step = next(bits for bits in (32, 16, 8) if modulus.bit_length() + bits <= 64)
        for shift in range(64 - step, 31, -step):
            part = (out[:, 1] >> np.uint64(shift)) & np.uint64((1 << step) - 1)
            y = ((y << np.uint64(step)) | part) % np.uint64(modulus)
        return y


def _block(said: bytes) -> Words:
    return np.frombuffer(said, ">u8").astype(np.uint64).reshape(1, 2)
