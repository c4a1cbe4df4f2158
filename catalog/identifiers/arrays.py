"""The two kinds of numpy arrays that travel between the readers of columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
"""One verdict per row or per distinct value."""

Bytes = NDArray[np.uint8]
"""Characters as bytes: a buffer, or a matrix with one row per value."""
