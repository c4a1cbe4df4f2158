"""Record keys: a secret number below 2**32 for each record, by keyed hashing of whole columns at once.

Strongly universal multilinear hashing (Lemire and Kaser 2014) over 32-bit words, with coefficients drawn from the
secret by SHAKE-256 for each length, then mixed so that sums of keys follow no sum of identifiers. Keys never leave the
house; whoever could guess them could take the noise off again.
"""

from __future__ import annotations

import hashlib
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from catalog.errors import DeclarationError

SPAN = 2**32
ROWS = 1 << 18
Words: TypeAlias = npt.NDArray[np.uint64]


def record_keys(identifiers: pl.Series, secret: bytes) -> Words:
    """A key for each identifier; equal identifiers have equal keys. DeclarationError for a secret below 16 bytes."""
    if len(secret) < 16:
        raise DeclarationError("Cell key: the secret is shorter than 16 bytes.", todo="Give a longer key.")
    texts = identifiers.cast(pl.String).fill_null("")
    lengths = texts.str.len_bytes().to_numpy()
    keys = np.zeros(len(texts), dtype=np.uint64)
    for length in np.unique(lengths).tolist():
        mine = np.flatnonzero(lengths == length)
        same = texts if len(mine) == len(texts) else texts.gather(mine)
        for start in range(0, len(mine), ROWS):
            part = mine[start : start + ROWS]
            keys[part] = _hashed(same[start : start + ROWS], int(length), secret)
    return keys


def _hashed(texts: pl.Series, length: int, secret: bytes) -> Words:
    """Keys of texts of one length in bytes."""
    words = -(-length // 4)
    drawn = hashlib.shake_256(b"record key 1\0" + length.to_bytes(8, "big") + secret).digest(8 * (words + 1))
    coefficients = np.frombuffer(drawn, dtype="<u8").astype(np.uint64)
    content = np.zeros((len(texts), 4 * words), dtype=np.uint8)
    if length:
        arrow = texts.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
        first = int(np.frombuffer(arrow.buffers()[1], dtype=np.int64)[arrow.offset])
        joined = np.frombuffer(arrow.buffers()[2], dtype=np.uint8)
        content[:, :length] = joined[first : first + len(texts) * length].reshape(len(texts), length)
    found = np.full(len(texts), coefficients[0], dtype=np.uint64)
    numbers = content.view("<u4")
    for at in range(words):
        found += coefficients[at + 1] * numbers[:, at].astype(np.uint64)
    return _mixed(found) >> np.uint64(32)


def _mixed(numbers: Words) -> Words:
    """The finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(numbers ^ (numbers >> np.uint64(31)))
