"""The kinds of numpy arrays that travel between the readers of columns, and how bytes are searched."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
"""One verdict per row or per distinct value."""

Bytes = NDArray[np.uint8]
"""Characters as bytes: a buffer, or a matrix with one row per value."""

Told = NDArray[np.uint8]
"""What a check found out about each value, as it numbers its findings."""

Places = NDArray[np.int64]
"""Rows of a column, or places in its bytes."""

FEW = 512
"""So many values are done one by one in less time than it takes to set up work on a column."""

_BLOCK = 1 << 18


def places(body: Bytes, wanted: Callable[[Bytes], Bools]) -> Places:
    """Where the bytes answer a question with yes.

    Asked block by block, because memory for answers on a whole column costs more than the answers.
    """
    blocks = range(0, len(body), _BLOCK)
    found = [np.flatnonzero(wanted(body[at : at + _BLOCK])) + at for at in blocks]
    return np.concatenate(found) if found else np.zeros(0, np.int64)
