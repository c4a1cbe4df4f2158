"""Whether texts are record addresses: where a record can be verified, a slash, a token, and nothing else."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pyarrow as pa

from catalog.formats.texts import to_polars
from desensitise.mark.gather import equal_texts
from desensitise.mark.token import LENGTH

_BEFORE = r"https?://[!-~]{1,200}/"
_TOKEN = rf"[a-z2-7]{{{LENGTH}}}"
_LETTER = np.zeros(256, np.bool_)
_LETTER[list(b"abcdefghijklmnopqrstuvwxyz234567")] = True


def no_addresses(texts: pa.Array) -> int:
    """How many of the texts are no record addresses. Those of one copy begin alike and are judged as bytes."""
    matrix = equal_texts(texts)
    if matrix is not None and matrix.shape[1] > LENGTH:
        before, tokens = matrix[:, :-LENGTH], matrix[:, -LENGTH:]
        alike = (before == before[0]).all() and _LETTER.take(tokens).all()
        if alike and re.fullmatch(_BEFORE.encode(), before[0].tobytes()):
            return 0
    found = to_polars(texts).cast(pl.String).str.contains(rf"\A{_BEFORE}{_TOKEN}\z").fill_null(value=False)
    return len(texts) - int(found.sum())
