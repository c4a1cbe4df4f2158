"""What a treatment made of the texts of earlier batches, so that those that come again are not treated again."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_MOST = 1 << 16


class Known:
    """Texts and what was made of them, in memory only; where there are more than ``most``, it begins anew."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        # One name for both, so that threads always see what belongs together.
        self._held = (pa.array([], pa.string()), pa.array([], pa.string()))

    def of(self, texts: pa.StringArray, work: Callable[[pa.Array], pa.StringArray]) -> pa.StringArray:
        """``work`` of distinct texts; it must tell the same of a text whatever stands beside it."""
        known, made = self._held
        at = pc.index_in(texts, known)
        new = at.is_null().to_numpy(zero_copy_only=False)
        if not new.any():
            return made.take(at)
        if len(known) + np.count_nonzero(new) > self._most:
            known, made, new = known.slice(0, 0), made.slice(0, 0), np.ones(len(texts), bool)
        fresh = texts.filter(pa.array(new))
        places = at.fill_null(0).to_numpy().copy()
        # Looking for all of them once more would cost as much again.
        places[new] = np.arange(len(known), len(known) + len(fresh))
        known, made = pa.concat_arrays([known, fresh]), pa.concat_arrays([made, work(fresh).cast(pa.string())])
        self._held = known, made
        return made.take(pa.array(places))
