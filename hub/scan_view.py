"""What a scan of one trace code shows: columns for everyone, what its firm opened by flag, and names of what is closed.

DOMAIN 6. The open column is the current release's. A code of one item stands in no release; its record is read from the
source, goes through the same treatments, and is shown to whoever holds that very code. Flagged fields are shown when
the code is one record's only: a code of a class or batch would line up its buyers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from catalog.check import check
from catalog.model import Dataset, Field, Sharing
from catalog.registers import Register
from catalog.rows import Raw
from desensitise.apply import apply
from desensitise.detect import PERSONAL, Kind
from desensitise.detect.scanner import scan
from desensitise.detect.words import context_of
from exporters.products import product_of
from exporters.products.base import live
from hub.job.policies import policy_for
from hub.live import Row, rows_of, without_persons
from hub.parts import Parts
from hub.units import fields_to_read

FLAGS: Final = "public_flags"
_MOST: Final = 6
_NEVER: Final = PERSONAL - {Kind.PERSON, Kind.ADDRESS, Kind.PHONE, Kind.POSTCODE}


@dataclass(frozen=True, slots=True)
class Scanned:
    """What the source says of a code: how many open records, the one record's columns and its flagged fields."""

    records: int
    product: Row | None = None
    flagged: Row | None = None


def scanned(parts: Parts, dataset: Dataset, register: Register, code: str) -> Scanned:
    """Read the records of one code from the source now. SourceError when it cannot be asked."""
    fields = fields_to_read(dataset, product_of(dataset))
    extra = [field for name in (*flagged_fields(register), FLAGS) if (field := register.standard.find(name))]
    source = parts.live(register, tuple({field.name: field for field in (*fields, *extra)}.values()))
    try:
        raw = live(source.find("trace_code", (code,), _MOST), dataset.audience)
    finally:
        source.close()
    if raw.batch.num_rows != 1:
        return Scanned(raw.batch.num_rows)
    return Scanned(1, _product(parts, dataset, fields, raw.batch), _flagged(register, rows_of([raw.batch])[0]))


def flagged_fields(register: Register) -> tuple[str, ...]:
    """Fields that their firm may open (FLAG); buyers' contacts are none, whatever the flag says."""
    return tuple(field.name for field in register.offered if field.sharing is Sharing.FLAGGED)


def closed_fields(register: Register, shown: Sequence[str]) -> list[dict[str, str]]:
    """What a scan does not show: its name and the clause by which somebody else may have it ("" for nobody)."""
    fields = (*register.standard.header, *register.standard.fields)
    return [
        {"name": field.name, "zh": field.zh, "en": field.en, "clause": _clause(field)}
        for field in fields
        if _clause(field) is not None and field.name not in shown
    ]


def _clause(field: Field) -> Any:
    return {Sharing.FLAGGED: "SM05", Sharing.AUTHORISED: "SM06", Sharing.NONE: ""}.get(field.sharing)


def _product(parts: Parts, dataset: Dataset, fields: Sequence[Field], batch: pa.RecordBatch) -> Row | None:
    """The record as a release would show it, its own code kept whole; None when it breaks a rule."""
    good = check(Raw(batch.select([field.name for field in fields])), fields).good
    if good.batch.num_rows != 1:
        return None
    (row,) = rows_of([apply(good, policy_for(dataset, parts)).batch])
    return {name: None if _personal(name, row[name]) else row[name] for name in (c.name for c in dataset.columns)}


def _personal(name: str, value: object) -> bool:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return any(span.kind in _NEVER for span in scan(text, context_of(name), "balanced"))


def _flagged(register: Register, row: Row) -> Row:
    flags = _flags(row.get(FLAGS))
    told = without_persons(row)
    return {name: told[name] for name in flagged_fields(register) if name in flags and told[name] is not None}


def _flags(text: object) -> frozenset[str]:
    """Fields whose flag is the number 1; a flag that is anything else, or cannot be read, opens nothing."""
    try:
        found = json.loads(str(text or "{}"))
    except ValueError:
        return frozenset()
    known = found.items() if isinstance(found, dict) else ()
    return frozenset(str(name) for name, flag in known if type(flag) is int and flag == 1)
