"""Rows on their way. The type says how far they have come, and the type checker guards the order.

``Raw`` may hold anything a source delivers. Only ``desensitise`` builds ``Safe``, ``Marked`` and
``MarkedLines`` (a test holds this), and only marked rows can be packed into files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as slot

import pyarrow as pa

from catalog.identifiers.arrays import Told


@dataclass(frozen=True, slots=True)
class Raw:
    """A batch as read from a source, or as checked or derived; may hold personal data and trade secrets.

    ``told`` is what checks found out about each row's value of a field (``catalog.identifiers.checks``), if anything.
    """

    batch: pa.RecordBatch
    told: Mapping[str, Told] = slot(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Safe:
    """A batch to which the policy with this SHA-256 was applied. Built by ``desensitise`` only."""

    batch: pa.RecordBatch
    policy: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A safe batch that carries the mark ``mark`` (identifier of its registry entry). Built by ``desensitise`` only."""

    batch: pa.RecordBatch
    mark: str


@dataclass(frozen=True, slots=True)
class MarkedLines:
    """Marked rows as lines of a CSV file without its heading. Built by ``desensitise`` only."""

    lines: memoryview
    rows: int
    mark: str
