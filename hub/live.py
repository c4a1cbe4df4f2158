"""Records as they stand at their source now: read when somebody may have them, shown once, kept nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import pyarrow as pa

from agreements.model import RowRule
from catalog.formats.jsonl import lines_of
from catalog.model import Field
from catalog.registers import Register
from exporters.products.base import LIVE
from hub.parts import Parts

Row = Mapping[str, Any]
_NEEDED: Final = ("record_id", "updated_at", "record_status", "supersedes", "source_region_code", "source_org_uscc")
_FIRM: Final = re.compile(r"(?:公司|集团|合作社)(?:[\u4e00-\u9fff]{2,8}分公司)?\Z")
_NAMED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "buyer_name": ("buyer_name", "buyer_address"),
        "customer_name": ("customer_name",),
        "supplier_name": ("supplier_name",),
    }
)
"""Fields of standard 2.6 that name somebody, and what else tells who that is."""


def look(
    parts: Parts, register: Register, names: Iterable[str], by: str, values: Sequence[str], most: int
) -> tuple[Row, ...]:
    """The living records whose field ``by`` is one of ``values``, with the fields ``names`` and what decides on them.

    Withdrawn and superseded records are left out. SourceError when the source cannot be asked.
    """
    asked = dict.fromkeys((*names, *_NEEDED, *register.owners, by))
    fields = [field for field in map(register.standard.find, asked) if isinstance(field, Field)]
    source = parts.live(register, fields)
    try:
        batch = source.find(by, values, most).batch
    finally:
        source.close()
    rows = rows_of([batch])
    gone = {row["supersedes"] for row in rows if row["supersedes"]}
    return tuple(row for row in rows if row["record_status"] in LIVE and row["record_id"] not in gone)


def rows_of(batches: Iterable[pa.RecordBatch]) -> list[Row]:
    """A few rows as JSON has them, each value as the data's own files would write it."""
    return [json.loads(line) for batch in batches for piece in lines_of(batch) for line in bytes(piece).splitlines()]


def ruled(row: Row, rules: Iterable[RowRule]) -> bool:
    """Whether a verdict's row rules let this record through; one without the rule's column is not let through."""
    return all(_holds(str(row.get(rule.field) or ""), rule) for rule in rules)


def _holds(value: str, rule: RowRule) -> bool:
    if not value:
        return False
    return value in rule.values if rule.how == "is" else value.startswith(rule.values)


def without_persons(row: Row) -> Row:
    """The record without whoever in its flow is not known to be a firm: a natural person's name is never shown."""
    hidden = {
        other
        for name, others in _NAMED.items()
        if row.get(name) and not _FIRM.search(str(row[name]).strip())
        for other in others
    }
    return {name: None if name in hidden else value for name, value in row.items()}
