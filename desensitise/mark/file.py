"""The mark of a release: who it was made for, as an identifier that the packer writes into every file.

The identifier follows from what is released, so equal content has an equal mark. ``marked`` puts the marks of one copy
into the rows themselves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from catalog.model import Audience, Dataset
from catalog.rows import Marked, Safe
from desensitise.mark.embed import Registry, embed
from desensitise.mark.keys import CopyKeys
from desensitise.mark.profile import Profile
from desensitise.narrow import outward


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


def marked(
    rows: Iterable[Safe],
    mark: str,
    profile: Profile,
    keys: CopyKeys,
    registry: Registry,
    rebuilt: Callable[[pa.RecordBatch], pa.RecordBatch] = lambda batch: batch,
) -> Iterator[Marked]:
    """The rows as the copy of ``keys`` shows them, under the file's mark.

    ``rebuilt`` works out anew what depends on marked values, such as rates.
    """
    # Files are written in threads of their own, and servers make several copies at once: one thread marks each.
    for batch in embed((outward(safe).batch for safe in rows), profile, keys, registry, threads=1):
        yield Marked(rebuilt(batch), mark)
