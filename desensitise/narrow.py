"""Fewer rows of what is safe are still safe: the one way to build a Safe from a Safe outside treatment."""

from __future__ import annotations

import pyarrow as pa

from catalog.repeats import filtered
from catalog.rows import Safe


def outward(safe: Safe) -> Safe:
    """The rows without the pipeline's own columns (``_…``)."""
    names = [name for name in safe.batch.schema.names if not name.startswith("_")]
    return Safe(safe.batch.select(names), safe.policy)


def only(safe: Safe, keep: pa.BooleanArray) -> Safe:
    """The rows of a safe batch where ``keep`` is true, under the same policy."""
    return Safe(filtered(safe.batch, keep), safe.policy)
