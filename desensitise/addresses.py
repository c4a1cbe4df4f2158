"""Whether texts are record addresses: where a record can be verified, a slash, a token, and nothing else."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pyarrow as pa

from catalog.formats.texts import to_polars
from desensitise.mark.gather import Bytes, equal_texts
from desensitise.mark.token import LENGTH

_BEFORE = r"https?://[!-~]{1,200}/"
_TOKEN = rf"[a-z2-7]{{{LENGTH}}}"
_LETTERS = (("a", "z"), ("2", "7"))
_AT_ONCE = 4096
"""Rows whose letters stay near the processor."""


def no_addresses(texts: pa.Array) -> int:
    """How many of the texts are no record addresses. Those of one copy begin alike and are judged as bytes."""
    matrix = equal_texts(texts)
    if matrix is not None and matrix.shape[1] > LENGTH:
        before = matrix[0, :-LENGTH]
        if re.fullmatch(_BEFORE.encode(), before.tobytes()) and _alike(matrix, before):
            return 0
    found = to_polars(texts).cast(pl.String).str.contains(rf"\A{_BEFORE}{_TOKEN}\z").fill_null(value=False)
    return len(texts) - int(found.sum())


def _alike(matrix: Bytes, before: Bytes) -> bool:
    """Whether every row is ``before`` and then letters of a token."""
    rows, body = min(len(matrix), _AT_ONCE), matrix.reshape(-1)
    ranges = []
    for first, last in _LETTERS:
        low = np.concatenate((before, np.full(LENGTH, ord(first), np.uint8)))
        span = np.concatenate((np.zeros_like(before), np.full(LENGTH, ord(last) - ord(first), np.uint8)))
        ranges.append((np.tile(low, rows), np.tile(span, rows)))
    size = rows * matrix.shape[1]
    for start in range(0, len(body), size):
        block = body[start : start + size]
        # What lies below a range turns round and so lies far above.
        letters, digits = (block - low[: len(block)] <= span[: len(block)] for low, span in ranges)
        if not (letters | digits).all():
            return False
    return True
