"""SM4 (GB/T 32907-2016) and FF1 (NIST SP 800-38G) written out step by step, one value at a time."""

# ruff: noqa: N803, N806, S305 - letters are those of the standards
from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

_WORD = 0xFFFFFFFF
_FK = (0xA3B1BAC6, 0x56AA3350, 0x677D9197, 0xB27022DC)


def _box() -> tuple[int, ...]:
    """The S-box by its making: an affine map, the inverse in GF(2^8) modulo 0x1F5, and the affine map again."""

    def times(a: int, b: int) -> int:
        product = 0
        for bit in range(8):
            if b >> bit & 1:
                product ^= a << bit
        for bit in range(14, 7, -1):
            if product >> bit & 1:
                product ^= 0x1F5 << (bit - 8)
        return product

    def affine(x: int) -> int:
        rows = (0xA7, 0x4F, 0x9E, 0x3D, 0x7A, 0xF4, 0xE9, 0xD3)
        return sum(((x & row).bit_count() & 1) << bit for bit, row in enumerate(rows)) ^ 0xD3

    inverse = [0] * 256
    for x in range(1, 256):
        inverse[x] = next(y for y in range(1, 256) if times(x, y) == 1)
    return tuple(affine(inverse[affine(x)]) for x in range(256))


_BOX = _box()


def _turned(word: int, by: int) -> int:
    return (word << by | word >> (32 - by)) & _WORD


def _tau(word: int) -> int:
    return int.from_bytes(bytes(_BOX[byte] for byte in word.to_bytes(4, "big")), "big")


def sm4(key: bytes, block: bytes) -> bytes:
    """One block of 16 bytes under a key of 16 bytes."""
    K = [int.from_bytes(key[at : at + 4], "big") ^ _FK[at // 4] for at in range(0, 16, 4)]
    X = [int.from_bytes(block[at : at + 4], "big") for at in range(0, 16, 4)]
    for i in range(32):
        ck = int.from_bytes(bytes((4 * i + j) * 7 % 256 for j in range(4)), "big")
        word = _tau(K[1] ^ K[2] ^ K[3] ^ ck)
        rk = K[0] ^ word ^ _turned(word, 13) ^ _turned(word, 23)
        K = [*K[1:], rk]
        word = _tau(X[1] ^ X[2] ^ X[3] ^ rk)
        X = [*X[1:], X[0] ^ word ^ _turned(word, 2) ^ _turned(word, 10) ^ _turned(word, 18) ^ _turned(word, 24)]
    return b"".join(word.to_bytes(4, "big") for word in reversed(X))


def aes(key: bytes, block: bytes) -> bytes:
    """One block of AES under a key of 16, 24 or 32 bytes."""
    return Cipher(AES(key), ECB()).encryptor().update(block)


def ff1(
    ciph: Callable[[bytes], bytes], radix: int, X: Sequence[int], T: bytes = b"", *, decrypt: bool = False
) -> list[int]:
    """Algorithms 7 and 8 of SP 800-38G: ``ciph`` encrypts one block, ``X`` are numerals, ``T`` is the tweak."""
    n, t = len(X), len(T)
    u = n // 2
    v = n - u
    A, B = _num(X[:u], radix), _num(X[u:], radix)
    b = math.ceil((radix**v - 1).bit_length() / 8)
    d = 4 * math.ceil(b / 4) + 4
    P = bytes([1, 2, 1]) + radix.to_bytes(3, "big") + bytes([10, u % 256]) + n.to_bytes(4, "big") + t.to_bytes(4, "big")
    for i in reversed(range(10)) if decrypt else range(10):
        m = u if i % 2 == 0 else v
        Q = T + bytes((-t - b - 1) % 16) + bytes([i]) + (A if decrypt else B).to_bytes(b, "big")
        R = _prf(ciph, P + Q)
        S = R
        for j in range(1, math.ceil(d / 16)):
            S += ciph(bytes(x ^ y for x, y in zip(R, j.to_bytes(16, "big"), strict=True)))
        y = int.from_bytes(S[:d], "big")
        if decrypt:
            A, B = (B - y) % radix**m, A
        else:
            A, B = B, (A + y) % radix**m
    return _str(A, u, radix) + _str(B, v, radix)


def _prf(ciph: Callable[[bytes], bytes], said: bytes) -> bytes:
    state = bytes(16)
    for at in range(0, len(said), 16):
        state = ciph(bytes(x ^ y for x, y in zip(state, said[at : at + 16], strict=True)))
    return state


def _num(X: Sequence[int], radix: int) -> int:
    total = 0
    for x in X:
        total = total * radix + x
    return total


def _str(number: int, length: int, radix: int) -> list[int]:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, radix)
        digits.append(digit)
    return digits[::-1]
