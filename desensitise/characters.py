"""Texts of one length as a matrix of code points, one row each, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Points: TypeAlias = npt.NDArray[np.uint32]


def matrix(texts: pl.Series, length: int) -> Points:
    """Code points (n, length) of texts that all have so many characters."""
    array = texts.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(pa.large_string())
    ends = np.frombuffer(array.buffers()[1], np.int64, count=len(array) + 1, offset=array.offset * 8)
    if ends[-1] - ends[0] == len(array) * length:  # a byte each: ASCII
        data = array.buffers()[2] or b""
        return np.frombuffer(data, np.uint8, count=int(ends[-1]))[ends[0] :].reshape(-1, length).astype(np.uint32)
    return np.frombuffer("".join(texts).encode("utf-32-le"), "<u4").reshape(-1, length)


def strings(points: Points) -> pl.Series:
    """The texts of rows of code points."""
    rows, length = points.shape
    if rows == 0 or points.max() > 127:
        text = points.astype("<u4").tobytes().decode("utf-32-le")
        return pl.Series([text[begin : begin + length] for begin in range(0, len(text), length)], dtype=pl.String)
    ends = np.arange(0, (rows + 1) * length, length, dtype=np.int64)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(points.astype(np.uint8))]
    return pl.Series(pa.Array.from_buffers(pa.large_string(), rows, buffers))


def laid(pieces: Sequence[tuple[npt.NDArray[np.integer], pl.Series]], rows: int) -> pl.Series:
    """Texts laid on their rows, each piece with the numbers of its own; null where no piece has one."""
    at = np.full(rows, -1, np.int64)
    begin = 0
    for own, _ in pieces:
        at[own] = np.arange(begin, begin + len(own))
        begin += len(own)
    texts = pl.concat([pl.Series([], dtype=pl.String), *(one for _, one in pieces)])
    found = pl.Series(at)
    return texts.gather(found.set(found < 0, None))


def signs(alphabet: str) -> Points:
    """The code points of an alphabet."""
    return np.array([ord(sign) for sign in alphabet], np.uint32)


def numerals(alphabet: str) -> npt.NDArray[np.uint16]:
    """The numeral of every code point up to the alphabet's last, and one beyond all of them for what is none."""
    table = np.full(max(map(ord, alphabet)) + 2, len(alphabet), np.uint16)
    table[signs(alphabet)] = np.arange(len(alphabet))
    return table


def spelled(points: Points, alphabet: str) -> npt.NDArray[np.uint16]:
    """Numerals of code points; what is not in the alphabet is ``len(alphabet)``."""
    table = numerals(alphabet)
    return table[np.minimum(points, len(table) - 1)]
