"""Texts of one length as a matrix of code points, one row each, and back."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

Points: TypeAlias = npt.NDArray[np.uint32]


def matrix(texts: pl.Series, length: int) -> Points:
    """Code points (n, length) of texts that all have so many characters."""
    return np.frombuffer("".join(texts).encode("utf-32-le"), "<u4").reshape(-1, length)


def strings(points: Points) -> list[str]:
    """The texts of rows of code points."""
    length = points.shape[1]
    text = points.astype("<u4").tobytes().decode("utf-32-le")
    return [text[begin : begin + length] for begin in range(0, len(text), length)]


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
