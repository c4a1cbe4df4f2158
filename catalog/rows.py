"""Rows on their way. The type says how far they have come, and the type checker guards the order.

``Raw`` may hold anything a source delivers. Only ``desensitise`` builds ``Safe``, ``Marked`` and
``MarkedLines`` (a test holds this), and only marked rows can be packed into files.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Raw:
    """A batch as read from a source, or as checked or derived; may hold personal data and trade secrets."""

    batch: pa.RecordBatch


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
