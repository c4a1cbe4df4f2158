"""White space and full-width characters: one definition for every reader of text in the house.

Spreadsheets of Chinese bureaus hold ``９１３２…`` as often as ``9132…``. Codes, numbers and dates are narrowed before
they are judged; free text is left as it was written, because a published fact is not changed.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from catalog.identifiers.arrays import Bytes

WHITE = " \t\n\r\v\f\u00a0\u3000\ufeff"
"""What is cut from both ends of a cell. Named one by one: Python's and Rust's own sets differ."""

_WIDE = "".join(chr(0xFF01 + n) for n in range(94) if chr(0x21 + n).isalnum() or chr(0x21 + n) in "-./:+_")
_NARROW = "".join(chr(ord(c) - 0xFEE0) for c in _WIDE)
_TABLE = str.maketrans(_WIDE, _NARROW)
_WIDE_CLASS = "[" + _WIDE + "]"


def narrow(text: str) -> str:
    """Full-width letters, digits and ``-./:+_`` as their ASCII forms; everything else stays."""
    return text.translate(_TABLE)


def trim(text: str) -> str:
    """The text without white space at its ends."""
    return text.strip(WHITE)


def narrow_column(texts: pl.Series) -> pl.Series:
    """``narrow`` for a column of texts; costs nothing to speak of where nothing is full-width."""
    if not texts.str.contains(_WIDE_CLASS).any():
        return texts
    return texts.str.replace_many(list(_WIDE), list(_NARROW))


def trim_column(texts: pl.Series) -> pl.Series:
    """``trim`` for a column of texts."""
    return texts.str.strip_chars(WHITE)


def letters(array: pa.StringArray) -> tuple[Bytes, NDArray[np.int32]]:
    """The UTF-8 bytes of a string array and its n + 1 offsets into them, both as views without a copy.

    Bytes before the first offset belong to no row of a sliced array; null rows have equal offsets or hold rubbish,
    so their lengths mean nothing.
    """
    _, offsets, data = array.buffers()
    bounds = np.frombuffer(offsets, np.int32, len(array) + 1, array.offset * 4) if len(array) else np.zeros(1, np.int32)
    return np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8), bounds
