"""The column ``quality_flags`` (H13): for every row the flags of checks that it failed, here or at its source."""

from __future__ import annotations

import json
import re

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalog.model import Field, Kind, Sensitivity, Severity, Sharing
from catalog.rules.columns import Column, read_column
from catalog.rules.verdicts import Verdicts

FLAGS = "quality_flags"
_FIELD = Field("H13", FLAGS, "数据质量标记", "Quality flags", Kind.JSON, Sensitivity.INTERNAL, Sharing.CROSS_REGION)
_FLAG = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


def with_flags(typed: pa.RecordBatch, raw: pa.RecordBatch, seen: Verdicts) -> pa.RecordBatch:
    """The typed rows with their flags as a list of texts, sorted, each once; an empty list where there are none.

    Flags that came with the rows stay. What came there and is not named like a flag is dropped: a list of flags is no
    place for values.
    """
    pairs = [
        (np.flatnonzero(v.rows), v.rule.id) for v in seen.verdicts if v.broken and v.rule.severity is Severity.FLAG
    ]
    pairs += _brought(_incoming(raw, seen))
    column = flag_lists(pairs, seen.rows)
    at = typed.schema.get_field_index(FLAGS)
    if at < 0:
        return typed.append_column(FLAGS, column)
    return typed.set_column(at, FLAGS, column)


def flag_lists(pairs: list[tuple[NDArray[np.int64], str]], rows: int) -> pa.ListArray:
    """Lists from (rows, flag) pairs; a flag may come in several pairs."""
    names = sorted({name for _, name in pairs})
    keys = [at * len(names) + names.index(name) for at, name in pairs]
    marks = np.unique(np.concatenate(keys)) if keys else np.zeros(0, np.int64)
    owner, which = np.divmod(marks, max(len(names), 1))
    offsets = np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=rows))]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(names, pa.string()).take(pa.array(which)))


def _incoming(raw: pa.RecordBatch, seen: Verdicts) -> Column | None:
    if FLAGS in seen.columns and seen.columns[FLAGS].field.kind is Kind.JSON:
        return seen.columns[FLAGS]
    at = raw.schema.get_all_field_indices(FLAGS)
    return read_column(raw.column(at[0]), _FIELD) if at else None


def _brought(column: Column | None) -> list[tuple[NDArray[np.int64], str]]:
    if column is None or column.values.null_count == len(column.values):
        return []
    found: dict[str, list[int]] = {}
    for place, text in enumerate(column.values.to_pylist()):
        flags = json.loads(text) if text else []
        for flag in flags if isinstance(flags, list) else []:
            if isinstance(flag, str) and _FLAG.fullmatch(flag):
                found.setdefault(flag, []).append(place)
    return [(_rows(column, places), flag) for flag, places in found.items()]


def _rows(column: Column, places: list[int]) -> NDArray[np.int64]:
    verdict = np.zeros(len(column.values), bool)
    verdict[places] = True
    return np.flatnonzero(column.by_row(verdict))
