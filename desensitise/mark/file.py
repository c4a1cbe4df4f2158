"""The mark of a release: who it was made for, as an identifier that the packer writes into every file.

The identifier follows from what is released, so equal content has an equal mark. Marks inside the rows come later,
behind the same two functions.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import pyarrow as pa

from catalog.model import Audience, Dataset
from catalog.rows import Marked, Safe


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark and what it stands for; ``id`` is 32 hexadecimal digits."""

    id: str
    dataset: str
    version: int
    audience: Audience


def issue(dataset: Dataset, version: int, content_seed: str, audience: Audience | None = None) -> Mark:
    """The mark of a version for an audience (by default the dataset's); ``content_seed`` digests what went in."""
    to = audience or dataset.audience
    body = json.dumps(["mark", 1, dataset.id, dataset.digest, version, to.value, content_seed])
    return Mark(hashlib.sha256(body.encode()).hexdigest()[:32], dataset.id, version, to)


def mark(safe: Safe, mark: Mark) -> Marked:
    """The rows as they are, without the pipeline's own columns (``_…``), under the mark."""
    names = [name for name in safe.batch.schema.names if not name.startswith("_")]
    batch: pa.RecordBatch = safe.batch.select(names)
    return Marked(batch, mark.id)
